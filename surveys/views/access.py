"""Which submissions a person may open: those of the assigned wards, or of the whole city."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.guards import ScopeCheck, require_identity
from accounts.identity import Identity
from portal.database import get_session
from portal.errors import NotFoundError
from surveys.models import Submission
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.questionnaire.questions import Section
from surveys.submissions.submissions import get_submission


def get_submission_in_scope(submission_id: int, *, for_update: bool = False) -> Submission:
    """A submission within the person's scope. Raises NotFoundError."""
    submission = get_submission(get_session(), submission_id, for_update=for_update)
    _check_ward(require_identity(), submission.ward_code)
    return submission


def check_submission_scope(session: Session, identity: Identity, submission_id: int) -> None:
    """The same without reading more than the ward. Raises NotFoundError."""
    _check_ward(identity, session.scalar(select(Submission.ward_code).where(Submission.id == submission_id)))


def get_section(submission: Submission, code: str) -> Section:
    """A section of the form of a submission. Raises NotFoundError."""
    section = questionnaire_of(submission.round).section(code)
    if section is None:
        raise NotFoundError(_("Phiếu không có phần này."))
    return section


def check_section_scope(session: Session, _identity: Identity, parts: Mapping[str, Any]) -> None:
    """Raise NotFoundError where the submission of the address has no such section."""
    get_section(get_submission(session, parts["submission_id"]), parts["code"])


def scope_check_of(get: Callable[[Session, Submission, int], object], argument: str) -> ScopeCheck:
    """The check of a part of a submission, which ``get`` finds in its own submission only."""
    return lambda db, _identity, parts: get(db, get_submission(db, parts["submission_id"]), parts[argument])


def _check_ward(identity: Identity, ward_code: str | None) -> None:
    if ward_code is None or not identity.covers(ward_code):
        raise NotFoundError(_("Không có phiếu khảo sát này, hoặc phiếu không thuộc phạm vi được giao."))
