"""Pages of the ward: its submissions, the form by section, check and send, print."""

from collections import Counter
from collections.abc import Mapping

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission, may
from inventory.wards.queries import get_ward, list_wards
from portal.clock import today
from portal.database import get_session, writes
from portal.errors import NotFoundError
from portal.formats import format_moment
from portal.settings import current_settings
from surveys.checks.entries import SubmissionError, carried_of, newest_year, questionnaire_of, read_submission, typed_of
from surveys.checks.remarks import list_remarks
from surveys.checks.states import CollectionState, EventKind, RemarkKind
from surveys.checks.validation import examine, find_submission_doubts
from surveys.models import Submission
from surveys.questionnaire.evaluation import read_answers
from surveys.questionnaire.field_names import field_in_words, own_fields, posted_base, posted_fields, value_in_words
from surveys.questionnaire.questions import Questionnaire, Section, load_questionnaire
from surveys.review.review import answers_before
from surveys.submissions.evidence import evidence_of, print_code, signed_copy
from surveys.submissions.handover import find_hand_over, hand_over, list_colleagues
from surveys.submissions.rounds import current_round
from surveys.submissions.speed_test import LINES
from surveys.submissions.submissions import (
    Conflict,
    add_event,
    confirm,
    confirm_carried,
    content_hash,
    find_confirmation,
    last_day,
    save_fields,
    send,
    takes_typing,
)
from surveys.views.access import own_submission
from surveys.views.form_view_model import OWNERS, YES_NO, Mark, fields_of

SENSITIVE = "(số liệu nhạy cảm, không ghi lại ở đây)"
SENDING = "send"

blueprint = Blueprint("surveys", __name__, url_prefix="/surveys", template_folder="../templates")


@blueprint.get("/")
@requires(Permission.SUBMISSION_READ)
def index() -> ResponseReturnValue:
    """The submissions of the current round within the person's scope; a single one opens at once."""
    database, identity = get_session(), the_identity()
    found = current_round(database)
    rows = []
    if found is not None:
        query = select(Submission).where(Submission.round_id == found.id)
        if identity.wards is not None:
            query = query.where(Submission.ward_code.in_(identity.wards))
        wards = {ward.code: ward for ward in list_wards(database)}
        rows = [(row, CollectionState(row.state), wards[row.ward_code]) for row in database.scalars(query)]
    return render_template("surveys/officer/index.html", round=found, rows=rows)


@blueprint.get("/<int:submission_id>/")
@requires(Permission.SUBMISSION_READ)
def overview(submission_id: int) -> ResponseReturnValue:
    """One submission: its sections with what is left, and what happens next."""
    return _overview_page(own_submission(submission_id))


@blueprint.post("/<int:submission_id>/confirm")
@requires(Permission.SUBMISSION_CONFIRM)
@writes
def confirm_answers(submission_id: int) -> ResponseReturnValue:
    """The ward head confirms the answers as they were shown."""
    submission, seen = own_submission(submission_id, for_update=True), request.form.get("content", "")
    try:
        confirm(get_session(), submission, seen, the_identity().full_name)
    except SubmissionError as error:
        return _overview_page(submission, refused=error.message), 409
    audit.log(get_session(), the_identity(), "submission:confirm", f"ward {submission.ward_code}", after={"sha256": seen})
    flash(_("Đã xác nhận phiếu. Bộ phận thẩm định thấy tên của bạn và thời điểm xác nhận."), "success")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


@blueprint.post("/<int:submission_id>/hand-over")
@requires(Permission.SUBMISSION_FILL)
@writes
def hand_over_draft(submission_id: int) -> ResponseReturnValue:
    """Hand the draft over to a colleague; both may go on, and everybody sees who has it."""
    submission, chosen = own_submission(submission_id, for_update=True), request.form.get("to", "")
    colleagues = list_colleagues(get_session(), submission, the_identity().user_id)
    to = next((one for one in colleagues if str(one.id) == chosen), None)
    if to is None:
        return _overview_page(submission, refused=_("Hãy chọn đồng nghiệp cùng đơn vị để bàn giao.")), 400
    try:
        hand_over(get_session(), submission, to, request.form.get("note", ""), the_identity().full_name)
    except SubmissionError as error:
        return _overview_page(submission, refused=error.message), 409
    audit.log(get_session(), the_identity(), "submission:hand-over", f"ward {submission.ward_code}", after={"to": to.username})
    flash(_("Đã bàn giao phiếu cho %(name)s.", name=to.full_name), "success")
    return redirect(url_for("surveys.overview", submission_id=submission_id))


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


