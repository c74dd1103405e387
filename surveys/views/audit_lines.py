"""What the audit trail says of a change to a submission: its readers may not see what is sensitive."""

from collections.abc import Mapping

from accounts import audit
from accounts.guards import the_identity
from portal.database import get_session
from surveys.checks.entries import (
    question_of,
)
from surveys.models import Submission
from surveys.questionnaire.questions import load_questionnaire

HIDDEN = "(số liệu nhạy cảm, không ghi lại ở đây)"


def record_changes(submission: Submission, changed: Mapping[str, tuple[str, str]]) -> None:
    """Write the changed fields into the audit trail, whose readers may not see what is sensitive."""
    if not changed:
        return
    sensitive = {question.key for question in load_questionnaire().questions if question.sensitive}
    hidden = {name for name in changed if question_of(name) in sensitive}
    before = {name: HIDDEN if name in hidden else pair[0] for name, pair in changed.items()}
    after = {name: HIDDEN if name in hidden else pair[1] for name, pair in changed.items()}
    audit.log(get_session(), the_identity(), "submission:save", f"ward {submission.ward_code}", before=before, after=after)
