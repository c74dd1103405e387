"""Pages of the form, section by section: shown, saved as a page, and saved field by field for its script."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from portal.clock import today
from portal.database import get_session, writes
from portal.errors import NotFoundError
from portal.formats import format_moment
from surveys.checks.entries import SubmissionError, carried_of, newest_year, questionnaire_of, typed_of
from surveys.checks.validation import examine, find_submission_doubts
from surveys.models import Submission
from surveys.questionnaire.evaluation import read_answers
from surveys.questionnaire.field_names import field_in_words, own_fields, posted_base, posted_fields, value_in_words
from surveys.questionnaire.questions import Questionnaire, Section, load_questionnaire
from surveys.review.review import answers_before
from surveys.submissions.evidence import evidence_of
from surveys.submissions.speed_test import LINES
from surveys.submissions.submissions import (
    Conflict,
    confirm_carried,
    save_fields,
)
from surveys.views.access import own_submission
from surveys.views.audit_lines import record_changes
from surveys.views.form_view_model import OWNERS, YES_NO, Mark, fields_of
from surveys.views.page_context import draft_key, submission_context
from surveys.views.submissions import blueprint


@blueprint.get("/<int:submission_id>/sections/<code>")
@requires(Permission.SUBMISSION_READ)
def section(submission_id: int, code: str) -> ResponseReturnValue:
    """One section, as it was typed, with what is wrong beside each field."""
    return _section_page(own_submission(submission_id), code)


@blueprint.post("/<int:submission_id>/sections/<code>")
@requires(Permission.SUBMISSION_FILL)
@writes
def save_section(submission_id: int, code: str) -> ResponseReturnValue:
    """Keep what was typed, valid or not, and go on; a field that another person changed meanwhile is asked about."""
    submission = own_submission(submission_id, for_update=True)
    asked = _section(code)
    fields, base = posted_fields(asked, request.form), posted_base(request.form.get("base", ""))
    if request.form.get("nothing") == "1":
        fields |= _zeros_for_blank(submission, asked, fields)
    try:
        outcome = save_fields(get_session(), submission, fields, base, the_identity().full_name)
    except SubmissionError as error:
        return _section_page(submission, code, typed=fields, base=base, refused=error.message), 409
    record_changes(submission, outcome.changed)
    if outcome.conflicts:
        return _section_page(submission, code, conflicts=outcome.conflicts), 409
    session["saved_section"] = f"{submission_id}-{code}"
    if confirmed := _confirm_asked(submission, asked):
        flash(_("Đã lưu và xác nhận %(count)s câu không đổi so với kỳ trước.", count=len(confirmed)), "success")
        return redirect(url_for("surveys.section", submission_id=submission_id, code=code))
    found, keys = examine(get_session(), submission), {question.key for question in asked.questions}
    if keys & ({problem.question for problem in found.reading.problems} | {doubt.question for doubt in found.unexplained}):
        flash(_("Đã lưu. Còn chỗ cần sửa hoặc cần ghi lý do ở phần này trước khi gửi."), "warning")
        if request.form.get("stay"):
            return redirect(url_for("surveys.overview", submission_id=submission_id))
        return redirect(url_for("surveys.section", submission_id=submission_id, code=code))
    flash(_("Đã lưu phần “%(title)s”.", title=asked.title), "success")
    following = _next_section(submission, asked)
    if following is None or request.form.get("stay"):
        return redirect(url_for("surveys.overview", submission_id=submission_id))
    return redirect(url_for("surveys.section", submission_id=submission_id, code=following.code))


@blueprint.post("/<int:submission_id>/sections/<code>/fields")
@requires(Permission.SUBMISSION_FILL)
@writes
def save_typed(submission_id: int, code: str) -> ResponseReturnValue:
    """Keep the fields that somebody has just left, and say how the section stands: for the script of the form."""
    submission, asked = own_submission(submission_id, for_update=True), _section(code)
    try:
        outcome = save_fields(
            get_session(),
            submission,
            posted_fields(asked, request.form),
            posted_base(request.form.get("base", "")),
            the_identity().full_name,
        )
        _confirm_asked(submission, asked)
    except SubmissionError as error:
        return {"refused": error.message}, 409
    record_changes(submission, outcome.changed)
    return _standing(submission, asked) | {"conflicts": [_in_words(load_questionnaire(), part) for part in outcome.conflicts]}


def _section_page(
    submission: Submission,
    code: str,
    *,
    typed: Mapping[str, str] | None = None,
    base: Mapping[str, str] | None = None,
    conflicts: tuple[Conflict, ...] = (),
    refused: str = "",
) -> str:
    asked = _section(code)
    questionnaire, stored = questionnaire_of(submission.round), typed_of(submission)
    shown = {**stored, **(typed or {})}
    reading = read_answers(questionnaire, shown, newest_year(submission), carried_of(submission))
    doubts = find_submission_doubts(get_session(), submission, reading, shown)
    keys = {question.key for question in asked.questions}
    return render_template(
        "surveys/officer/section.html",
        **submission_context(submission),
        section=asked,
        fields=fields_of(asked, shown, reading, doubts, answers_before(get_session(), submission)[0]),
        has_carried=any(question.key in keys for question in reading.unconfirmed),
        problems=[problem for problem in reading.problems if problem.question in keys],
        labels={question.key: question.label for question in asked.questions},
        base=own_fields(asked, stored) if base is None else base,
        kept=draft_key(submission, code),
        conflicts=[_in_words(questionnaire, conflict) for conflict in conflicts],
        theirs={conflict.field: conflict.theirs for conflict in conflicts},
        refused=refused,
        yes_no=YES_NO,
        owners=OWNERS,
        evidence=(evidence := evidence_of(get_session(), submission)),
        measured_lines=LINES,
        section_has_evidence=bool(keys & evidence.keys()),
        has_equipment=any(question.kind == "equipment" for question in asked.questions),
    )


def _in_words(questionnaire: Questionnaire, conflict: Conflict) -> dict[str, object]:
    """A conflict as the page asks about it."""
    return {
        "field": conflict.field,
        "label": field_in_words(questionnaire, conflict.field),
        "theirs": conflict.theirs,
        "yours": conflict.yours,
        "theirs_in_words": value_in_words(conflict.field, conflict.theirs),
        "yours_in_words": value_in_words(conflict.field, conflict.yours),
        "by": conflict.by,
        "at": conflict.at,
        "moment": format_moment(conflict.at),
    }


def _standing(submission: Submission, asked: Section) -> dict[str, object]:
    """How a section stands: what is wrong, what is odd, what is marked, and what is left."""
    found, typed = examine(get_session(), submission), typed_of(submission)
    fields = fields_of(asked, typed, found.reading, found.doubts, answers_before(get_session(), submission)[0])
    keys = {one.question.key for one in fields}
    return {
        "questions": {
            one.question.key: {
                "doubts": one.doubts,
                "mark": one.mark.value if one.mark else "",
                "mark_words": one.mark.label if one.mark else "",
            }
            for one in fields
        },
        "carried": [one.question.key for one in fields if one.mark is Mark.CARRIED],
        "problems": {problem.field: problem.message for problem in found.reading.problems if problem.question in keys},
        "left": found.left_in(asked),
    }


def _confirm_asked(submission: Submission, asked: Section) -> frozenset[str]:
    """Confirm what the page asked for: one question of a section, or (``*``) each that still says what the round before said."""
    wanted = request.form.get("confirm", "")
    keys = frozenset(question.key for question in asked.questions if wanted in ("*", question.key))
    return confirm_carried(get_session(), submission, keys, the_identity().full_name) if keys else frozenset()


def _zeros_for_blank(submission: Submission, asked: Section, fields: Mapping[str, str]) -> dict[str, str]:
    """A zero for each item that neither this page nor anybody else has said something about."""
    reading = read_answers(load_questionnaire(), {**typed_of(submission), **fields}, today().year)
    blank = (q for q in asked.questions if q.kind == "equipment" and reading.is_asked(q) and not reading.reads[q.key].answered)
    return {f"{question.key}.good": "0" for question in blank}


def _section(code: str) -> Section:
    found = load_questionnaire().section(code)
    if found is None:
        raise NotFoundError(_("Phiếu không có phần này."))
    return found


def _next_section(submission: Submission, after: Section) -> Section | None:
    entries = typed_of(submission)
    sections = [section for section in load_questionnaire().sections if section == after or section.is_asked(entries)]
    index = sections.index(after) + 1
    return sections[index] if index < len(sections) else None
