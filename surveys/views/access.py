"""Which submissions a person may open: those of the assigned wards, or of the whole city."""

from flask_babel import gettext as _

from accounts.guards import require_identity
from portal.database import get_session
from portal.errors import NotFoundError
from surveys.models import Submission
from surveys.submissions.submissions import get_submission


def get_submission_in_scope(submission_id: int, *, for_update: bool = False) -> Submission:
    """A submission within the person's scope. Raises NotFoundError."""
    submission = get_submission(get_session(), submission_id, for_update=for_update)
    if not require_identity().covers(submission.ward_code):
        raise NotFoundError(_("Không có phiếu khảo sát này, hoặc phiếu không thuộc phạm vi được giao."))
    return submission
