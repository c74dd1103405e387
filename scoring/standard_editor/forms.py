"""The forms of standards. Whether the values make sense is checked by ``scoring.rating.standard``."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from portal.clock import today
from portal.forms import BaseForm, CountField, DayField, IsCode, StampField
from scoring.rating.measures import MEASURES
from scoring.rating.standard import MAX_NAME, MAX_REMEDY, MAX_SOURCE, MAX_VERSION, RESERVED_VERSIONS, SOURCE_LABELS, Criterion, Tier
from scoring.rating.standard_choices import MAX_REASON
from scoring.standard_editor.drafts import MAX_TEXT

_NEED_DEFAULTS = {"constant": 0, "times": 1, "each": 1, "percent": 100, "at_least": 0}


def _measures() -> list[SelectChoice]:
    return [SelectChoice(key, f"{measure.label} ({measure.unit})") for key, measure in MEASURES.items()]


def _facts() -> list[SelectChoice]:
    return [SelectChoice(key, measure.label) for key, measure in MEASURES.items() if measure.is_fact]


class StandardForm(BaseForm):
    """The general values of a standard."""

    version = StringField(_("Phiên bản"), [DataRequired(), IsCode(MAX_VERSION, RESERVED_VERSIONS)])
    name = StringField(_("Tên bộ tiêu chuẩn"), [DataRequired(), Length(max=MAX_NAME)])
    pass_mark = CountField(_("Điểm đạt (trên 100)"), [DataRequired()])
    pc_max_age_years = CountField(_("Tuổi máy tính tối đa (năm)"), [DataRequired()])
    revision = StampField()


class CriterionForm(BaseForm):
    """One criterion."""

    name = StringField(_("Tên tiêu chí"), [DataRequired(), Length(max=MAX_NAME)])
    measure = SelectField(_("Phép đo"), choices=_measures)
    constant = CountField(_("Mức cố định"))
    percent = CountField(_("Tỷ lệ % của thông tin làm căn cứ"))
    per = SelectField(_("Thông tin làm căn cứ"), choices=lambda: [SelectChoice("", _("(không dùng)")), *_measures()])
    times = CountField(_("Nhân với"))
    each = CountField(_("Chia cho (một máy cho bao nhiêu)"))
    at_least = CountField(_("Ít nhất"))
    at_most = BooleanField(_("Là mức trần: không được vượt quá"))
    weight = CountField(_("Trọng số"), [DataRequired()])
    blocking = BooleanField(_("Tiêu chí bắt buộc: không đạt thì chưa đáp ứng"))
    tier = SelectField(_("Mức"), choices=[SelectChoice(tier.value, tier.label) for tier in Tier])
    undecided = BooleanField(_("Ngưỡng chờ quyết định: hiển thị, chưa tính"))
    applies_if = SelectField(_("Chỉ áp dụng khi"), choices=lambda: [SelectChoice("", _("(mọi đơn vị)")), *_facts()])
    effective_from = DayField(_("Có hiệu lực từ ngày (bỏ trống: không định ngày)"), [Optional()])
    effective_to = DayField(_("Hết hiệu lực sau ngày"), [Optional()])
    source = TextAreaField(_("Nguồn của ngưỡng"), [DataRequired(), Length(max=MAX_SOURCE)])
    label = SelectField(
        _("Nhãn nguồn"), choices=[SelectChoice(key, f"{key} – {meaning}") for key, meaning in SOURCE_LABELS.items()]
    )
    remedy_text = StringField(_("Giải pháp bổ sung"), [DataRequired(), Length(max=MAX_REMEDY)])
    revision = StampField()

    @property
    def values(self) -> dict[str, Any]:
        """The values as the text of a standard holds them; what is at its default is left out."""
        need: dict[str, Any] = {key: self[key].number for key in _NEED_DEFAULTS if self[key].number is not None}
        if self.per.data:
            need["per"] = self.per.data
        if self.at_most.data:
            need["at_most"] = True
        return {
            "name": self.name.data,
            "measure": self.measure.data,
            "need": need,
            "weight": self.weight.number,
            "blocking": True if self.blocking.data else None,
            "tier": self.tier.data if self.tier.data != Tier.REQUIRED.value else None,
            "undecided": True if self.undecided.data else None,
            "applies_if": self.applies_if.data or None,
            "effective_from": self.effective_from.data,
            "effective_to": self.effective_to.data,
            "source": self.source.data,
            "label": self.label.data,
            "remedy_text": self.remedy_text.data,
        }


class NewCriterionForm(CriterionForm):
    """A new criterion."""

    code = StringField(_("Mã (dạng CR-A1, nhóm từ A đến I)"), [DataRequired(), Length(max=8)])


class TextForm(BaseForm):
    """The whole text, typed or as a file."""

    toml = TextAreaField(_("Nội dung TOML"), [Length(max=MAX_TEXT)])
    file = FileField(_("hoặc tệp .toml"))
    revision = StampField()


class InForceForm(BaseForm):
    """From when on a standard judges, and why."""

    effective_from = DayField(_("Áp dụng từ ngày"), [InputRequired()])
    reason = TextAreaField(_("Lý do"), [DataRequired(), Length(max=MAX_REASON)])


class PublishForm(BaseForm):
    """Number and date of the decision by which the city issued the standard, or nothing while it is the reference one."""

    issued_number = StringField(_("Số văn bản ban hành (bỏ trống nếu thành phố chưa ban hành)"), [Length(max=100)])
    issued_on = DayField(_("Ngày ban hành"), [Optional()])

    def validate_issued_on(self, field: DayField) -> None:
        """What is issued tomorrow is not issued yet."""
        if field.data and field.data > today():
            raise ValidationError(_("Ngày ban hành không sau hôm nay. Ngày áp dụng chọn riêng sau khi công bố."))


def criterion_values(criterion: Criterion) -> dict[str, Any]:
    """The values of a criterion for its form."""
    need = criterion.requirement
    need_values = {key: "" if getattr(need, key) == default else str(getattr(need, key)) for key, default in _NEED_DEFAULTS.items()}
    if need.per is None and not need_values["constant"] and not need_values["at_least"]:
        need_values["constant"] = str(need.constant)
    return {
        **need_values,
        "name": criterion.name,
        "measure": criterion.measure,
        "per": need.per or "",
        "at_most": need.at_most,
        "weight": str(criterion.weight),
        "blocking": criterion.blocking,
        "tier": criterion.tier.value,
        "undecided": criterion.undecided,
        "applies_if": criterion.applies_if or "",
        "effective_from": criterion.effective_from,
        "effective_to": criterion.effective_to,
        "source": criterion.source_text,
        "label": criterion.source_label,
        "remedy_text": criterion.remedy.text,
    }