@blueprint.route("/<int:submission_id>/send", methods=["GET", "POST"])
@requires(Permission.SUBMISSION_FILL)
@writes
def check_and_send(submission_id: int) -> ResponseReturnValue:
    """Every problem with a link to its field; once there is none, the two names and the button."""
    submission = own_submission(submission_id, for_update=request.method == "POST")
    stored = {"prepared_by": submission.prepared_by, "confirmed_by": submission.confirmed_by}
    names = {name: request.form.get(name, known) for name, known in stored.items()}
    refused = ""
    if request.method == "POST":
        was = submission.state
        try:
            send(get_session(), submission, names["prepared_by"], names["confirmed_by"], the_identity().full_name)
        except SubmissionError as error:
            refused = error.message
        else:
            session["saved_section"] = f"{submission_id}-{SENDING}"
            if was == submission.state:
                flash(_("Phiếu này đã được gửi trước đó và đang chờ thẩm định; không gửi thêm lần nữa."), "info")
            else:
                audit.log(
                    get_session(), the_identity(), "submission:send", f"ward {submission.ward_code}", before=was, after="sent"
                )
                flash(_("Đã gửi phiếu. Bộ phận thẩm định sẽ xem và trả lời trên trang này."), "success")
            return redirect(url_for("surveys.overview", submission_id=submission_id))
    found = examine(get_session(), submission)
    form = found.reading.questionnaire
    where = {q.key: section.code for section in form.sections for q in section.questions}
    labels = {q.key: q.label for q in form.questions}
    unlooked = Counter(where[question.key] for question in found.reading.unconfirmed)
    page = render_template(
        "surveys/officer/send.html",
        **_frame(submission),
        found=found,
        unlooked=[(section, unlooked[section.code]) for section in form.sections if unlooked[section.code]],
        where=where,
        labels=labels,
        refused=refused,
        names=names,
        base=stored,
        kept=_place_of(submission, SENDING),
    )
    return page, 400 if refused else 200


@blueprint.get("/<int:submission_id>/print")
@requires(Permission.SUBMISSION_READ)
def print_form(submission_id: int) -> ResponseReturnValue:
    """The filled form on A4, in the national layout, for signature and seal; without what is sensitive."""
    return _print_page(own_submission(submission_id), with_sensitive=False)


@blueprint.get("/<int:submission_id>/print-empty")
@requires(Permission.SUBMISSION_READ)
def print_empty(submission_id: int) -> ResponseReturnValue:
    """The form with nothing filled in, on A4: to go round with a pen."""
    submission = own_submission(submission_id)
    return render_template(
        "surveys/officer/print_empty.html",
        **_frame(submission),
        sections=questionnaire_of(submission.round).sections,
        yes_no=YES_NO,
        qr=_way_back(submission),
    )


@blueprint.post("/<int:submission_id>/print")
@requires(Permission.SUBMISSION_READ)
@writes
def print_whole_form(submission_id: int) -> ResponseReturnValue:
    """The same with what is sensitive: an explicit choice that leaves a line in the audit trail."""
    submission = own_submission(submission_id)
    audit.log(get_session(), the_identity(), "submission:print-sensitive", f"ward {submission.ward_code}")
    add_event(get_session(), submission, EventKind.DOWNLOADED, the_identity().full_name, _("bản in có số liệu nhạy cảm"))
    return _print_page(submission, with_sensitive=True)


def _overview_page(submission: Submission, refused: str = "") -> str:
    found = examine(get_session(), submission)
    sections = [(part, _is_asked(part, submission), found.left_in(part)) for part in found.reading.questionnaire.sections]
    state = CollectionState(submission.state)
    takes_confirmation = takes_typing(submission) or state is CollectionState.SENT
    return render_template(
        "surveys/officer/overview.html",
        **_frame(submission),
        sections=sections,
        left=found.left,
        refused=refused,
        may_confirm=takes_confirmation and may(the_identity(), Permission.SUBMISSION_CONFIRM, submission.ward_code),
        content=content_hash(submission),
        handed=find_hand_over(get_session(), submission),
        colleagues=list_colleagues(get_session(), submission, the_identity().user_id),
        note=request.form.get("note", ""),
        code=request.args.get("code") or print_code(submission),
        printed=request.args.get("ban", ""),
        is_as_printed=request.args.get("ban", "") == print_code(submission),
    )


def _print_page(submission: Submission, *, with_sensitive: bool) -> str:
    reading, typed = read_submission(submission), typed_of(submission)
    sections = [(section, fields_of(section, typed, reading)) for section in reading.questionnaire.sections]
    code = print_code(submission)
    return render_template(
        "surveys/officer/print.html",
        **_frame(submission),
        sections=sections,
        with_sensitive=with_sensitive,
        code=code,
        qr=_way_back(submission, f"?ban={code}"),
    )


