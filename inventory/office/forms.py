"""The form of the office."""

from dataclasses import fields

from flask_babel import lazy_gettext as _
from wtforms import Field, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from inventory.office.office import LABELS, Office
from portal.forms import BaseForm, DayField, StampField

_NAME, _TITLE, _CONTACT = Length(max=200), Length(max=100), Length(max=300)


class OfficeForm(BaseForm):
    """Who writes and signs, whom to ask, and the day of the target. ``seen`` stands for the version that the editor saw."""

    agency_parent = StringField(_(LABELS["agency_parent"]), [DataRequired(), _NAME])
    agency = StringField(_(LABELS["agency"]), [DataRequired(), _NAME])
    signatory_title = StringField(_(LABELS["signatory_title"]), [DataRequired(), _TITLE])
    signatory_name = StringField(_(LABELS["signatory_name"]), [_NAME])
    co_agency = StringField(_(LABELS["co_agency"]), [_NAME])
    co_signatory_title = StringField(_(LABELS["co_signatory_title"]), [_TITLE])
    co_signatory_name = StringField(_(LABELS["co_signatory_name"]), [_NAME])
    contact = StringField(_(LABELS["contact"]), [DataRequired(), _CONTACT])
    target_date = DayField(_(LABELS["target_date"]), [InputRequired()])

    seen = StampField()

    def validate_co_signatory_title(self, field: Field) -> None:
        """Who signs beside has a title."""
        if self.co_agency.data and not field.data:
            raise ValidationError(_("Có cơ quan cùng lập thì phải có chức vụ người ký của cơ quan ấy."))

    def office(self) -> Office:
        """What was typed, once it is valid."""
        return Office(**{part.name: self[part.name].data for part in fields(Office)})
