"""What is still to be completed before a plan is submitted: counted, each with the lines that it is about. It stops nobody. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from planning.plan.line_filter import LineFilter, filter_lines
from planning.plan.marks import Mark
from planning.plan.plan import Plan


@dataclass(frozen=True)
class Check:
    """So many things to complete. ``arguments`` are those of the page of lines that shows them; none where no line does."""

    label: str
    count: int
    arguments: Mapping[str, str] = field(default_factory=dict)


# By the marks of the page of lines: what is counted is what the link shows.
_LABELS = {
    Mark.EVIDENCE: "dòng chưa có căn cứ giá",
    Mark.BASIS: "dòng có căn cứ giá không dùng được cho hình thức chi, hoặc hết hiệu lực",
    Mark.PRICE_CAP: "dòng có đơn giá vượt mức tối đa",
    Mark.ABOVE: "dòng vượt định mức",
    Mark.NO_NORM: "dòng không có định mức, chờ quyết định",
    Mark.UNCHECKED: "dòng chưa đối chiếu được định mức",
    Mark.FAULT: "dòng có hình thức chi, nguồn vốn hoặc năm không khớp",
    Mark.OPEN: "dòng cần xác định hình thức chi hoặc lĩnh vực chi",
    Mark.VAT: "dòng có thuế suất của năm thực hiện khác bảng giá",
    Mark.EDITED: "dòng điều chỉnh",
}
# What no line shows.
_COUNTS: Mapping[str, Callable[[Plan], int]] = {
    "xã, phường chưa có số liệu": lambda plan: len(plan.wards_without_data),
}


def list_checks(plan: Plan) -> tuple[Check, ...]:
    """Everything that is checked, with how many of it there are, none left out."""
    of_lines = (
        Check(label, len(filter_lines(plan, LineFilter({"mark": mark.value}))), {"mark": mark.value})
        for mark, label in _LABELS.items()
    )
    return (*of_lines, *(Check(label, count(plan)) for label, count in _COUNTS.items()))
