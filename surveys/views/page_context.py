"""The context that every page of one submission shares, and the key under which the browser keeps its draft."""

from flask import session

from accounts.guards import require_identity
from accounts.permissions import Permission, may
from inventory.wards.queries import get_ward
from portal.clock import today
from portal.database import get_session
from surveys.checks.remarks import list_remarks
from surveys.checks.states import CollectionState, RemarkKind
from surveys.models import Submission
from surveys.questionnaire.published_questionnaires import published_questionnaire, questionnaire_of
from surveys.submissions.evidence import content_code, find_signed_copy
from surveys.submissions.submissions import (
    find_confirmation,
    is_editable,
    last_day,
)


def submission_context(submission: Submission) -> dict[str, object]:
    """The context that every page of a submission shares."""
    state = CollectionState(submission.state)
    days_left = (last_day(submission) - today()).days
    saved = session.pop("saved_section", "")
    may_fill = may(require_identity(), Permission.SUBMISSION_FILL, submission.ward_code)
    sections = questionnaire_of(submission.round).sections
    section_codes = {question.key: section.code for section in sections for question in section.questions}
    remarks = list_remarks(get_session(), submission)
    open_reasons = [
        (remark, section_codes.get(remark.question, ""))
        for remark in remarks
        if remark.kind == RemarkKind.RETURN and remark.settled_at is None
    ]
    return {
        "submission": submission,
        "ward": get_ward(get_session(), submission.ward_code),
        "state": state,
        "round": submission.round,
        "days_left": days_left,
        "last_day": last_day(submission),
        "may_edit": may_fill and is_editable(submission),
        "remarks": remarks,
        "remark_kinds": RemarkKind,
        "open_reasons": open_reasons if state is CollectionState.RETURNED else [],
        "question_labels": {question.key: question.label for question in published_questionnaire(submission.round).questions},
        "signed": (signed := find_signed_copy(get_session(), submission)),
        "is_as_signed": signed is not None and content_code(submission) == signed.content_hash,
        "confirmation": find_confirmation(get_session(), submission),
        "drafts": draft_key(submission, ""),
        "saved": f"{require_identity().user_id}-{saved}" if saved else "",
    }


def draft_key(submission: Submission, code: str) -> str:
    """The key under which the browser keeps unsaved entries: one for each person, submission and page."""
    return f"{require_identity().user_id}-{submission.id}-{code}"
