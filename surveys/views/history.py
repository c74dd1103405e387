"""What stands beside a submission: the thread of ward and reviewers, and the log of its changes."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission, may
from inventory.wards.queries import get_ward
from portal.database import get_session, record_outside, writes
from portal.downloads import XLSX, send_bytes
from portal.formats import format_moment
from portal.table_workbook import build_table_workbook
from surveys.checks.entries import question_of, questionnaire_of
from surveys.checks.remarks import RemarkError, add_remark, settle_reasons
from surveys.checks.states import RemarkKind
from surveys.models import Submission, SubmissionChange
from surveys.questionnaire.questions import load_questionnaire
from surveys.submissions.change_log import SHOWN, WhyError, find_change, in_words, list_log, record_download, say_why
from surveys.views.access import own_submission
from surveys.views.audit_lines import HIDDEN

blueprint = Blueprint("history", __name__, url_prefix="/surveys", template_folder="../templates")

HEADINGS = (("Lúc", 18), ("Ai", 32), ("Bằng cách nào", 22), ("Ô", 60), ("Trước", 30), ("Sau", 40), ("Vì sao", 40))


@blueprint.post("/<int:submission_id>/remarks")
@requires(Permission.SUBMISSION_COMMENT)
@writes
def comment(submission_id: int) -> ResponseReturnValue:
    """Write into the thread of a submission; what a return asks about is answered where the ward writes."""
    submission = own_submission(submission_id, for_update=True)
    key, text, by = request.form.get("question", ""), request.form.get("text", ""), the_identity().full_name
    question = key if load_questionnaire().question(key) else ""
    try:
        add_remark(get_session(), submission, RemarkKind.COMMENT, question, text, by)
    except RemarkError as error:
        return _thread_page(submission, error.message, text), 400
    if the_identity().role.is_of_ward:
        settle_reasons(get_session(), submission, [question], by)
    after = {"kind": RemarkKind.COMMENT.value, "question": question}
    audit.log(get_session(), the_identity(), "submission:remark", f"ward {submission.ward_code}", after=after)
    flash(_("Đã ghi ý kiến."), "success")
    section = next((part for part in load_questionnaire().sections if any(q.key == question for q in part.questions)), None)
    if section is None:
        return redirect(url_for("surveys.overview", submission_id=submission_id))
    return redirect(url_for("surveys.section", submission_id=submission_id, code=section.code, _anchor=f"q-{question}"))


@blueprint.get("/<int:submission_id>/changes")
@requires(Permission.SUBMISSION_READ)
def changes(submission_id: int) -> ResponseReturnValue:
    """What was changed in a submission: field, before, after, who, when, by which door."""
    submission = own_submission(submission_id)
    form, question = questionnaire_of(submission.round), request.args.get("question", "")
    return render_template(
        "surveys/history/changes.html",
        submission=submission,
        ward=get_ward(get_session(), submission.ward_code),
        lines=list_log(get_session(), submission, form, question),
        form=form,
        question=question,
        shown=SHOWN,
        may_explain=may(the_identity(), Permission.SUBMISSION_FILL, submission.ward_code),
    )


@blueprint.get("/<int:submission_id>/changes.xlsx")
@requires(Permission.SUBMISSION_READ)
def changes_workbook(submission_id: int) -> ResponseReturnValue:
    """The whole log as a table, without what is sensitive: that leaves the house by an explicit choice only."""
    submission, identity = own_submission(submission_id), the_identity()
    form = questionnaire_of(submission.round)
    hidden = {question.key for question in form.questions if question.sensitive}
    lines = [
        replace(line, before=HIDDEN, after=HIDDEN, why=HIDDEN) if line.question in hidden else line
        for line in list_log(get_session(), submission, form, limit=None)
    ]
    ward, name = get_ward(get_session(), submission.ward_code), submission.round.name
    rows = ((format_moment(line.at), line.by, line.door, line.field, line.before, line.after, line.why) for line in lines)
    data = build_table_workbook("Nhật ký thay đổi", f"Nhật ký thay đổi phiếu của {ward.full_name}", name, HEADINGS, rows, "A5")
    record_download(submission_id, _("nhật ký thay đổi"), identity.full_name)
    record_outside(lambda session: audit.log(session, identity, "submission:download-log", f"ward {ward.code}"))
    return send_bytes(data, f"nhat-ky-phieu-{ward.code}.xlsx", XLSX)


@blueprint.get("/<int:submission_id>/changes/<int:change_id>/why")
@requires(Permission.SUBMISSION_FILL)
def why(submission_id: int, change_id: int) -> ResponseReturnValue:
    """Where somebody writes why a field was changed."""
    submission = own_submission(submission_id)
    return _reason_page(submission, find_change(get_session(), submission, change_id))


@blueprint.post("/<int:submission_id>/changes/<int:change_id>/why")
@requires(Permission.SUBMISSION_FILL)
@writes
def explain_change(submission_id: int, change_id: int) -> ResponseReturnValue:
    """Write into the log why a field was changed."""
    submission = own_submission(submission_id, for_update=True)
    change, text = find_change(get_session(), submission, change_id), request.form.get("why", "")
    try:
        say_why(submission, change, text)
    except WhyError as error:
        return _reason_page(submission, change, error.message, text), 400
    after = {"change": change.id, "field": change.field}
    audit.log(get_session(), the_identity(), "submission:say-why", f"ward {submission.ward_code}", after=after)
    flash(_("Đã ghi vì sao sửa."), "success")
    return redirect(url_for("history.changes", submission_id=submission_id, question=question_of(change.field)))


def _reason_page(submission: Submission, change: SubmissionChange, refused: str = "", text: str = "") -> str:
    return render_template(
        "surveys/history/why.html",
        submission=submission,
        ward=get_ward(get_session(), submission.ward_code),
        line=in_words(questionnaire_of(submission.round), change),
        change_id=change.id,
        refused=refused,
        text=text,
    )


def _thread_page(submission: Submission, refused: str, text: str) -> str:
    ward = get_ward(get_session(), submission.ward_code)
    return render_template("surveys/history/comment.html", submission=submission, ward=ward, refused=refused, text=text)
