"""The forms of accounts."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from accounts.identity import Role, Scope
from accounts.places import list_places
from accounts.users import AccountDetails
from portal.forms import BaseForm, DayField
from portal.vietnamese import sort_key


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
    """An account: a new one with its name, or what can be changed of one."""

    username = StringField(_("Tên đăng nhập"), [DataRequired(), Length(max=64)])
    full_name = StringField(_("Họ và tên"), [DataRequired(), Length(max=200)])
    role = SelectField(_("Vai trò"), choices=[SelectChoice(role.value, role.label) for role in Role])
    scope = SelectField(_("Phạm vi"), choices=[SelectChoice(scope.value, scope.label) for scope in reversed(Scope)])
    former_district = SelectField(_("Địa bàn (khi phạm vi là một địa bàn)"), validate_choice=False)
    wards = SelectMultipleField(_("Xã, phường (khi phạm vi là danh sách)"))
    email = StringField(_("Thư điện tử nhận thư nhắc (để trống được)"), [Length(max=254)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.places = list_places()
        districts = sorted({place.former_district for place in self.places}, key=sort_key)
        self.former_district.choices = [SelectChoice("", "–"), *(SelectChoice(name, name) for name in districts)]
        self.wards.choices = [SelectChoice(place.code, place.name) for place in self.places]

    def details(self) -> AccountDetails:
        """What was said of the account."""
        return AccountDetails(
            full_name=self.full_name.data or "",
            role=Role(self.role.data),
            scope=Scope(self.scope.data),
            former_district=self.former_district.data or "",
            wards=tuple(self.wards.data or ()),
            email=self.email.data or "",
        )


class StandInForm(BaseForm):
    """Who acts for a person, from a day to a day."""

    deputy = StringField(_("Người làm thay (tên đăng nhập)"), [DataRequired(), Length(max=64)])
    since = DayField(_("Từ ngày"), [InputRequired()])
    until = DayField(_("Đến hết ngày"), [InputRequired()])
    document = StringField(_("Văn bản ủy quyền, phân công (số, ngày)"), [DataRequired(), Length(max=200)])


class RemovalForm(BaseForm):
    """Removing a person who left."""

    confirmed = StringField(_("Gõ lại tên đăng nhập để xác nhận"), [DataRequired(), Length(max=64)])


class EmailForm(BaseForm):
    """One's address for reminders."""

    email = StringField(_("Thư điện tử nhận thư nhắc"), [Length(max=254)])
