"""The criteria and measures of the shipped standard as tables: ``make tables`` puts them into docs/tieu-chuan.md."""

from collections.abc import Iterable, Sequence

from exports.open_data.verification.measures import COUNTED
from inventory.catalogue import load_catalogue
from scoring.rating.measures import MEASURES
from scoring.rating.published_standards import REFERENCE
from scoring.rating.standard import Criterion, Requirement, Standard, Tier, parse_standard
from tests.support.docs import DOCS, put_part

PAGE = DOCS / "tieu-chuan.md"


def put_tables(page: str) -> str:
    """The page with both tables as the code has them."""
    standard = parse_standard(REFERENCE.read_text("utf-8"))
    return put_part("measures", write_measures(), put_part("criteria", write_criteria(standard), page))


def write_criteria(standard: Standard) -> str:
    """What the standard asks for, criterion by criterion, under what it says as a whole."""
    head = (
        f"**{standard.name}** (`{standard.version}`): điểm đạt {standard.pass_mark}/100, "
        f"tuổi máy tính tối đa {standard.pc_max_age_years} năm.\n\n"
    ) + (f"{standard.note}\n\n" if standard.note else "")
    heading = ("Mã", "Tiêu chí", "Phép đo", "Mức cần", "Chỉ áp dụng", "Trọng số", "Bắt buộc", "Nhãn", "Nguồn")
    return head + _table(
        heading,
        (
            (
                *(c.code, c.name, f"`{c.measure}`", describe_need(c.requirement), describe_limits(c), describe_weight(c)),
                *("có" if c.blocking else "", c.source_label, c.source_text),
            )
            for c in standard.criteria
        ),
    )


def write_measures() -> str:
    """Each measure, and where it comes from: an answer, equipment of some items, or a rule of its own that the page tells."""
    return _table(
        ("Tên", "Đo gì", "Đơn vị", "Từ đâu"),
        ((f"`{name}`", measure.label, measure.unit, _origin(name)) for name, measure in MEASURES.items()),
    )


def describe_need(need: Requirement) -> str:
    """``2 × `staff_total`, ít nhất 200``."""
    if need.per is None:
        amount = str(max(need.constant, need.at_least))
        return f"không quá {amount}" if need.at_most else amount
    factors = [str(need.times)] * (need.times != 1) + [f"{need.percent} %"] * (need.percent != 100) + [f"`{need.per}`"]
    share = " × ".join(factors) + (f" ÷ {need.each}" if need.each != 1 else "")
    amount = f"{need.constant} + {share}" if need.constant else share
    amount += f", ít nhất {need.at_least}" if need.at_least else ""
    return f"không quá {amount}" if need.at_most else amount


def describe_limits(criterion: Criterion) -> str:
    """Whom and when it judges, where that is not everybody and always."""
    days = ((criterion.effective_from, "từ"), (criterion.effective_to, "đến hết"))
    limits = [f"khi trả lời “có” ở `{criterion.applies_if}`"] if criterion.applies_if else []
    return ", ".join([*limits, *(f"{word} {day:%d/%m/%Y}" for day, word in days if day)])


def describe_weight(criterion: Criterion) -> str:
    """The weight, or why it counts nowhere."""
    if criterion.undecided:
        return "chưa quyết định"
    return "khuyến nghị" if criterion.tier is Tier.RECOMMENDED else str(criterion.weight)


def _origin(name: str) -> str:
    if MEASURES[name].is_fact:
        return "câu trả lời cùng tên"
    if name not in COUNTED:
        return "quy tắc riêng, xem trên"
    return "đang dùng được: " + "; ".join(f"{item} {load_catalogue()[item].name}" for item in COUNTED[name])


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["|".join(["", *(f" {cell} " for cell in row), ""]) for row in (heading, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(heading), *lines[1:], ""])


if __name__ == "__main__":
    PAGE.write_text(put_tables(PAGE.read_text("utf-8")), "utf-8")
