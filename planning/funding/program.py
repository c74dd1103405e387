"""A program of yes and no in whole numbers: the choice of places of the greatest value that keeps every row. Pure.

HiGHS proposes; whole numbers decide. It works in floats, so each choice it names is checked in whole numbers. One that breaks a row by
rounding is cut off, with all that break it in the same way, and the program is solved again. How far it goes is an amount of work,
never of time, so that every machine gives the same answer: nodes of the search tree, each as many units as there are places.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import highspy
import numpy as np

from planning.funding.solver import make_solver

# A sum in the solver's units stays below this: an eight-digit sum leaves a float half of its digits for what a unit is cut into.
_LARGEST_SUM = 10**8
# How much the solver may be off in counting steps of the value; whole values differ by one step at least.
_MARGIN = 1e-3


class NoChoiceError(Exception):
    """There is no choice that keeps every row, where ``is_proven``; else none was found within the work."""

    def __init__(self, *, is_proven: bool) -> None:
        self.is_proven = is_proven
        super().__init__("no choice keeps every row" if is_proven else "no choice was found within the work")


@dataclass(frozen=True)
class Row:
    """The sum of the parts of the chosen places is at most the limit, in whole numbers. With parts below zero it says “at least”."""

    parts: Mapping[int, int]
    limit: int

    def is_kept(self, chosen: Collection[int]) -> bool:
        """Whether the choice keeps the row."""
        return sum(part for place, part in self.parts.items() if place in chosen) <= self.limit

    @property
    def is_possible(self) -> bool:
        """Whether any choice keeps it, if there were no other row."""
        return sum(min(0, part) for part in self.parts.values()) <= self.limit

    @property
    def tightened(self) -> "Row":
        """A row kept by the same choices, in the smallest numbers: no part is larger than what all places together take too much.

        The solver does the same with what is left of its floats, and where one đồng in a million million is too much it errs.
        """
        most = sum(part for part in self.parts.values() if part > 0)
        excess = max(0, most - self.limit)
        parts = {place: max(-excess, min(part, excess)) for place, part in self.parts.items()}
        return Row(parts, sum(part for part in parts.values() if part > 0) - excess)

    def cover(self, chosen: Collection[int]) -> "Row":
        """The row that cuts off a choice which breaks this one, with every other that takes as much and gives back no more.

        No choice that keeps this row is cut off.
        """
        taking = [place for place, part in self.parts.items() if part > 0 and place in chosen]
        giving = [place for place, part in self.parts.items() if part < 0 and place not in chosen]
        return Row(dict.fromkeys(taking, 1) | dict.fromkeys(giving, -1), len(taking) - 1)


@dataclass(frozen=True)
class Program:
    """A value for each place, rows to keep, and groups of places of which at most one is chosen."""

    values: tuple[int, ...]
    rows: tuple[Row, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """The rows, those of the groups among them."""
        return (*self.rows, *(Row(dict.fromkeys(group, 1), 1) for group in self.groups))

    @property
    def highest_value(self) -> int:
        """What no choice exceeds, even if there were no rows."""
        grouped = {place for group in self.groups for place in group}
        alone = (value for place, value in enumerate(self.values) if place not in grouped)
        return sum(max(0, value) for value in alone) + sum(max(0, *(self.values[i] for i in group)) for group in self.groups)

    def value_of(self, chosen: Iterable[int]) -> int:
        """The sum of the values of the chosen places."""
        return sum(self.values[place] for place in chosen)


@dataclass(frozen=True)
class Solution:
    """The places chosen, their value, what no choice exceeds, and how much work it took."""

    chosen: frozenset[int]
    value: int
    bound: int
    work: int

    @property
    def is_proven(self) -> bool:
        """Whether it is proven that no choice has a greater value."""
        return self.value == self.bound


@dataclass(frozen=True)
class _Proposal:
    """What the solver answers: a choice or none, the bound it names in floats, its nodes, and whether it holds that there is none."""

    chosen: frozenset[int] | None
    bound: float
    nodes: int
    is_infeasible: bool


def solve(program: Program, start: Collection[int] | None, work: int) -> Solution:
    """The choice of greatest value that is found within the work, and a bound.

    However little the work, the first node is looked at, and again where what it names breaks a row by rounding: that is no answer.

    ``start`` is a choice to begin with; one that breaks a row is no start, and any other is never made worse. Raises NoChoiceError.
    """
    rows = [row.tightened for row in program.all_rows]
    if not all(row.is_possible for row in rows):
        raise NoChoiceError(is_proven=True)
    if not program.values:
        start = ()
    best = None if start is None or any(not row.is_kept(start) for row in rows) else frozenset(start)
    bound, done, places = program.highest_value, 0, max(1, len(program.values))
    is_unanswered = True
    while (done < work or is_unanswered) and (best is None or program.value_of(best) < bound):
        proposal = _propose(program.values, rows, best, max(1, (work - done) // places))
        done += max(1, proposal.nodes) * places
        bound = min(bound, _whole_bound(program.values, proposal.bound, bound))
        if proposal.is_infeasible and best is None:
            raise NoChoiceError(is_proven=True)
        if proposal.chosen is None:
            break
        broken = [row for row in rows if not row.is_kept(proposal.chosen)]
        # Each cut leaves fewer choices, so that this ends.
        is_unanswered = bool(broken) and best is None
        if broken:
            rows += [row.cover(proposal.chosen) for row in broken]
            continue
        if best is None or program.value_of(proposal.chosen) > program.value_of(best):
            best = proposal.chosen
        break
    if best is None:
        raise NoChoiceError(is_proven=False)
    value = program.value_of(best)
    return Solution(best, value, max(value, bound), done)


def _propose(values: tuple[int, ...], rows: list[Row], start: frozenset[int] | None, most_nodes: int) -> _Proposal:
    step, unit = _scale(values)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(values), len(rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.array([value / unit for value in values])
    model.col_lower_, model.col_upper_ = np.zeros(len(values)), np.ones(len(values))
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(values)
    scaled_rows = [_scale_row(row) for row in rows]
    model.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    model.row_upper_ = np.array([limit for _parts, limit in scaled_rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row.parts) for row in rows)])
    model.a_matrix_.index_ = np.array([place for row in rows for place in row.parts], dtype=np.int32)
    model.a_matrix_.value_ = np.array([part for parts, _limit in scaled_rows for part in parts])
    solver = make_solver()
    # With a handful of rows there is little to take out beforehand, and on rows with very large and very small parts it may never end.
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("mip_max_nodes", most_nodes)
    solver.setOptionValue("mip_rel_gap", 0.0)
    # Values are whole steps: less than one more is no more.
    solver.setOptionValue("mip_abs_gap", (1 - 2 * _MARGIN) * step / unit)
    solver.passModel(model)
    if start is not None:
        first = highspy.HighsSolution()
        first.col_value = [float(place in start) for place in range(len(values))]
        solver.setSolution(first)
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus()
    is_feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    shares = solver.getSolution().col_value if is_feasible else []
    return _Proposal(
        frozenset(place for place, share in enumerate(shares) if share > 0.5) if is_feasible else None,
        info.mip_dual_bound,
        info.mip_node_count,
        status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible},
    )


def _whole_bound(values: tuple[int, ...], solver_bound: float, known_bound: int) -> int:
    """The bound of the solver as a value that a choice can have; the known one where it names none."""
    if not math.isfinite(solver_bound):
        return known_bound
    step, unit = _scale(values)
    return math.floor(solver_bound * (unit / step) + _MARGIN) * step


def _scale_row(row: Row) -> tuple[list[float], float]:
    """Parts and limit in the solver's units. A limit between two sums that the parts can have is the lower of them."""
    step, unit = _scale(row.parts.values())
    return [part / unit for part in row.parts.values()], row.limit // step * step / unit


def _scale(numbers: Iterable[int]) -> tuple[int, int]:
    """The step that divides all numbers, and the unit for the solver: the step, times a power of ten where sums would be too large."""
    sizes = [abs(number) for number in numbers]
    step = unit = math.gcd(*sizes) or 1
    while sum(sizes) > _LARGEST_SUM * unit:
        unit *= 10
    return step, unit
