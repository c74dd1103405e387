"""The forms of plans, of decisions about them and of what wards request. Values of lines are parsed by ``planning.plan.overrides``, from the page and from the workbook alike."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, FileField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from inventory.catalogue import GROUPS, Acquisition, load_catalogue
from inventory.prices.prices import CAPPED_ITEMS
from inventory.wards.wards import load_wards
from planning.decisions.decision import Decision, DecisionKind, Faults
from planning.decisions.request import RequestedLine
from planning.funding.allocation import Aim
from planning.funding.constraints import Ceiling, Funding
from planning.plan.assumptions import RATE_NAMES, YEARS, Assumptions, CityNorm, GroupRule, Rates
from planning.plan.spending import Pot, SpendingForm, sources_by_label
from portal.caches import content_key
from portal.clock import today
from portal.days import find_day
from portal.formats import format_day, format_number, format_rate, format_vnd
from portal.forms import BaseForm, CountField, DayField, RateField, StampField, VndField
from portal.numbers import CountError, parse_count
from portal.vietnamese import fold


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

    note = StringField(_("Lý do lập phiên bản mới"), [DataRequired(), Length(max=300)])


class StampedForm(BaseForm):
    """A form of a scenario with the state of it that the page was rendered from."""

    changes = StampField()

    @property
    def stamp(self) -> int:
        """How many changes the scenario had when the page was rendered; -1 where that cannot be read."""
        try:
            return parse_count(self.changes.data or "")
        except CountError:
            return -1


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


def _check_norms(_form: BaseForm, field: TextAreaField) -> None:
    """A validator that each line is a decision of the city on norms: it names all that are not."""
    faults = []
    for number, line in _norm_lines(field.data):
        try:
            _read_norm(number, line)
        except ValidationError as error:
            faults.append(str(error))
    if faults:
        raise ValidationError(" ".join(faults))


def _norm_lines(text: str | None) -> list[tuple[int, str]]:
    """The decisions of the city on norms, one a line: number; day; codes of items. With the numbers of their lines."""
    return list(enumerate((line for line in (text or "").splitlines() if line.strip()), start=1))


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
    if day > today():
        raise ValidationError(_("Dòng %(number)s: ngày quyết định ở tương lai. Ghi ngày trên văn bản.", number=number))
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
    replaces_due = BooleanField(
        _("Thay thế cả máy tính hết thời gian sử dụng trong các năm của phương án (giả định; thứ bậc: thay thế đến hạn)")
    )
    price_list = SelectField(_("Bảng giá"), coerce=int)
    city_norms = TextAreaField(
        _("Định mức chuyên dùng của Thành phố (mỗi dòng: số quyết định; ngày; các mã danh mục)"), [Length(max=2000), _check_norms]
    )

    @property
    def norms(self) -> tuple[CityNorm, ...]:
        """The decisions of the city that were entered."""
        return tuple(_read_norm(number, line) for number, line in _norm_lines(self.city_norms.data))


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


def _known(read: Callable[[str], str | None], sentence: str) -> Callable[[BaseForm, TextAreaField], None]:
    """A validator that each entry of a list is known; ``sentence`` says what to write and names the unknown ones."""

    def check(_form: BaseForm, field: TextAreaField) -> None:
        unknown = [entry for entry in _entries(field.data) if read(entry) is None]
        if unknown:
            raise ValidationError(sentence % {"entries": ", ".join(unknown)})

    return check


def _entries(text: str | None) -> list[str]:
    """The entries of a list, which stand on lines of their own or between commas or semicolons."""
    parts = (part.strip() for part in (text or "").replace(";", "\n").replace(",", "\n").splitlines())
    return list(dict.fromkeys(part for part in parts if part))


def _read_ward(entry: str) -> str | None:
    """The code of a ward by its code or its name."""
    return next(
        (ward.code for ward in load_wards() if entry == ward.code or fold(entry) in (fold(ward.full_name), fold(ward.name))), None
    )


def _read_line(entry: str) -> str | None:
    """The code of a line, as its page and the workbook bear it."""
    ward_code, _dash, item = entry.upper().partition("-")
    return entry.upper() if item in load_catalogue() and _read_ward(ward_code) == ward_code else None


def _read_group(entry: str) -> str | None:
    """The letter of a group of items."""
    return entry.upper() if entry.upper() in GROUPS else None


_WARDS = _known(_read_ward, _("Không có xã, phường: %(entries)s. Ghi mã hoặc tên đầy đủ, mỗi đơn vị một dòng."))
_LINES = _known(_read_line, _("Không có dòng: %(entries)s. Ghi mã dòng như 00070-A01, mỗi mã một dòng."))
_GROUPS = _known(_read_group, _("Không có nhóm: %(entries)s. Ghi chữ cái của nhóm, ví dụ D, G, A."))


class FundingForm(StampedForm):
    """The aim of the choice under the ceilings, its floors, what is pinned, and the order of the rest."""

    aim = SelectField(_("Mục tiêu"), choices=[SelectChoice(aim.value, aim.label) for aim in Aim])
    per_district = CountField(_("Mỗi địa bàn cũ có ít nhất bao nhiêu đơn vị được bố trí (0: không đặt)"), [_between(0, 20)])
    communes_first = BooleanField(_("Kết quả bằng nhau thì ưu tiên xã"))
    slide_years = SelectField(
        _("Cho lùi việc đáp ứng của một đơn vị"),
        coerce=int,
        choices=[
            SelectChoice(0, _("không lùi")),
            *(SelectChoice(years, _("tối đa %(years)s năm", years=years)) for years in (1, 2)),
        ],
    )
    wards_required = TextAreaField(_("Xã, phường phải được bố trí vốn"), [Length(max=4000), _WARDS])
    wards_barred = TextAreaField(_("Xã, phường không bố trí vốn để đáp ứng"), [Length(max=4000), _WARDS])
    lines_required = TextAreaField(_("Dòng phải được bố trí vốn"), [Length(max=4000), _LINES])
    lines_barred = TextAreaField(_("Dòng không bố trí vốn"), [Length(max=4000), _LINES])
    group_order = StringField(_("Thứ tự nhóm khi bố trí phần còn lại (để trống: theo chữ cái)"), [Length(max=60), _GROUPS])

    def validate_lines_barred(self, field: TextAreaField) -> None:
        """A line cannot be both."""
        both = set(_read_all(_read_line, field)) & set(_read_all(_read_line, self.lines_required))
        if both:
            raise ValidationError(_("Vừa phải bố trí vừa không bố trí: %(entries)s.", entries=", ".join(sorted(both))))

    def funding_of(self, ceilings: Iterable[Ceiling]) -> Funding:
        """What was entered, with the ceilings."""
        return Funding(
            ceilings=tuple(ceilings),
            aim=Aim(self.aim.data),
            per_district=self.per_district.number or 0,
            communes_first=bool(self.communes_first.data),
            slide_years=self.slide_years.data,
            wards_required=_read_all(_read_ward, self.wards_required),
            wards_barred=_read_all(_read_ward, self.wards_barred),
            lines_required=_read_all(_read_line, self.lines_required),
            lines_barred=_read_all(_read_line, self.lines_barred),
            group_order=_read_all(_read_group, self.group_order),
        )


def _read_all(read: Callable[[str], str | None], field: StringField) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for entry in _entries(field.data) if (code := read(entry))))


def funding_form(funding: Funding) -> FundingForm:
    """The form filled with what a scenario requires, or with what was posted."""
    names = {ward.code: ward.full_name for ward in load_wards()}
    return FundingForm(
        data={
            "aim": funding.aim.value,
            "per_district": str(funding.per_district),
            "communes_first": funding.communes_first,
            "slide_years": funding.slide_years,
            "wards_required": "\n".join(names.get(code, code) for code in funding.wards_required),
            "wards_barred": "\n".join(names.get(code, code) for code in funding.wards_barred),
            "lines_required": "\n".join(funding.lines_required),
            "lines_barred": "\n".join(funding.lines_barred),
            "group_order": ", ".join(funding.group_order),
        }
    )


def diff_conditions(before: Funding, after: Funding) -> list[tuple[str, str, str]]:
    """The ceilings and conditions that differ, each with what it was and is, in the words of their page."""
    old, new = funding_form(before), funding_form(after)
    pots = sorted({ceiling.pot for ceiling in (*before.ceilings, *after.ceilings)})
    ceilings = [(pot.label, _describe_ceiling(before, pot), _describe_ceiling(after, pot)) for pot in pots]
    names = [field.name for field in fields(Funding) if field.name != "ceilings"]
    conditions = [(str(new[name].label.text), _describe_condition(old[name]), _describe_condition(new[name])) for name in names]
    return [row for row in (*ceilings, *conditions) if row[1] != row[2]]


def _describe_ceiling(funding: Funding, pot: Pot) -> str:
    amount = funding.ceiling_of(pot)
    return str(_("không giới hạn")) if amount is None else format_vnd(amount)


def _describe_condition(field: Field) -> str:
    if isinstance(field, SelectField):
        return str(next(choice.label for choice in field.choices if choice.value == field.data))
    if isinstance(field, BooleanField):
        return str(_("có") if field.data else _("không"))
    return "; ".join(_entries(field.data)) or "–"


def ceiling_forms(funding: Funding, pots: Iterable[Pot]) -> dict[Pot, CeilingForm]:
    """A form for each pot, filled with its ceiling or with what was posted.

    Its fields are named by the pot, not by its place: an answer that is approved meanwhile adds pots to the plan, or takes some out.
    """
    forms = {}
    for pot in pots:
        ceiling = funding.ceiling_of(pot)
        data = {"amount": "" if ceiling is None else format_number(ceiling)}
        forms[pot] = CeilingForm(data=data, prefix=f"pot-{content_key(pot.label)[:16]}", meta={"csrf": False})
        forms[pot].amount.label.text = pot.label
    return forms


class ReturnForm(BaseForm):
    """Why a submitted plan is sent back."""

    why = StringField(_("Nội dung cần hoàn thiện"), [DataRequired(), Length(max=300)])


class DecisionForm(BaseForm):
    """A decision about a plan; its file and its amounts by pot stand beside."""

    kind = SelectField(_("Loại quyết định"), choices=[SelectChoice(kind.value, kind.label) for kind in DecisionKind])
    number = StringField(_("Số, ký hiệu"), [DataRequired(), Length(max=100)])
    day = DayField(_("Ngày ban hành"), [InputRequired()])
    body = StringField(_("Cơ quan ban hành"), [DataRequired(), Length(max=200)])
    total = VndField(_("Tổng số tiền (đồng)"), [DataRequired()])
    file = FileField(_("Tệp quyết định: PDF, .docx hoặc ảnh, không quá 10 MB"))

    def decision(self, pots: "Mapping[Pot, PotAmountForm]") -> Decision:
        """The decision that was entered; what was left blank gives nothing."""
        amounts = {pot: form.amount.number for pot, form in pots.items() if form.amount.number is not None}
        kind = DecisionKind(self.kind.data)
        return Decision(kind, self.number.data or "", self.day.data, self.body.data or "", self.total.number or 0, amounts)

    def add_faults(self, faults: Faults, pots: "Mapping[Pot, PotAmountForm]") -> None:
        """Show each fault at its field."""
        for name, message in faults.fields.items():
            self[name].errors = [message]
        for pot, message in faults.pots.items():
            pots[pot].amount.errors = [message]


class PotAmountForm(BaseForm):
    """What a decision gives to one pot."""

    amount = VndField(_("Số tiền (đồng)"))


def pot_amount_forms(pots: Iterable[Pot]) -> dict[Pot, PotAmountForm]:
    """A form for each pot, empty or filled with what was posted."""
    return {pot: PotAmountForm(prefix=f"pot-{number}", meta={"csrf": False}) for number, pot in enumerate(pots)}


class RequestForm(StampedForm):
    """The document by which a ward requests."""

    number = StringField(_("Số, ký hiệu văn bản đề nghị"), [DataRequired(), Length(max=100)])
    day = DayField(_("Ngày văn bản"), [InputRequired()])
    file = FileField(_("Tệp văn bản: PDF, .docx hoặc ảnh, không quá 10 MB (để trống: giữ tệp đang có)"))


class RequestLineForm(BaseForm):
    """What a ward requests of one item. ``item`` is chosen where the line is new."""

    item = SelectField(_("Danh mục"), choices=[])
    quantity = CountField(_("Số lượng đề nghị"), [_between(0, 100_000)])
    amount = VndField(_("Số tiền đề nghị (đồng)"))
    reason = StringField(_("Lý do chênh lệch"), [Length(max=300)])

    @property
    def is_blank(self) -> bool:
        """Whether nothing is requested."""
        return not (self.quantity.data or self.amount.data or self.reason.data)

    def validate_quantity(self, _field: CountField) -> None:
        """Ask for what is missing of a line that was begun."""
        if not self.is_blank and self.quantity.number is None and not self.quantity.errors:
            raise ValidationError(_("Ghi số lượng; không đề nghị thì ghi 0."))

    def validate_amount(self, _field: CountField) -> None:
        """Likewise."""
        if not self.is_blank and self.amount.number is None and not self.amount.errors:
            raise ValidationError(_("Ghi số tiền; không đề nghị thì ghi 0."))

    @property
    def line(self) -> RequestedLine:
        """The line that was entered."""
        return RequestedLine(self.item.data, self.quantity.number or 0, self.amount.number or 0, self.reason.data or "")


NEW_REQUEST_LINES = 3


def request_line_forms(lines: Iterable[RequestedLine], items: Iterable[str]) -> dict[str, RequestLineForm]:
    """A form for each of these items, filled with what is requested of it or with what was posted, and some for further items."""
    requested, known = {line.item: line for line in lines}, list(items)
    forms = {}
    for item in known:
        line = requested.get(item)
        data = {"quantity": str(line.quantity), "amount": format_number(line.amount), "reason": line.reason} if line else {}
        forms[item] = RequestLineForm(data=data | {"item": item}, prefix=item, meta={"csrf": False})
        forms[item].item.choices = [SelectChoice(item, item)]
        forms[item].item.data = item
    others = [entry for entry in load_catalogue().values() if entry.code not in known and entry.acquisition is not Acquisition.NONE]
    for number in range(1, NEW_REQUEST_LINES + 1):
        form = forms[f"new-{number}"] = RequestLineForm(prefix=f"new-{number}", meta={"csrf": False})
        form.item.choices = [SelectChoice(entry.code, f"{entry.code} – {entry.name}") for entry in others]
    return forms
