"""The contents of the letter: the figures of a plan as sentences and tables, in their order. Pure.

Every amount is whole VND and stands in a table whose last row is its sum; kinds of spending are apart everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from inventory.catalogue import GROUPS, load_catalogue
from inventory.wards.wards import Ward
from planning.funding.account import Account, Cut
from planning.plan.comparison import wards_ready_after
from planning.plan.estimate import describe_fees, estimates_of
from planning.plan.five_year_cost import five_year_cost
from planning.plan.law import cite, describe_bases, spell_out
from planning.plan.norms import NormClass
from planning.plan.plan import Plan
from planning.plan.spending import ALL_FORMS, SpendingForm
from portal.formats import format_long_day, format_number, format_rate, vnd_in_words
from portal.numbers import Number
from scoring.rating.rating import FindingStatus, Result

# How many criteria and items are named; the others stand in the workbook.
MAX_NAMED = 8
# Units whose shortfalls in different wards add up to nothing.
_NO_SUM = ("%", "có/không", "Mbps", "năm")

Cells = tuple[str | Number, ...]


@dataclass(frozen=True)
class Table:
    """A table of the letter: title, heads, rows of text or whole numbers, and the last row where there is a sum."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Cells, ...]
    total: Cells = ()
    is_money: bool = True


def legal_bases(plan: Plan) -> tuple[str, ...]:
    """What the plan rests on, as the letter begins with. Titles of documents are left to whoever signs."""
    bases = [
        f"Nghị định số 224/2026/NĐ-CP {format_long_day(date(2026, 6, 24))} của Chính phủ (các Điều 32 đến 36, 49 và 65)",
        f"Nghị định số 104/2026/NĐ-CP {format_long_day(date(2026, 3, 31))} của Chính phủ",
        f"Quyết định số 15/2025/QĐ-TTg {format_long_day(date(2025, 6, 14))} của Thủ tướng Chính phủ, được sửa đổi, bổ sung bởi "
        f"Quyết định số 10/2026/QĐ-TTg {format_long_day(date(2026, 3, 9))}",
        f"Thông tư số 141/2025/TT-BTC {format_long_day(date(2025, 12, 31))} của Bộ Tài chính",
    ]
    if any(line.group == "D" for line in plan.lines):
        bases.append(f"Thông tư số 06/2026/TT-BKHCN {format_long_day(date(2026, 3, 30))} của Bộ Khoa học và Công nghệ")
    return (*bases, f"{plan.standard.name} ({lower_first(plan.standard.banner)})")


def readiness_section(plan: Plan) -> tuple[str, Table]:
    """The state of the city now."""
    counts = {result: sum(rating.result is result for rating in plan.ratings.values()) for result in Result}
    text = (
        f"Số liệu tính đến {format_long_day(plan.data_as_of or plan.on)}, tổng hợp từ phiếu khảo sát đã duyệt của "
        f"{plan.approved_count}/{len(plan.wards)} xã, phường. Hiện có {counts[Result.READY]} đơn vị đáp ứng, "
        f"{counts[Result.NOT_READY]} đơn vị chưa đáp ứng, {counts[Result.INCOMPLETE]} đơn vị chưa đủ dữ liệu và "
        f"{counts[Result.NO_DATA]} đơn vị chưa có số liệu; các đơn vị chưa có số liệu không nằm trong tổng kinh phí nào."
    )
    rows = tuple((result.label, count) for result, count in counts.items())
    return text, Table("Kết quả đánh giá", ("Kết quả", "Số đơn vị"), rows, ("Tổng cộng", len(plan.wards)), is_money=False)


