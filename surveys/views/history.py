"""Pages of the history of a submission: the comments of ward and reviewers, and the log of its changes."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.audit import HIDDEN
from accounts.guards import require_identity, requires
from accounts.permissions import Permission, may
from inventory.security import is_sensitive_answer
from inventory.wards.queries import get_ward
from portal.database import get_session, write_separately, writes
from portal.downloads import XLSX, send_bytes
from portal.formats import format_moment
from portal.table_workbook import build_table_workbook
from surveys.checks.remarks import RemarkError, add_remark, settle_return_reasons
from surveys.checks.states import RemarkKind
from surveys.models import Submission, SubmissionChange
from surveys.questionnaire.field_names import question_key
from surveys.questionnaire.published_questionnaires import published_questionnaire, questionnaire_of
from surveys.submissions.change_log import (
    MAX_LINES,
    ChangeReasonError,
    explain_change,
    get_change,
    list_log,
    log_line,
    record_download,
)
from surveys.views.access import get_submission_in_scope

blueprint = Blueprint("history", __name__, url_prefix="/surveys", template_folder="../templates")

HEADINGS = (("Lúc", 18), ("Ai", 32), ("Bằng cách nào", 22), ("Ô", 60), ("Trước", 30), ("Sau", 40), ("Vì sao", 40))


@blueprint.post("/<int:submission_id>/remarks")
@requires(Permission.SUBMISSION_COMMENT)
@writes
def comment(submission_id: int) -> ResponseReturnValue:
    """Add a comment to a submission; a comment by the ward also answers what a return asks about."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    key, text, by = request.form.get("question", ""), request.form.get("text", ""), require_identity().full_name
    question = key if questionnaire_of(submission.round).question(key) else ""
    try:
        add_remark(get_session(), submission, RemarkKind.COMMENT, question, text, by)
    except RemarkError as error:
        return _thread_page(submission, error.message, text), 400
    if require_identity().role.is_of_ward:
        settle_return_reasons(get_session(), submission, [question], by)
    after = {"kind": RemarkKind.COMMENT.value, "question": question}
    audit.log(get_session(), require_identity(), "submission:remark", submission.subject, after=after)
    flash(_("Đã ghi ý kiến."), "success")
    sections = published_questionnaire(submission.round).sections
    section = next((section for section in sections if any(entry.key == question for entry in section.questions)), None)
    if section is None:
        return redirect(url_for("surveys.overview", submission_id=submission_id))
    return redirect(url_for("surveys.section", submission_id=submission_id, code=section.code, _anchor=f"q-{question}"))


@blueprint.get("/<int:submission_id>/changes")
@requires(Permission.SUBMISSION_READ)
def changes(submission_id: int) -> ResponseReturnValue:
    """The changes of a submission: field, before, after, who, when, from which source."""
    submission = get_submission_in_scope(submission_id)
    # A question that is no longer asked keeps its label in the log.
    questionnaire, question = published_questionnaire(submission.round), request.args.get("question", "")
    return render_template(
        "surveys/history/changes.html",
        submission=submission,
        ward=get_ward(get_session(), submission.ward_code),
        lines=list_log(get_session(), submission, questionnaire, question),
        form=questionnaire,
        question=question,
        max_lines=MAX_LINES,
        may_explain=may(require_identity(), Permission.SUBMISSION_FILL, submission.ward_code),
    )


@blueprint.get("/<int:submission_id>/changes.xlsx")
@requires(Permission.SUBMISSION_READ)
def changes_workbook(submission_id: int) -> ResponseReturnValue:
    """The whole log as a table, without sensitive values: those leave the system by an explicit choice only."""
    submission, identity = get_submission_in_scope(submission_id), require_identity()
    lines = [
        replace(line, before=HIDDEN, after=HIDDEN, reason=HIDDEN) if is_sensitive_answer(line.question) else line
        for line in list_log(get_session(), submission, published_questionnaire(submission.round), limit=None)
    ]
    ward, round, subject = get_ward(get_session(), submission.ward_code), submission.round, submission.subject
    rows = ((format_moment(line.at), line.by, line.source, line.field, line.before, line.after, line.reason) for line in lines)
    title, note = f"Nhật ký thay đổi phiếu của {ward.full_name}", round.under_band(round.name)
    data = build_table_workbook("Nhật ký thay đổi", title, note, HEADINGS, rows, "A5")
    record_download(submission_id, _("nhật ký thay đổi"), identity.full_name)
    write_separately(lambda session: audit.log(session, identity, "submission:download-log", subject))
    return send_bytes(data, f"nhat-ky-phieu-{ward.code}.xlsx", XLSX)


@blueprint.get("/<int:submission_id>/changes/<int:change_id>/why", endpoint="why")
@requires(Permission.SUBMISSION_FILL)
def show_change_reason(submission_id: int, change_id: int) -> ResponseReturnValue:
    """The page where the reason of a change is entered."""
    submission = get_submission_in_scope(submission_id)
    return _reason_page(submission, get_change(get_session(), submission, change_id))


@blueprint.post("/<int:submission_id>/changes/<int:change_id>/why")
@requires(Permission.SUBMISSION_FILL)
@writes
def save_change_reason(submission_id: int, change_id: int) -> ResponseReturnValue:
    """Add the reason of a change to the log."""
    submission = get_submission_in_scope(submission_id, for_update=True)
    change, text = get_change(get_session(), submission, change_id), request.form.get("why", "")
    try:
        explain_change(submission, change, text)
    except ChangeReasonError as error:
        return _reason_page(submission, change, error.message, text), 400
    after = {"change": change.id, "field": change.field}
    audit.log(get_session(), require_identity(), "submission:say-why", submission.subject, after=after)
    flash(_("Đã ghi vì sao sửa."), "success")
    return redirect(url_for("history.changes", submission_id=submission_id, question=question_key(change.field)))


def _reason_page(submission: Submission, change: SubmissionChange, refusal: str = "", text: str = "") -> str:
    return render_template(
        "surveys/history/why.html",
        submission=submission,
        ward=get_ward(get_session(), submission.ward_code),
        line=log_line(published_questionnaire(submission.round), change),
        change_id=change.id,
        refusal=refusal,
        text=text,
    )


def _thread_page(submission: Submission, refusal: str, text: str) -> str:
    ward = get_ward(get_session(), submission.ward_code)
    return render_template("surveys/history/comment.html", submission=submission, ward=ward, refusal=refusal, text=text)
