"""A filter over the lines of a plan; the same one for the page, its total and its table to download. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.catalogue import load_catalogue
from planning.plan.plan import Plan, PlanLine
from portal.vietnamese import fold

KEYS = ("q", "ward", "group", "source", "year", "spending", "method", "mark")
MARKS = {
    "edited": "sửa tay",
    "evidence": "chưa có căn cứ giá",
    "above": "vượt định mức",
    "priority": "bắt buộc",
    "renewal": "gia hạn",
}


@dataclass(frozen=True)
class LineFilter:
    """The criteria of a filter by key; an empty value lets every line pass."""

    values: Mapping[str, str]

    def matches(self, line: PlanLine) -> bool:
        """Whether a line passes the filter."""
        fields = {
            "ward": line.ward.code,
            "group": line.group,
            "source": line.source,
            "year": str(line.year),
            "spending": line.spending.value,
            "method": line.method.value,
        }
        value_of = self.values.get
        if any(value_of(key) and value_of(key) != value for key, value in fields.items()):
            return False
        marks = {
            "edited": bool(line.edited),
            "evidence": not line.price.has_evidence,
            "above": line.above > 0,
            "priority": line.is_priority,
            "renewal": line.is_renewal,
        }
        mark = value_of("mark", "")
        haystack = fold(f"{line.ward.full_name} {line.item} {load_catalogue()[line.item].name} {line.note}")
        return fold(value_of("q", "")[:100]) in haystack and (mark not in marks or marks[mark])


def parse_filter(args: Mapping[str, str]) -> LineFilter:
    """The filter from an address."""
    return LineFilter({key: args[key] for key in KEYS if args.get(key)})


def filter_lines(plan: Plan, line_filter: LineFilter) -> list[PlanLine]:
    """The lines that pass the filter, in the order of the plan."""
    return [line for line in plan.lines if line_filter.matches(line)]