def gaps_section(plan: Plan) -> tuple[str, Table]:
    """What is missing most: blocking criteria first, by how many wards lack them. Those of group G would help an attacker.

    Of these only the number of wards is stated, and not even that where the plan is redacted.
    """
    ward_counts: dict[str, int] = {}
    shortfalls: dict[str, Number] = {}
    criteria = {criterion.code: criterion for criterion in plan.standard.criteria}
    wards_with_security_gaps = 0
    for rating in plan.ratings.values():
        unmet = [finding for finding in rating.unmet if finding.status is FindingStatus.UNMET]
        wards_with_security_gaps += any(finding.criterion.is_sensitive for finding in unmet)
        for finding in unmet:
            if not finding.criterion.is_sensitive:
                ward_counts[finding.criterion.code] = ward_counts.get(finding.criterion.code, 0) + 1
                shortfalls[finding.criterion.code] = shortfalls.get(finding.criterion.code, 0) + finding.shortfall
    ordered = sorted(ward_counts, key=lambda code: (not criteria[code].blocking, -ward_counts[code], code))[:MAX_NAMED]
    rows = tuple(
        (
            criteria[code].name,
            "bắt buộc" if criteria[code].blocking else "",
            ward_counts[code],
            "–" if criteria[code].unit in _NO_SUM else shortfalls[code],
            criteria[code].unit,
        )
        for code in ordered
    )
    text = "Các tiêu chí thiếu ở nhiều đơn vị nhất được nêu tại bảng dưới đây."
    if not any(rating.is_redacted for rating in plan.ratings.values()):
        text += f" Có {wards_with_security_gaps} đơn vị chưa đạt tiêu chí về an ninh mạng; chi tiết không nêu trong văn bản này."
    heads = ("Tiêu chí", "Tính chất", "Số đơn vị chưa đạt", "Số còn thiếu", "Đơn vị tính")
    return text, Table("Những nội dung còn thiếu nhiều nhất", heads, rows, is_money=False)


def spending_sentence(plan: Plan, form: SpendingForm) -> str:
    """One form of spending in figures and in words."""
    total = plan.form_total(form)
    return f"{form.label}: {format_number(total)} đồng (bằng chữ: {lower_first(vnd_in_words(total))})."


def spending_table(plan: Plan, name: str) -> Table:
    """The totals by a part of the lines: ``group``, ``year``, ``source`` or ``unit``."""
    if name == "year":
        sums = {f"Năm {year}": amounts for year, amounts in plan.totals_by_year().items()}
        return _table_by_form("Kinh phí theo năm", "Năm", sums, plan)
    title, head, part = {
        "group": ("Kinh phí theo nhóm", "Nhóm", lambda line: f"{line.group}. {GROUPS[line.group]}"),
        "source": ("Kinh phí theo nguồn vốn", "Nguồn vốn", lambda line: line.source),
        "unit": ("Kinh phí theo đơn vị thực hiện", "Đơn vị thực hiện", lambda line: line.unit),
    }[name]
    return _table_by_form(title, head, plan.totals_by(part), plan)


def estimate_sections(plan: Plan) -> tuple[tuple[str, Table], ...]:
    """The estimate of each form that has one, with its total in words."""
    sections = []
    for costs in estimates_of(plan):
        is_project = costs.form is SpendingForm.PROJECT
        name = "tổng mức đầu tư" if is_project else "tổng dự toán"
        text = (
            f"{costs.form.label} ({spell_out(costs.clause)}): {name} là {format_number(costs.total)} đồng "
            f"(bằng chữ: {lower_first(vnd_in_words(costs.total))}). Các tỷ lệ là giả định, sẽ thay bằng định mức hoặc dự toán được duyệt."
        )
        rows: tuple[Cells, ...] = tuple(
            (row.number, row.label, "" if row.rate is None else format_rate(row.rate), row.amount) for row in costs.rows
        )
        heads = ("Số", "Nội dung", "Tỷ lệ", "Thành tiền")
        sections.append((text, Table(costs.form.label, heads, rows, ("", name.capitalize(), "", costs.total))))
    return tuple(sections)


def outside_sentence(plan: Plan) -> str:
    """What stands in no estimate, and what the years after the plan cost."""
    years, recurrent = plan.assumptions.years, plan.form_total(SpendingForm.RECURRENT)
    text = (
        f"Chi hằng năm đứng ngoài các tổng này: {format_number(recurrent)} đồng cho các năm {years[0]} đến {years[-1]}; "
        f"mỗi năm sau đó {format_number(plan.yearly_after)} đồng, không nằm trong tổng nào."
    )
    return f"{text} {describe_fees(plan)}".rstrip()


def five_year_table(plan: Plan) -> Table:
    """What five years cost, forms of spending apart."""
    cost = five_year_cost(plan)
    yearly = {f"Năm {year}": {form: cost.in_year(form, year) for form in plan.forms} for year in cost.years}
    heads = ("Năm", *(form.label for form in plan.forms))
    rows: tuple[Cells, ...] = tuple((name, *sums.values()) for name, sums in yearly.items())
    return Table(
        "Chi phí năm năm, kể cả thay thế khi hết thời gian sử dụng", heads, rows, ("Tổng cộng", *map(cost.total, plan.forms))
    )


