"""What a choice of wards has to keep, by name, and the fewest of these demands that cannot be kept together. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planning.funding.program import NoChoiceError, Program, Row, solve
from portal.errors import WardReadinessError

# How far the search goes for each question of whether some demands conflict; nearly all are answered at the root of the tree.
_WORK = 25_000


class ConflictError(WardReadinessError):
    """Demands that cannot be kept together. ``demands`` names them: without any one of them the others can be kept."""

    status = 409

    def __init__(self, message: str, demands: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.demands = demands


@dataclass(frozen=True)
class Demand:
    """A row that a choice has to keep, as it is named to the planner: a ceiling, a least number of wards, or a pin."""

    name: str
    row: Row
    is_ceiling: bool = False
    is_floor: bool = False


def explain_conflict(demands: Sequence[Demand], groups: tuple[tuple[int, ...], ...], *, is_proven: bool) -> ConflictError:
    """Which demands conflict, none of them needlessly; with a single floor among them also the most wards that money allows it.

    At most one place of each group is chosen. Unless it ``is_proven`` that no choice keeps all demands, the error says just that.
    """
    if not is_proven:
        return ConflictError(
            "Chưa tìm được cách chọn giữ cùng lúc mọi yêu cầu trong các mức vốn tối đa. Hãy giảm một yêu cầu hoặc nâng mức vốn tối đa."
        )
    conflict = _find_conflict(demands, groups)
    names = tuple(demand.name for demand in conflict)
    message = f"Không thể giữ cùng lúc các yêu cầu sau: {'; '.join(names)}." if len(names) > 1 else f"Không thể giữ {names[0]}."
    wishes = [demand for demand in conflict if not demand.is_ceiling]
    if len(wishes) == 1 and wishes[0].is_floor:
        most = _find_most(wishes[0], [demand for demand in demands if demand.is_ceiling], groups)
        message += f" Trong các mức vốn tối đa, nhóm này có nhiều nhất {most} xã, phường được bố trí vốn."
    return ConflictError(f"{message} Hãy bỏ hoặc giảm một yêu cầu, hoặc nâng mức vốn tối đa.", names)


def _find_conflict(demands: Sequence[Demand], groups: tuple[tuple[int, ...], ...]) -> list[Demand]:
    """A conflict of which no demand can be left out: one wish, or one against the money, if there is such a one."""
    ceilings = [demand for demand in demands if demand.is_ceiling]
    wishes = [demand for demand in demands if not demand.is_ceiling]
    small = ([wish, *money] for money in ([], ceilings) for wish in wishes)
    conflict = next((few for few in small if _do_conflict(few, groups)), [*wishes, *ceilings])
    for demand in tuple(conflict):
        others = [other for other in conflict if other is not demand]
        if _do_conflict(others, groups):
            conflict = others
    return conflict


def _do_conflict(demands: Sequence[Demand], groups: tuple[tuple[int, ...], ...]) -> bool:
    """Whether it is proven that they cannot be kept together."""
    try:
        solve(_program({}, demands, groups), None, _WORK)
    except NoChoiceError as error:
        return error.is_proven
    return False


def _find_most(floor: Demand, ceilings: Sequence[Demand], groups: tuple[tuple[int, ...], ...]) -> int:
    """How many wards of the floor can be funded at most under the ceilings alone."""
    counted = {place: -part for place, part in floor.row.parts.items()}
    return solve(_program(counted, ceilings, groups), frozenset(), _WORK).bound


def _program(values: Mapping[int, int], demands: Sequence[Demand], groups: tuple[tuple[int, ...], ...]) -> Program:
    named = [values, *(demand.row.parts for demand in demands), *groups]
    places = {place for part in named for place in part}
    return Program(
        tuple(values.get(place, 0) for place in range(max(places, default=-1) + 1)), tuple(d.row for d in demands), groups
    )
