"""The forms of plans. Values of lines are parsed by ``planning.plan.overrides``, from the page and from the workbook alike."""

from collections.abc import Callable, Iterable

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from inventory.catalogue import GROUPS, load_catalogue
from inventory.prices.prices import CAPPED_ITEMS
from planning.funding.allocation import Aim
from planning.funding.constraints import Funding
from planning.plan.assumptions import RATE_NAMES, YEARS, Assumptions, CityNorm, GroupRule, Rates
from planning.plan.spending import Pot, SpendingForm, sources_by_label
from portal.days import find_day
from portal.formats import format_day, format_number, format_rate
from portal.forms import BaseForm, CountField, RateField, StampField, VndField


def _between(least: int, most: int) -> Callable[[BaseForm, CountField], None]:
    def check(_form: BaseForm, field: CountField) -> None:
        if field.number is not None and not least <= field.number <= most:
            raise ValidationError(_("Nhập số từ %(least)s đến %(most)s.", least=least, most=most))

    return check


class PlanForm(BaseForm):
    """A scenario that begins, is copied or is renamed."""

    name = StringField(_("Tên phương án"), [DataRequired(), Length(max=200)])
    note = TextAreaField(_("Ghi chú: phương án này khác gì"), [Length(max=1000)])


class NewPlanForm(PlanForm):
    """A scenario that begins from the rules at their default."""

    first_year = CountField(_("Năm đầu"), [DataRequired(), _between(2026, 2099)])


class RevisionForm(BaseForm):
    """The next revision of a scenario."""

    note = StringField(_("Bản tiếp theo để làm gì"), [DataRequired(), Length(max=300)])


class StampedForm(BaseForm):
    """A form of a scenario with the state of it that the page was rendered from."""

    changes = StampField()

    @property
    def stamp(self) -> int:
        """How many changes the scenario had when the page was rendered; -1 where that cannot be read."""
        return int(self.changes.data) if (self.changes.data or "").isdigit() else -1


class GroupRuleForm(BaseForm):
    """The rules of one group; one form for each group, whose letter is the prefix of its fields."""

    year = SelectField(_("Năm"), coerce=int)
    form = SelectField(
        _("Hình thức chi của khoản mua"),
        choices=[SelectChoice(form.value, form.label) for form in SpendingForm if form is not SpendingForm.RECURRENT],
    )
    source = SelectField(_("Nguồn của khoản mua"))
    recurrent_source = SelectField(_("Nguồn của khoản chi hằng năm"))
    is_leased = BooleanField(_("Thuê nếu thuê được"))
    unit = StringField(_("Đơn vị thực hiện"), [DataRequired(), Length(max=200)])

    @property
    def rule(self) -> GroupRule:
        """The rule that was entered."""
        return GroupRule(
            self.year.data,
            SpendingForm(self.form.data),
            self.source.data,
            self.recurrent_source.data,
            bool(self.is_leased.data),
            self.unit.data or "",
        )


class CityNormsField(TextAreaField):  # type: ignore[misc]
    """The decisions of the city on norms, one a line: number; day; codes of items. ``norms`` are those that were read."""

    norms: tuple[CityNorm, ...] = ()

    def pre_validate(self, _form: BaseForm) -> None:
        """Read the lines. Raises ValidationError that names the first that cannot be read."""
        lines = [line for line in (self.data or "").splitlines() if line.strip()]
        self.norms = tuple(_read_norm(number, line) for number, line in enumerate(lines, start=1))


def _read_norm(number: int, line: str) -> CityNorm:
    decision, day_text, codes, *rest = [*(part.strip() for part in line.split(";")), "", ""]
    items = tuple(codes.upper().replace(",", " ").split())
    unknown = [item for item in items if item not in load_catalogue() or item in CAPPED_ITEMS]
    day = find_day(day_text)
    if any(rest) or not decision or not items or day is None:
        example = "123/QĐ-UBND; 01/10/2026; B01, B03"
        raise ValidationError(_("Dòng %(number)s chưa đúng. Viết như ví dụ: %(example)s", number=number, example=example))
    if unknown:
        message = _(
            "Dòng %(number)s: %(codes)s không phải mã thiết bị chuyên dùng, dùng chung.", number=number, codes=", ".join(unknown)
        )
        raise ValidationError(message)
    return CityNorm(decision, day, items)