def wards_turned_ready(plan: Plan) -> tuple[Ward, ...]:
    """The wards that are not ready now and that the plan turns ready, in the order of the city."""
    after = wards_ready_after(plan)
    return tuple(w for w in plan.wards if w.code in after and plan.ratings[w.code].result is not Result.READY)


def effect_paragraph(plan: Plan, account: Account | None = None) -> str:
    """What the plan brings about, and what of it with the money that is funded where that is less."""
    turned = wards_turned_ready(plan)
    now = plan.ready_now
    people = sum(ward.population for ward in turned)
    text = (
        f"Sau khi thực hiện toàn phương án, số đơn vị đáp ứng tăng từ {now} lên {now + len(turned)}/{len(plan.wards)}; thêm {len(turned)} "
        f"xã, phường với {format_number(people)} người dân chuyển sang đáp ứng (danh sách kèm theo)."
    )
    if account and account.ready_funded < account.ready_all:
        text += f" Với phần dự kiến bố trí vốn, số đơn vị đáp ứng là {account.ready_funded}/{account.wards}."
    return text


def ward_table(plan: Plan, account: Account | None = None) -> Table:
    """The wards that turn ready with their money, and the others in one row, so that the sum is the plan's.

    Under ceilings a last column says how much of all forms of spending is funded for each.
    """
    sums, turned = plan.totals_by(lambda line: line.ward.code), wards_turned_ready(plan)
    columns = {form.label: {code: amounts[form] for code, amounts in sums.items()} for form in plan.forms}
    if account and account.ceilings:
        by_ward = account.cuts[Cut.WARD].items()
        columns[f"Dự kiến bố trí vốn ({ALL_FORMS})"] = {code: ward_sums.funded for code, ward_sums in by_ward}
    rows: list[Cells] = [
        (number, ward.full_name, *(column.get(ward.code, 0) for column in columns.values()))
        for number, ward in enumerate(turned, 1)
    ]
    codes = {ward.code for ward in turned}
    rest = (sum(amount for code, amount in column.items() if code not in codes) for column in columns.values())
    rows.append(("", "Các xã, phường khác trong phương án", *rest))
    totals = (sum(column.values()) for column in columns.values())
    return Table("Xã, phường chuyển sang đáp ứng", ("STT", "Xã, phường", *columns), tuple(rows), ("", "Tổng cộng", *totals))


def caps_paragraph(plan: Plan) -> str:
    """What lies above the legal ceilings, forms of spending apart."""
    by_norm = plan.totals_by_norm()
    above, none = (_form_amounts(by_norm.get(kind, {}), plan) for kind in (NormClass.ABOVE, NormClass.NONE))
    clauses = "; ".join(
        sorted({spell_out(line.norm.clause) for line in plan.lines if line.bought and line.norm.kind is NormClass.NONE})
    )
    return (
        "Số lượng tối đa theo Quyết định số 15/2025/QĐ-TTg không phải chỉ tiêu. Phần vượt định mức, chờ cấp có thẩm quyền quyết định: "
        f"{above}. Phần chưa có định mức{f' ({clauses})' if clauses else ''}, chờ quyết định của cấp có thẩm quyền: {none}."
    )


def account_paragraph(account: Account) -> str:
    """What is least for the wards to be ready, what the ceilings pay for, and what they do not."""
    total = account.total
    text = (
        f"Trong {account.label} {format_number(total.whole)} đồng, phần tối thiểu để các xã, phường đáp ứng là "
        f"{format_number(total.minimum)} đồng. "
    )
    if account.ceilings:
        text += (
            f"{account.ceiling_remark} Dự kiến bố trí {format_number(total.funded)} đồng; "
            f"chưa cân đối được vốn {format_number(total.unfunded)} đồng. "
        )
    text += (
        f"Số đơn vị đáp ứng: hiện nay {account.ready_now}, sau phần được dự kiến bố trí vốn {account.ready_funded}, "
        f"sau toàn phương án {account.ready_all}/{account.wards}."
    )
    return f"{text} {account.slide_remark}".rstrip()


