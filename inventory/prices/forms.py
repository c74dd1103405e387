"""The forms of prices. Whether a value makes sense is decided in ``inventory.prices.parsing``, ``observed`` and ``price_lists``."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from wtforms import FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from inventory.catalogue import load_catalogue
from inventory.prices.observed import KINDS, MAX_TEXT
from inventory.prices.parsing import FIELD_LABELS, MAX_EVIDENCE, MAX_SOURCE
from inventory.prices.price_lists import MAX_NAME
from inventory.prices.prices import METHODS, Price
from inventory.prices.vat import load_vat_rates
from portal.forms import BaseForm, CountField, DayField, StampField, VndField


class PriceListForm(BaseForm):
    """The head of a list."""

    name = StringField(_("Tên bảng giá"), [DataRequired(), Length(max=MAX_NAME)])
    effective_from = DayField(_("Áp dụng từ ngày"), [InputRequired()])
    delivery_year = CountField(_("Năm giao hàng (bỏ trống: chưa định)"))


class PriceForm(BaseForm):
    """One price. ``seen`` stands for the price that the editor saw."""

    unit_price = VndField(_("Đơn giá (đã gồm thuế), đồng"), [DataRequired()])
    vat_percent = SelectField(
        _("Thuế suất"), choices=[SelectChoice(str(rate.percent), rate.label) for rate in load_vat_rates().values()]
    )
    cap = VndField(_("Mức giá tối đa, đồng (bỏ trống: không có)"))
    method = SelectField(_("Phương pháp xác định giá"), choices=[SelectChoice(key, label) for key, label in METHODS.items()])
    evidence = StringField(_("Số căn cứ (số báo giá, quyết định, chứng thư)"), [Length(max=MAX_EVIDENCE)])
    evidence_date = DayField(_("Ngày căn cứ"), [Optional()])
    source = TextAreaField(_("Nguồn, ghi chú"), [DataRequired(), Length(max=MAX_SOURCE)])
    seen = StampField()

    @property
    def raw_values(self) -> dict[str, object]:
        """The entries by field of the price."""
        return {field: self[field].data for field in FIELD_LABELS}

    def add_errors(self, errors: Mapping[str, str]) -> None:
        """Show each error at its field, where there is none yet."""
        for field, message in errors.items():
            if not self[field].errors:
                self[field].errors = [message]


class EvidenceForm(BaseForm):
    """A file behind a price."""

    file = FileField(_("Tệp căn cứ: PDF, ảnh hoặc .xlsx, không quá 10 MB"))


class ObservedForm(BaseForm):
    """What somebody paid."""

    item = SelectField(
        _("Danh mục"), choices=[SelectChoice(item.code, f"{item.code} – {item.name}") for item in load_catalogue().values()]
    )
    buyer = StringField(_("Xã, phường hoặc đơn vị mua"), [DataRequired(), Length(max=MAX_TEXT)])
    unit_price = VndField(_("Đơn giá (đã gồm thuế), đồng"), [DataRequired()])
    paid_on = DayField(_("Ngày của văn bản"), [InputRequired()])
    document = StringField(_("Số văn bản"), [DataRequired(), Length(max=MAX_TEXT)])
    kind = SelectField(_("Loại căn cứ"), choices=[SelectChoice(key, label) for key, label in KINDS.items()])


def price_values(price: Price) -> dict[str, object]:
    """The values that the form shows of a price."""
    return {
        "unit_price": f"{price.unit_price:,}".replace(",", "."),
        "vat_percent": str(price.vat_percent),
        "cap": "" if price.cap is None else f"{price.cap:,}".replace(",", "."),
        "method": price.method,
        "evidence": price.evidence,
        "evidence_date": price.evidence_date,
        "source": price.source,
        "seen": price.stamp,
    }
