"""Pages of the form, section by section: shown, saved as a whole, and saved field by field by its script."""

from collections.abc import Iterable, Mapping

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from portal.clock import today
from portal.database import get_session, writes
from portal.formats import format_moment
from portal.vietnamese import clean_line
from surveys.checks.anomalies import Anomaly
from surveys.checks.entries import SubmissionError, carried_questions, entries_of, latest_allowed_year
from surveys.checks.validation import find_submission_anomalies, validate_submission
from surveys.models import Submission
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.evaluation import Evaluation, evaluate_entries
from surveys.questionnaire.field_names import field_label, posted_base, posted_fields, value_label, ward_fields
from surveys.questionnaire.published_questionnaires import questionnaire_of
from surveys.questionnaire.questions import Questionnaire, Section
from surveys.review.review import previous_answers
from surveys.submissions.evidence import evidence_by_question
from surveys.submissions.speed_test import MEASURABLE_LINES
from surveys.submissions.submissions import (
    Conflict,
    confirm_carried,
    save_fields,
)
from surveys.views.access import get_section, get_submission_in_scope
from surveys.views.audit_lines import log_changed_fields
from surveys.views.form_view_model import Mark, build_fields
from surveys.views.page_context import draft_key, submission_context
from surveys.views.submissions import blueprint


@blueprint.get("/<int:submission_id>/sections/<code>")
@requires(Permission.SUBMISSION_READ)
def section(submission_id: int, code: str) -> ResponseReturnValue:
    """One section with its entries, and what is wrong beside each field."""
    return _section_page(get_submission_in_scope(submission_id), code)


@blueprint.post("/<int:submission_id>/sections/<code>")
@requires(Permission.SUBMISSION_FILL)
@writes
def save_section(submission_id: int, code: str) -> ResponseReturnValue:
    """Save the entries, valid or not, and go on; a field that somebody else changed meanwhile is asked about."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    section = get_section(submission, code)
    fields, base = posted_fields(section, request.form), posted_base(request.form.get("base", ""))
    if request.form.get("nothing") == "1":
        fields |= _zeros_for_unanswered(submission, section, fields)
    try:
        outcome = save_fields(get_session(), submission, fields, base, require_identity().full_name)
    except SubmissionError as error:
        return _section_page(submission, code, entries=fields, base=base, refusal=error.message), 409
    log_changed_fields(submission, outcome.changed)
    if outcome.conflicts:
        return _section_page(submission, code, conflicts=outcome.conflicts), 409
    session["saved_section"] = f"{submission_id}-{code}"
    if confirmed := _confirm_carried_answers(submission, section):
        flash(_("Đã lưu và xác nhận %(count)s câu không đổi so với kỳ trước.", count=len(confirmed)), "success")
        return redirect(url_for("surveys.section", submission_id=submission_id, code=code))
    validation, keys = validate_submission(get_session(), submission), {question.key for question in section.questions}
    if keys & (
        {problem.question for problem in validation.evaluation.problems} | {anomaly.question for anomaly in validation.unexplained}
    ):
        flash(_("Đã lưu. Còn chỗ cần sửa hoặc cần ghi lý do ở phần này trước khi gửi."), "warning")
        if request.form.get("stay"):
            return redirect(url_for("surveys.overview", submission_id=submission_id))
        return redirect(url_for("surveys.section", submission_id=submission_id, code=code))
    flash(_("Đã lưu phần “%(title)s”.", title=section.title), "success")
    for place in _contradicted_elsewhere(submission, section, validation.evaluation, validation.anomalies):
        flash(_("Mâu thuẫn với câu “%(label)s”: %(message)s", label=place["label"], message=place["message"]), "warning")
    next_section = _next_section(submission, section)
    if next_section is None or request.form.get("stay"):
        return redirect(url_for("surveys.overview", submission_id=submission_id))
    return redirect(url_for("surveys.section", submission_id=submission_id, code=next_section.code))


@blueprint.post("/<int:submission_id>/sections/<code>/fields", endpoint="save_typed")
@requires(Permission.SUBMISSION_FILL)
@writes
def save_entered_fields(submission_id: int, code: str) -> ResponseReturnValue:
    """Save the changed fields for the script of the form, and answer with the status of the section."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    section = get_section(submission, code)
    try:
        outcome = save_fields(
            get_session(),
            submission,
            posted_fields(section, request.form),
            posted_base(request.form.get("base", "")),
            require_identity().full_name,
        )
        _confirm_carried_answers(submission, section)
    except SubmissionError as error:
        return {"refused": error.message}, 409
    log_changed_fields(submission, outcome.changed)
    return _section_status(submission, section) | {
        "conflicts": [_label_conflict(questionnaire_of(submission.round), conflict) for conflict in outcome.conflicts]
    }


