"""The forms of accounts."""

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length

from accounts.identity import Role
from portal.forms import BaseForm


class SignInForm(BaseForm):
    """Name and password."""

    username = StringField(_("Tên đăng nhập"), [DataRequired(), Length(max=64)])
    password = PasswordField(_("Mật khẩu"), [DataRequired(), Length(max=200)])


class PasswordForm(BaseForm):
    """The change of one's password."""

    old = PasswordField(_("Mật khẩu đang dùng"), [DataRequired(), Length(max=200)])
    new = PasswordField(_("Mật khẩu mới"), [DataRequired(), Length(max=200)])
    again = PasswordField(
        _("Gõ lại mật khẩu mới"),
        [DataRequired(), Length(max=200), EqualTo("new", message=_("Hai lần gõ mật khẩu mới phải giống nhau."))],
    )


class UserForm(BaseForm):
    """A new account."""

    username = StringField(_("Tên đăng nhập"), [DataRequired(), Length(max=64)])
    full_name = StringField(_("Họ và tên"), [DataRequired(), Length(max=200)])
    role = SelectField(_("Vai trò"), choices=[SelectChoice(role.value, role.label) for role in Role])
    wards = StringField(_("Mã xã, phường (cách nhau bằng dấu phẩy)"), [Length(max=1000)])
    email = StringField(_("Thư điện tử nhận thư nhắc (để trống được)"), [Length(max=254)])


class EmailForm(BaseForm):
    """One's address for reminders."""

    email = StringField(_("Thư điện tử nhận thư nhắc"), [Length(max=254)])
