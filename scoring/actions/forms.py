"""The forms of actions: the six clarities, each of them required."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from portal.forms import BaseForm, DayField, StampField
from scoring.actions.action import PublicBody

_BODY_CHOICES = [SelectChoice(body.value, body.label) for body in PublicBody]


class ActionForm(BaseForm):
    """An action. The choices of ``owner`` are set by the view; an empty contact is the address of the owner's account."""

    owner = SelectField(_("Người thực hiện"), choices=[], validate_choice=True)
    contact = StringField(_("Điện thoại hoặc thư điện tử của người thực hiện"), [Length(max=200)])
    task = TextAreaField(_("Việc phải làm"), [DataRequired(), Length(min=10, max=1000)])
    due = DayField(_("Thời hạn"), [InputRequired()])
    unit = SelectField(_("Đơn vị chịu trách nhiệm"), choices=_BODY_CHOICES)
    head = StringField(_("Người đứng đầu chịu trách nhiệm"), [DataRequired(), Length(min=3, max=200)])
    deliverable = TextAreaField(_("Sản phẩm phải có"), [DataRequired(), Length(min=3, max=1000)])
    evidence = TextAreaField(_("Bằng chứng nghiệm thu"), [DataRequired(), Length(min=3, max=1000)])
    authority = SelectField(_("Ai quyết định"), choices=_BODY_CHOICES)
    criterion = StampField()
    revision = StampField()

    @property
    def values(self) -> dict[str, Any]:
        """The clarities without the owner."""
        names = ("contact", "task", "due", "head", "deliverable", "evidence")
        return {
            **{name: self[name].data or "" for name in names},
            "unit": PublicBody(self.unit.data),
            "authority": PublicBody(self.authority.data),
            "criterion": self.criterion.data or "",
        }


class CompleteForm(BaseForm):
    """What was delivered."""

    delivered = TextAreaField(_("Đã bàn giao gì, bằng chứng ở đâu"), [DataRequired(), Length(min=5, max=1000)])


class ReopenForm(BaseForm):
    """Why an action is opened again."""

    reason = TextAreaField(_("Lý do mở lại"), [DataRequired(), Length(min=5, max=1000)])