def _section_page(
    submission: Submission,
    code: str,
    *,
    entries: Mapping[str, str] | None = None,
    base: Mapping[str, str] | None = None,
    conflicts: tuple[Conflict, ...] = (),
    refusal: str = "",
) -> str:
    section = get_section(submission, code)
    questionnaire = questionnaire_of(submission.round)
    # What came from a cell of several lines, before answers had one, is shown on one.
    stored = {name: clean_line(raw) for name, raw in entries_of(submission).items()}
    current = {**stored, **(entries or {})}
    evaluation = evaluate_entries(questionnaire, current, latest_allowed_year(submission), carried_questions(submission))
    anomalies = find_submission_anomalies(get_session(), submission, evaluation, current)
    keys = {question.key for question in section.questions}
    return render_template(
        "surveys/officer/section.html",
        **submission_context(submission),
        section=section,
        fields=build_fields(section, current, evaluation, anomalies, previous_answers(get_session(), submission)[0]),
        has_carried=any(question.key in keys for question in evaluation.unconfirmed),
        problems=[problem for problem in evaluation.problems if problem.question in keys],
        elsewhere=_contradicted_elsewhere(submission, section, evaluation, anomalies),
        labels={question.key: question.label for question in section.questions},
        base=ward_fields(section, stored) if base is None else base,
        draft_key=draft_key(submission, code),
        conflicts=[_label_conflict(questionnaire, conflict) for conflict in conflicts],
        theirs={conflict.field: conflict.theirs for conflict in conflicts},
        refusal=refusal,
        evidence=(evidence := evidence_by_question(get_session(), submission)),
        measured_lines=MEASURABLE_LINES,
        section_has_evidence=bool(keys & evidence.keys()),
        has_nothing=any(kind_of(question).none for question in section.questions),
    )


def _label_conflict(questionnaire: Questionnaire, conflict: Conflict) -> dict[str, object]:
    """A conflict with its labels, as the page asks about it."""
    return {
        "field": conflict.field,
        "label": field_label(questionnaire, conflict.field),
        "theirs": conflict.theirs,
        "yours": conflict.yours,
        "theirs_in_words": value_label(questionnaire, conflict.field, conflict.theirs),
        "yours_in_words": value_label(questionnaire, conflict.field, conflict.yours),
        "by": conflict.by,
        "at": conflict.at,
        "moment": format_moment(conflict.at),
    }


def _section_status(submission: Submission, section: Section) -> dict[str, object]:
    """The status of a section for the script: problems, anomalies, marks, and the number of open questions."""
    validation, entries = validate_submission(get_session(), submission), entries_of(submission)
    fields = build_fields(
        section, entries, validation.evaluation, validation.anomalies, previous_answers(get_session(), submission)[0]
    )
    keys = {field.question.key for field in fields}
    return {
        "questions": {
            field.question.key: {
                "doubts": field.anomalies,
                "reason_label": field.reason_label,
                "mark": field.mark.value if field.mark else "",
                "mark_words": field.mark_in_words,
            }
            for field in fields
        },
        "carried": [field.question.key for field in fields if field.mark is Mark.CARRIED],
        "problems": {problem.field: problem.message for problem in validation.evaluation.problems if problem.question in keys},
        "elsewhere": _contradicted_elsewhere(submission, section, validation.evaluation, validation.anomalies),
        "left": validation.remaining_in(section),
    }


def _contradicted_elsewhere(
    submission: Submission, section: Section, evaluation: Evaluation, anomalies: Iterable[Anomaly]
) -> list[dict[str, str]]:
    """What answers of this section contradict and is told in another one: the question, its address, and the sentence."""
    here, questionnaire = {question.key for question in section.questions}, evaluation.questionnaire
    unexplained = {anomaly.question for anomaly in anomalies if not anomaly.is_explained}
    codes = {question.key: other.code for other in questionnaire.sections for question in other.questions}
    return [
        {
            "label": questionnaire.by_key[found.question].label,
            "message": found.message,
            "address": url_for(
                "surveys.section", submission_id=submission.id, code=codes[found.question], _anchor=f"q-{found.question}"
            ),
        }
        for found in evaluation.contradictions
        if found.about & here and found.question not in here and (found.is_error or found.question in unexplained)
    ]


def _confirm_carried_answers(submission: Submission, section: Section) -> frozenset[str]:
    """Confirm the carried answers that the page names: one question of a section, or (``*``) all of them."""
    confirmed = request.form.get("confirm", "")
    keys = frozenset(question.key for question in section.questions if confirmed in ("*", question.key))
    return confirm_carried(get_session(), submission, keys, require_identity().full_name) if keys else frozenset()


def _zeros_for_unanswered(submission: Submission, section: Section, fields: Mapping[str, str]) -> dict[str, str]:
    """A zero for each item that neither this page nor the stored entries answer."""
    evaluation = evaluate_entries(questionnaire_of(submission.round), {**entries_of(submission), **fields}, today().year)
    blank = (q for q in section.questions if kind_of(q).none and evaluation.is_asked(q) and not evaluation.answers[q.key].answered)
    return {kind_of(question).main_field(question): kind_of(question).none for question in blank}


def _next_section(submission: Submission, after: Section) -> Section | None:
    entries = entries_of(submission)
    sections = [section for section in questionnaire_of(submission.round).sections if section == after or section.is_asked(entries)]
    index = sections.index(after) + 1
    return sections[index] if index < len(sections) else None