def describe_norms(norms: Iterable[CityNorm]) -> str:
    """The decisions as the field takes them."""
    return "\n".join(f"{norm.number}; {format_day(norm.day)}; {', '.join(norm.items)}" for norm in norms)


class RulesForm(StampedForm):
    """The rules of a scenario beside those of its groups."""

    first_year = CountField(_("Năm đầu"), [DataRequired(), _between(2026, 2099)])
    months = CountField(_("Số tháng tính trong năm của khoản trả hằng năm"), [DataRequired(), _between(1, 12)])
    lease_percent = CountField(_("Giá thuê một năm bằng bao nhiêu % đơn giá mua"), [DataRequired(), _between(1, 100)])
    blocking_first = BooleanField(_("Tiêu chí bắt buộc vào năm đầu, bất kể nhóm"))
    upgrades_os = BooleanField(_("Nâng cấp hệ điều hành cho máy tính còn hạn sử dụng thay vì mua máy mới (giả định, nhãn A)"))
    price_list = SelectField(_("Bảng giá"), coerce=int)
    city_norms = CityNormsField(
        _("Định mức chuyên dùng của Thành phố (mỗi dòng: số quyết định; ngày; các mã danh mục)"), [Length(max=2000)]
    )


class RatesForm(StampedForm):
    """The shares beside the goods; which of them a form of spending has, the law says."""

    transport = RateField(_("Vận chuyển, lắp đặt (%)"))
    valuation = RateField(_("Thẩm định giá (%)"))
    management = RateField(_("Quản lý dự án (%)"))
    consulting = RateField(_("Tư vấn đầu tư (%)"))
    other = RateField(_("Chi phí khác ngoài phần thuê (%)"))
    volume = RateField(_("Dự phòng khối lượng phát sinh (%)"))
    slippage = RateField(_("Dự phòng trượt giá (%)"))

    @property
    def rates(self) -> Rates:
        """The rates that were entered."""
        return Rates(**{name: self[name].rate for name in RATE_NAMES})


def rates_form(rates: Rates) -> RatesForm:
    """The form filled with the rates, or with what was posted."""
    percents = {name: format_rate(getattr(rates, name)).removesuffix("\u00a0%") for name in RATE_NAMES}
    return RatesForm(data=percents)


def group_forms(assumptions: Assumptions) -> dict[str, GroupRuleForm]:
    """A form for each group, filled with its rule or with what was posted."""
    forms = {}
    for letter in GROUPS:
        rule = assumptions.groups[letter]
        form = GroupRuleForm(obj=rule, prefix=letter, meta={"csrf": False})
        for field, kept in ((form.source, rule.source), (form.recurrent_source, rule.recurrent_source)):
            # A source that an older version knew stays what it is until somebody chooses another.
            field.choices = list(dict.fromkeys([*sources_by_label(), kept]))
        form.year.choices = [SelectChoice(offset, str(assumptions.first_year + offset)) for offset in range(YEARS)]
        forms[letter] = form
    return forms


class CeilingForm(BaseForm):
    """The ceiling of one pot."""

    amount = VndField(_("Mức vốn tối đa (để trống: không giới hạn; 0: không bố trí)"))


class FundingForm(StampedForm):
    """The aim and the floors of the choice under the ceilings."""

    aim = SelectField(_("Mục tiêu"), choices=[SelectChoice(aim.value, aim.label) for aim in Aim])
    per_district = CountField(_("Mỗi địa bàn cũ có ít nhất bao nhiêu đơn vị được bố trí (0: không đặt)"), [_between(0, 20)])
    communes_first = BooleanField(_("Kết quả bằng nhau thì ưu tiên xã"))

    @property
    def selected_aim(self) -> Aim:
        """The aim as a value."""
        return Aim(self.aim.data)


def ceiling_forms(funding: Funding, pots: Iterable[Pot]) -> dict[Pot, CeilingForm]:
    """A form for each pot, filled with its ceiling or with what was posted."""
    forms = {}
    for number, pot in enumerate(pots):
        ceiling = funding.ceiling_of(pot)
        data = {"amount": "" if ceiling is None else format_number(ceiling)}
        forms[pot] = CeilingForm(data=data, prefix=f"pot-{number}", meta={"csrf": False})
    return forms
