"""What is still to be completed before a plan is submitted: counted, each with the lines that it is about. It stops nobody. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from planning.plan.line_filter import LineFilter, filter_lines
from planning.plan.plan import Plan


@dataclass(frozen=True)
class Check:
    """So many things to complete. ``arguments`` are those of the page of lines that shows them; none where no line does."""

    label: str
    count: int
    arguments: Mapping[str, str] = field(default_factory=dict)


# By the marks of the page of lines: what is counted is what the link shows.
_MARKS = {
    "evidence": "dòng chưa có căn cứ giá",
    "over_cap": "dòng có đơn giá vượt mức tối đa",
    "above": "dòng vượt định mức",
    "vat": "dòng có thuế suất hết hiệu lực trước năm thực hiện",
    "edited": "dòng sửa tay",
}
# What no line shows.
_COUNTS: Mapping[str, Callable[[Plan], int]] = {
    "xã, phường chưa có số liệu": lambda plan: len(plan.wards_without_data),
}


def list_checks(plan: Plan) -> tuple[Check, ...]:
    """Everything that is checked, with how many of it there are, none left out."""
    of_lines = (Check(label, len(filter_lines(plan, LineFilter({"mark": mark}))), {"mark": mark}) for mark, label in _MARKS.items())
    return (*of_lines, *(Check(label, count(plan)) for label, count in _COUNTS.items()))