def transfers_paragraph(plan: Plan) -> str:
    """What is moved between wards before anything is bought; nothing where no transfer was agreed to."""
    if not plan.transfers:
        return ""
    machines = sum(transfer.quantity for transfer in plan.transfers)
    return (
        f"Trước khi mua đã điều chuyển, tận dụng {format_number(machines)} máy giữa các xã, phường ({len(plan.transfers)} đề nghị; "
        f"{spell_out(cite('reuse'))}); số này không tính kinh phí mua."
    )


def centre_paragraph(plan: Plan) -> str:
    """The equipment of the city service centre, which is in no total."""
    return (
        f"Thiết bị của Trung tâm Phục vụ hành chính công Thành phố cần thay: {format_number(plan.centre_total)} đồng, "
        "không nằm trong các tổng nêu trên."
    )


def evidence_paragraph(plan: Plan) -> str:
    """Which prices still lack evidence: while any does, the letter is a draft."""
    methods, clauses = describe_bases(plan.forms, plan.on)
    if not plan.is_draft:
        return f"Mọi đơn giá trong phương án đã có căn cứ theo {spell_out(clauses)}."
    items = sorted({line.item for line in plan.lines if line.amount and not line.has_evidence})
    amounts = _form_amounts({form: plan.form_without_evidence(form) for form in SpendingForm}, plan)
    names = ", ".join(f"{load_catalogue()[item].name} ({item})" for item in items[:MAX_NAMED])
    more = f" và {len(items) - MAX_NAMED} danh mục khác" if len(items) > MAX_NAMED else ""
    return (
        f"Còn {len(items)} danh mục chưa có căn cứ giá theo {spell_out(clauses)} ({amounts}): {names}{more}. "
        f"Vì vậy văn bản này là DỰ THẢO; trước khi trình phải bổ sung một trong các căn cứ: {methods}."
    )


def requested_decisions(plan: Plan, account: Account | None = None) -> tuple[str, ...]:
    """What the city is asked to decide."""
    parts = _form_amounts(plan.totals, plan)
    decisions = [
        f"Thông qua {plan.quoted_name} với {parts}; {ALL_FORMS} {format_number(plan.total())} đồng.",
        "Quyết định nguồn vốn và phân kỳ theo các bảng tại mục II; giao nhiệm vụ cho các đơn vị thực hiện nêu tại bảng theo đơn vị.",
    ]
    if account and account.total.unfunded:
        decisions.append(
            f"Cho ý kiến về phần chưa cân đối được vốn {format_number(account.total.unfunded)} đồng "
            f"(phần dự kiến bố trí: {format_number(account.total.funded)} đồng)."
        )
    if any(line.above for line in plan.lines):
        decisions.append(f"Quyết định hoặc phân cấp quyết định phần vượt số lượng tối đa ({spell_out(cite('authority'))}).")
    if plan.is_draft:
        decisions.append("Giao các đơn vị hoàn thiện căn cứ giá của các danh mục nêu tại mục III trước khi phê duyệt dự toán.")
    if plan.wards_without_data:
        decisions.append(f"Chỉ đạo {len(plan.wards_without_data)} xã, phường chưa có số liệu hoàn thành phiếu khảo sát.")
    years = sorted({line.year for line in plan.lines if line.item in ("D01", "D02") and line.bought})
    if years:
        days = ", ".join(f"31/01/{year}" for year in years)
        decisions.append(f"Giao đăng ký nhu cầu mạng truyền số liệu chuyên dùng trước ngày {days} ({spell_out(cite('network'))}).")
    return tuple(decisions)


def lower_first(text: str) -> str:
    """The text with a small first letter, to go on in a sentence."""
    return text[:1].lower() + text[1:]


def _form_amounts(amounts: Mapping[SpendingForm, int], plan: Plan) -> str:
    """The amounts of the forms that the plan has money in, one after the other."""
    return "; ".join(f"{lower_first(form.label)} {format_number(amounts.get(form, 0))} đồng" for form in plan.forms)


def _table_by_form(title: str, head: str, sums: Mapping[str, Mapping[SpendingForm, int]], plan: Plan) -> Table:
    forms = plan.forms
    rows: tuple[Cells, ...] = tuple((name, *(amounts[form] for form in forms)) for name, amounts in sums.items())
    return Table(title, (head, *(form.label for form in forms)), rows, ("Tổng cộng", *_totals(plan)))


def _totals(plan: Plan) -> Sequence[int]:
    return [plan.form_total(form) for form in plan.forms]
