"""A filter over the lines of a plan; the same one for the page, its total and its table to download. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.catalogue import load_catalogue
from planning.plan.line import PlanLine
from planning.plan.marks import Mark, marks_of
from planning.plan.plan import Plan
from portal.vietnamese import fold

KEYS = ("q", "ward", "group", "source", "year", "form", "method", "mark")


@dataclass(frozen=True)
class LineFilter:
    """The criteria of a filter by key; an empty value lets every line pass."""

    values: Mapping[str, str]

    def matches(self, line: PlanLine, plan: Plan) -> bool:
        """Whether a line of a plan passes the filter."""
        fields = {
            "ward": line.ward.code,
            "group": line.group,
            "source": line.source,
            "year": str(line.year),
            "form": line.form.value,
            "method": line.method.value,
        }
        value_of = self.values.get
        if any(value_of(key) and value_of(key) != value for key, value in fields.items()):
            return False
        mark = value_of("mark", "")
        haystack = fold(f"{line.ward.full_name} {line.item} {load_catalogue()[line.item].name} {line.note}")
        return fold(value_of("q", "")[:100]) in haystack and (mark not in list(Mark) or mark in marks_of(line, plan))


def parse_filter(args: Mapping[str, str]) -> LineFilter:
    """The filter from an address."""
    return LineFilter({key: args[key] for key in KEYS if args.get(key)})


def filter_lines(plan: Plan, line_filter: LineFilter) -> list[PlanLine]:
    """The lines that pass the filter, in the order of the plan."""
    return [line for line in plan.lines if line_filter.matches(line, plan)]
