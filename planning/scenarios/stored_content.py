"""The content of a final plan as it is stored."""

import json
from typing import Any

from planning.models import PlanRecord
from planning.scenarios.frozen import FrozenPlan, load_frozen
from planning.scenarios.landed_plans import is_landed


def read_content(record: PlanRecord) -> Any:
    """What a final plan was fixed with, as plain values; None where it is open."""
    return json.loads(record.content) if record.content is not None else None


def read_frozen(record: PlanRecord) -> FrozenPlan | None:
    """The content as a value; None where an older version fixed the plan, or nobody has yet."""
    content = read_content(record)
    return None if content is None or is_landed(content) else load_frozen(content)
