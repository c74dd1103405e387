"""The form of boundaries."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from inventory.boundaries.store import MAX_SOURCE
from portal.forms import BaseForm


class BoundaryForm(BaseForm):
    """A file of boundaries, and whose data it is."""

    file = FileField(_("Tệp ranh giới"), [FileRequired(_("Hãy chọn tệp .geojson, .topojson hoặc .json."))])
    source = StringField(_("Nguồn số liệu"), [DataRequired(), Length(max=MAX_SOURCE)])
