"""The choice of places with the greatest value that keeps every limit, and a bound that is proven without rounding. Pure.

HiGHS proposes; whole numbers decide. A proposal counts only if its whole sums keep every row. The bound is what the prices of the rows
allow (Lagrange), worked out in whole numbers, so that it holds however well the solver did. Where few places are left that could
beat the best, all that remains is searched, and the bound is met.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from planning.funding.solver import make_solver

# The solver sees numbers up to this one, in units of a power of ten: its floats are near enough to propose, whole đồng decide.
_LARGEST = 10**8
# Prices of pots are whole multiples of one over this number.
_PRICE_SCALE = 1 << 80
# How many places, the most doubtful first, the solver chooses anew, and how far it and the search go.
_CORE, _SOLVER_NODES = 130, 20
_SEARCH_WIDTH, _SEARCH_NODES = 200, 10_000


@dataclass(frozen=True)
class Row:
    """The sum of the parts of what is chosen is at most the limit."""

    parts: Mapping[int, int]
    limit: int

    @property
    def unit(self) -> int:
        """The unit in which the solver sees the row."""
        return _unit([self.limit, *self.parts.values()])


@dataclass(frozen=True)
class Solution:
    """The places chosen, their value, and what no choice exceeds."""

    chosen: frozenset[int]
    value: int
    bound: int


def maximise(values: Sequence[int], rows: Sequence[Row], start: frozenset[int] | None = None) -> Solution | None:
    """The places of greatest value that keep every row, or None where there is no such choice. ``start`` is a choice that keeps them.

    The value and the bound are exact; where they differ, how good the choice is depends on the solver.
    """
    shares, prices = _relax(values, rows)
    gains = [value * _PRICE_SCALE for value in values]
    dual_value = sum(price * row.limit for price, row in zip(prices, rows, strict=True))
    for price, row in zip(prices, rows, strict=True):
        for i, part in row.parts.items():
            gains[i] -= price * part
    # Whatever is chosen, each place brings at most its gain over what it uses at these prices, and the limits have this value in all.
    dual_value += sum(gain for gain in gains if gain > 0)
    bound = dual_value // _PRICE_SCALE
    best = start
    for propose in (_fill, _solve_core):
        if best is None or _value(values, best) < bound:
            proposed = propose(values, rows, gains, shares)
            if proposed is not None and (best is None or _value(values, proposed) > _value(values, best)):
                best = proposed
    if best is None or _value(values, best) < bound:
        best, bound = _search(values, rows, gains, dual_value, best)
    return None if best is None else Solution(best, _value(values, best), bound)


def _value(values: Sequence[int], chosen: Iterable[int]) -> int:
    return sum(values[i] for i in chosen)


def _satisfies(rows: Iterable[Row], chosen: Collection[int]) -> bool:
    return all(sum(part for i, part in row.parts.items() if i in chosen) <= row.limit for row in rows)


def _unit(numbers: Iterable[int]) -> int:
    largest, unit = max(map(abs, numbers), default=0), 1
    while largest > _LARGEST * unit:
        unit *= 10
    return unit


def _model(values: Sequence[int], rows: Sequence[Row], *, whole: bool) -> highspy.Highs:
    """The program as the solver sees it. In the one of whole numbers parts are rounded up and limits down, to stay within both."""
    solver = make_solver()
    unit = _unit(values)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(values), len(rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.array(values, dtype=float) / unit
    model.col_lower_, model.col_upper_ = np.zeros(len(values)), np.ones(len(values))
    model.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    model.row_upper_ = np.array([row.limit // row.unit if whole else row.limit / row.unit for row in rows], dtype=float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row.parts) for row in rows)])
    model.a_matrix_.index_ = np.array([i for row in rows for i in row.parts], dtype=np.int32)
    parts = [-(-part // row.unit) if whole else part / row.unit for row in rows for part in row.parts.values()]
    model.a_matrix_.value_ = np.array(parts, dtype=float)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(values)
        solver.setOptionValue("mip_max_nodes", _SOLVER_NODES)
        # With a handful of rows there is nothing to take out beforehand, and the search for it takes half of the time.
        solver.setOptionValue("presolve", "off")
        solver.setOptionValue("mip_rel_gap", 0.0)
        # Values are whole: less than one more is no more.
        solver.setOptionValue("mip_abs_gap", 0.999 if unit == 1 else 0.0)
    solver.passModel(model)
    return solver


def _relax(values: Sequence[int], rows: Sequence[Row]) -> tuple[list[float], list[int]]:
    """The shares of each place if places could be had in part, and the price of each row in parts of the value of one."""
    if not values or not rows:
        return [1.0 if value > 0 else 0.0 for value in values], [0] * len(rows)
    solver = _model(values, rows, whole=False)
    solver.run()
    solution = solver.getSolution()
    if not solution.dual_valid:
        return [0.0] * len(values), [0] * len(rows)
    unit = _unit(values)
    prices = [int(max(0.0, dual) * _PRICE_SCALE) * unit // row.unit for dual, row in zip(solution.row_dual, rows, strict=True)]
    return list(solution.col_value), prices


def _fill(values: Sequence[int], rows: Sequence[Row], gains: Sequence[int], shares: Sequence[float]) -> frozenset[int] | None:
    """The whole places of the relaxed choice, then whatever still fits, the best gain first."""
    uses: list[list[tuple[int, int]]] = [[] for _ in values]
    for number, row in enumerate(rows):
        for i, part in row.parts.items():
            uses[i].append((number, part))
    slack, chosen = [row.limit for row in rows], set()
    for i in sorted(range(len(values)), key=lambda i: (-(shares[i] > 1 - 1e-6), -gains[i], i)):
        is_needed = any(part < 0 and slack[number] < 0 for number, part in uses[i])
        fits = all(part <= slack[number] for number, part in uses[i] if part > 0)
        if fits and (values[i] > 0 or is_needed):
            chosen.add(i)
            for number, part in uses[i]:
                slack[number] -= part
    return frozenset(chosen) if min(slack, default=0) >= 0 else None


def _solve_core(
    values: Sequence[int], rows: Sequence[Row], gains: Sequence[int], _shares: Sequence[float]
) -> frozenset[int] | None:
    """The choice among the most doubtful places that the solver finds, the others being in or out by their gain."""
    core = sorted(sorted(range(len(values)), key=lambda i: (abs(gains[i]), i))[:_CORE])
    position = {i: number for number, i in enumerate(core)}
    fixed = frozenset(i for i, gain in enumerate(gains) if gain > 0 and i not in position)
    core_rows = [
        Row(
            {position[i]: part for i, part in row.parts.items() if i in position},
            row.limit - sum(part for i, part in row.parts.items() if i in fixed),
        )
        for row in rows
    ]
    solver = _model([values[i] for i in core], core_rows, whole=True)
    solver.run()
    shares = solver.getSolution().col_value
    chosen = fixed | {i for i, share in zip(core, shares, strict=True) if share > 0.5} if len(shares) == len(core) else fixed
    return chosen if _satisfies(rows, chosen) else None


def _search(
    values: Sequence[int], rows: Sequence[Row], gains: Sequence[int], dual_value: int, best: frozenset[int] | None
) -> tuple[frozenset[int] | None, int]:
    """The best choice and its bound: tries all that may beat it, as far as that is little enough.

    To decide a place against its gain takes that much off the dual value; a branch that falls below the best by it is never visited.
    """
    best_value = _value(values, best) if best is not None else None
    margin = dual_value - (best_value + 1) * _PRICE_SCALE if best_value is not None else None
    order = sorted((i for i, gain in enumerate(gains) if margin is None or abs(gain) <= margin), key=lambda i: (-abs(gains[i]), i))
    if len(order) > _SEARCH_WIDTH:
        return best, dual_value // _PRICE_SCALE
    undecided = set(order)
    chosen = {i for i, gain in enumerate(gains) if gain > 0 and i not in undecided}
    slack = [row.limit - sum(part for i, part in row.parts.items() if i in chosen) for row in rows]
    # The most that the places still open can give back to each row.
    recoverable = [-sum(min(0, row.parts.get(i, 0)) for i in order) for row in rows]
    uses = {i: [(number, row.parts[i]) for number, row in enumerate(rows) if i in row.parts] for i in order}
    nodes = 0

    def visit(depth: int, dual_value: int) -> None:
        nonlocal best, best_value, nodes
        nodes += 1
        if nodes > _SEARCH_NODES or (best_value is not None and dual_value < (best_value + 1) * _PRICE_SCALE):
            return
        if depth == len(order):
            # The dual value is what the prices allow; the value of the choice itself may be less.
            value = _value(values, chosen)
            if best_value is None or value > best_value:
                best, best_value = frozenset(chosen), value
            return
        i = order[depth]
        for number, part in uses[i]:
            recoverable[number] += min(0, part)
        for is_chosen in (gains[i] > 0, gains[i] <= 0):
            if is_chosen:
                chosen.add(i)
                for number, part in uses[i]:
                    slack[number] -= part
            if all(slack[number] + recoverable[number] >= 0 for number, _ in uses[i]):
                visit(depth + 1, dual_value - (0 if is_chosen == (gains[i] > 0) else abs(gains[i])))
            if is_chosen:
                chosen.remove(i)
                for number, part in uses[i]:
                    slack[number] += part
        for number, part in uses[i]:
            recoverable[number] -= min(0, part)

    if all(free + regained >= 0 for free, regained in zip(slack, recoverable, strict=True)):
        visit(0, dual_value)
    if nodes > _SEARCH_NODES:
        return best, dual_value // _PRICE_SCALE
    return best, best_value if best_value is not None else dual_value // _PRICE_SCALE