def _way_back(submission: Submission, query: str = "") -> str:
    """The address of a submission as a QR code for paper."""
    address = f"{current_settings().public_url}{url_for('surveys.overview', submission_id=submission.id)}{query}"
    return segno.make(address, error="m").svg_inline(scale=3, border=2)


def _zeros_for_blank(submission: Submission, asked: Section, fields: Mapping[str, str]) -> dict[str, str]:
    """A zero for each item that neither this page nor anybody else has said something about."""
    reading = read_answers(load_questionnaire(), {**typed_of(submission), **fields}, today().year)
    blank = (q for q in asked.questions if q.kind == "equipment" and reading.is_asked(q) and not reading.reads[q.key].answered)
    return {f"{question.key}.good": "0" for question in blank}


def _confirm_asked(submission: Submission, asked: Section) -> frozenset[str]:
    """Confirm what the page asked for: one question of a section, or (``*``) each that still says what the round before said."""
    wanted = request.form.get("confirm", "")
    keys = frozenset(question.key for question in asked.questions if wanted in ("*", question.key))
    return confirm_carried(get_session(), submission, keys, the_identity().full_name) if keys else frozenset()


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


def record_changes(submission: Submission, changed: Mapping[str, tuple[str, str]]) -> None:
    """Write the changed fields into the audit trail, whose readers may not see what is sensitive."""
    if not changed:
        return
    sensitive = {question.key for question in load_questionnaire().questions if question.sensitive}
    hidden = {name for name in changed if name.partition(".")[0].partition("#")[0] in sensitive}
    before = {name: SENSITIVE if name in hidden else pair[0] for name, pair in changed.items()}
    after = {name: SENSITIVE if name in hidden else pair[1] for name, pair in changed.items()}
    audit.log(get_session(), the_identity(), "submission:save", f"ward {submission.ward_code}", before=before, after=after)


def _place_of(submission: Submission, code: str) -> str:
    """Where the browser keeps what was typed into a page until the server has it: one place a person, submission and section."""
    return f"{the_identity().user_id}-{submission.id}-{code}"


def _section(code: str) -> Section:
    found = load_questionnaire().section(code)
    if found is None:
        raise NotFoundError(_("Phiếu không có phần này."))
    return found


def _is_asked(section: Section, submission: Submission) -> bool:
    return section.ask_if is None or typed_of(submission).get(section.ask_if) == "yes"


def _next_section(submission: Submission, after: Section) -> Section | None:
    sections = [section for section in load_questionnaire().sections if section == after or _is_asked(section, submission)]
    index = sections.index(after) + 1
    return sections[index] if index < len(sections) else None


def _frame(submission: Submission) -> dict[str, object]:
    """What every page of a submission shows."""
    state = CollectionState(submission.state)
    days_left = (last_day(submission) - today()).days
    saved = session.pop("saved_section", "")
    may_fill = may(the_identity(), Permission.SUBMISSION_FILL, submission.ward_code)
    sections = load_questionnaire().sections
    where = {question.key: section.code for section in sections for question in section.questions}
    remarks = list_remarks(get_session(), submission)
    asked_back = [(one, where.get(one.question, "")) for one in remarks if one.kind == RemarkKind.RETURN and one.settled_at is None]
    return {
        "submission": submission,
        "ward": get_ward(get_session(), submission.ward_code),
        "state": state,
        "round": submission.round,
        "days_left": days_left,
        "last_day": last_day(submission),
        "may_type": may_fill and takes_typing(submission),
        "remarks": remarks,
        "remark_kinds": RemarkKind,
        "asked_back": asked_back if state is CollectionState.RETURNED else [],
        "question_labels": {question.key: question.label for question in load_questionnaire().questions},
        "signed": (signed := signed_copy(get_session(), submission)),
        "is_as_signed": signed is not None and print_code(submission) == signed.content_hash,
        "confirmation": find_confirmation(get_session(), submission),
        "saved": f"{the_identity().user_id}-{saved}" if saved else "",
    }


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
        **_frame(submission),
        section=asked,
        fields=fields_of(asked, shown, reading, doubts, answers_before(get_session(), submission)[0]),
        has_carried=any(question.key in keys for question in reading.unconfirmed),
        problems=[problem for problem in reading.problems if problem.question in keys],
        labels={question.key: question.label for question in asked.questions},
        base=own_fields(asked, stored) if base is None else base,
        kept=_place_of(submission, code),
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
