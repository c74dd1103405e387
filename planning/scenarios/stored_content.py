"""The content of a final plan as it is stored: read only while it is the very text of its hash."""

import json
from typing import Any

from planning.models import PlanRecord
from planning.scenarios.frozen import FrozenPlan, load_frozen
from planning.scenarios.landed_plans import is_landed
from planning.scenarios.serialization import hash_text
from portal.errors import WardReadinessError


class DamagedPlanError(WardReadinessError):
    """The content of a final plan is not the one that it was fixed with: no page and no file shows anything of it."""


def is_intact(record: PlanRecord) -> bool:
    """Whether the content of a final plan, as it is stored, still has the hash that it was fixed with."""
    return record.sha256 == hash_text(record.content or "")


def check_intact(record: PlanRecord) -> None:
    """Raise DamagedPlanError where the content of a final plan is no longer the one of its hash."""
    if record.is_final and not is_intact(record):
        raise DamagedPlanError(
            f"Nội dung của “{record.title}” không còn khớp mã kiểm tra nên không đưa ra. "
            "Báo quản trị hệ thống để khôi phục từ bản sao lưu."
        )


def read_content(record: PlanRecord) -> Any:
    """What a final plan was fixed with, as plain values; None where it is open. Raises DamagedPlanError."""
    check_intact(record)
    return json.loads(record.content) if record.is_final and record.content is not None else None


def read_frozen(record: PlanRecord) -> FrozenPlan | None:
    """The content as a value; None where an older version fixed the plan, or nobody has yet. Raises DamagedPlanError."""
    content = read_content(record)
    return None if content is None or is_landed(content) else load_frozen(content)
