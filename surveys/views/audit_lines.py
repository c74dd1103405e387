"""Changes of a submission in the audit trail, whose readers may not see sensitive answers."""

from collections.abc import Mapping

from accounts import audit
from accounts.audit import HIDDEN
from accounts.guards import require_identity
from inventory.security import is_sensitive_answer
from portal.database import get_session
from surveys.models import Submission
from surveys.questionnaire.field_names import question_key


def log_changed_fields(submission: Submission, changes: Mapping[str, tuple[str, str]]) -> None:
    """Record the changed fields in the audit trail, without sensitive values."""
    if not changes:
        return
    before = dict(_as_told(name, pair[0]) for name, pair in changes.items())
    after = dict(_as_told(name, pair[1]) for name, pair in changes.items())
    audit.log(get_session(), require_identity(), "submission:save", submission.subject, before=before, after=after)


def _as_told(field: str, value: str) -> tuple[str, str]:
    """A field and its value; of a sensitive question the question alone, since its fields tell how many lots a ward has, and in what state."""
    question = question_key(field)
    return (question, HIDDEN) if is_sensitive_answer(question) else (field, value)
