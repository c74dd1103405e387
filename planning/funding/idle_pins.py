"""What a planner pinned and that asks for nothing, so that nobody takes it for kept. Pure."""

from planning.funding.constraints import Funding
from planning.plan.plan import Plan
from scoring.rating.rating import Result


def idle_pins(plan: Plan, funding: Funding) -> tuple[str, ...]:
    """Pinned lines that the plan does not have, and pinned wards that are ready or without data, each with the reason."""
    lines = {line.code for line in plan.lines}
    idle = [
        f"dòng {code}: không có trong phương án" for code in (*funding.lines_required, *funding.lines_barred) if code not in lines
    ]
    names = {ward.code: ward.full_name for ward in plan.wards}
    for code in (*funding.wards_required, *funding.wards_barred):
        rating = plan.ratings.get(code)
        if rating is None or rating.snapshot is None:
            idle.append(f"{names.get(code, code)}: chưa có số liệu được duyệt")
        elif rating.result is Result.READY:
            idle.append(f"{names[code]}: đã đáp ứng")
    return tuple(idle)
