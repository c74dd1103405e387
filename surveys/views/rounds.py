"""Pages of the rounds: their list, the board of one round, its deadline, and the answers of the city."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.wards.wards import KIND_LABELS
from portal.clock import today
from portal.database import get_session, reading_session, write_separately, writes
from portal.downloads import XLSX, send_bytes
from portal.errors import NotFoundError, WardReadinessError
from portal.formats import format_day
from portal.settings import current_settings
from portal.vietnamese import clean_line, fold, sort_key
from scoring.rating.published_standards import current_standard
from surveys.checks.states import CollectionState
from surveys.models import Round
from surveys.questionnaire.published_questionnaires import as_asked, list_questionnaires, published_questionnaire
from surveys.review.round_board import Board, BoardRow, DeadlineStatus, Notice, build_board
from surveys.submissions import rounds
from surveys.workbooks.board_workbook import build_board_workbook
from surveys.workbooks.city_workbook import build_city_workbook, import_city_answers, read_city_table

MAX_NAMED = 10
FILTERS = ("q", "state", "notice", "kind", "district", "sent")

blueprint = Blueprint("review", __name__, template_folder="../templates")


@blueprint.get("/rounds/")
@requires(Permission.ROUND_MANAGE)
def round_list() -> ResponseReturnValue:
    """All rounds, and the form of a new one."""
    return _list_page()


@blueprint.post("/rounds/")
@requires(Permission.ROUND_MANAGE)
@writes
def round_open() -> ResponseReturnValue:
    """Open a round for all wards."""
    session, form, standard = get_session(), request.form, current_standard(get_session())
    try:
        opens_on, deadline = date.fromisoformat(form["opens_on"]), date.fromisoformat(form["deadline"])
    except (KeyError, ValueError):
        return _list_page(_("Hãy chọn ngày mở và hạn gửi.")), 400
    try:
        round = rounds.open_round(
            session,
            form.get("name", ""),
            opens_on,
            deadline,
            standard.version,
            form.get("questionnaire") or None,
            needs_confirmation=form.get("needs_confirmation") == "1",
            is_practice=form.get("is_practice") == "1",
        )
    except (rounds.RoundError, NotFoundError) as error:
        return _list_page(error.message), 400
    after = {"name": round.name, "questionnaire": round.questionnaire_version, "standard": round.standard_version}
    audit.log(session, require_identity(), "round:open", round.subject, after=after)
    if codes := rounds.unanswerable_criteria(standard, as_asked(round.questionnaire)):
        flash(
            _(
                "Mẫu phiếu %(form)s không hỏi đủ cho bộ tiêu chuẩn %(standard)s đang áp dụng: đợt này sẽ không có số liệu cho %(codes)s. "
                "Nếu không định như vậy thì đóng đợt này, rồi mở đợt khác theo mẫu phiếu đi cùng bộ tiêu chuẩn.",
                form=round.questionnaire_version,
                standard=round.standard_version,
                codes=", ".join(codes),
            ),
            "warning",
        )
    return redirect(url_for("review.board", round_id=round.id))


@blueprint.get("/rounds/<int:round_id>")
@requires(Permission.ROUND_MANAGE)
def board(round_id: int) -> ResponseReturnValue:
    """The board of a round: counts, exceptions and each ward; the filter is part of the address."""
    round = rounds.get_round(get_session(), round_id)
    return _board_page(round)


@blueprint.get("/rounds/<int:round_id>/board.xlsx")
@requires(Permission.ROUND_MANAGE)
def board_workbook(round_id: int) -> ResponseReturnValue:
    """The board as a table, with the filter of the page."""
    round = rounds.get_round(get_session(), round_id)
    rows = _filter_rows(build_board(get_session(), round, today()), _posted_filter())
    note = _("%(count)s đơn vị theo bộ lọc, lập ngày %(day)s", count=len(rows), day=format_day(today()))
    if not current_settings().is_production:
        note += ". " + _("SỐ LIỆU MINH HỌA")
    data, subject = build_board_workbook(round.name, round.under_band(note), rows), round.subject
    identity = require_identity()
    write_separately(lambda session: audit.log(session, identity, "board:download", subject))
    return send_bytes(data, f"theo-doi-dot-{round_id}.xlsx", XLSX)


@blueprint.post("/rounds/<int:round_id>/deadline")
@requires(Permission.ROUND_MANAGE)
@writes
def round_deadline(round_id: int) -> ResponseReturnValue:
    """Move the deadline."""
    round = rounds.get_round(get_session(), round_id)
    before = round.deadline.isoformat()
    try:
        rounds.set_deadline(get_session(), round_id, date.fromisoformat(request.form.get("deadline", "")))
    except (ValueError, rounds.RoundError) as error:
        message = error.message if isinstance(error, rounds.RoundError) else _("Hãy chọn hạn gửi mới.")
        return _board_page(round, message, request.form.get("deadline", "")), 400
    audit.log(
        get_session(),
        require_identity(),
        "round:set-deadline",
        round.subject,
        before=before,
        after=round.deadline.isoformat(),
    )
    flash(_("Đã đổi hạn gửi."), "success")
    return redirect(url_for("review.board", round_id=round_id))


@blueprint.post("/rounds/<int:round_id>/closed")
@requires(Permission.ROUND_MANAGE)
@writes
def round_close(round_id: int) -> ResponseReturnValue:
    """Close a round to editing and sending, or open it again."""
    closed = request.form.get("closed") == "1"
    before = rounds.get_round(get_session(), round_id).is_closed
    round = rounds.set_closed(get_session(), round_id, closed=closed)
    subject = round.subject
    audit.log(get_session(), require_identity(), "round:set-closed", subject, before={"closed": before}, after={"closed": closed})
    flash(_("Đã đóng đợt khảo sát.") if closed else _("Đã mở lại đợt khảo sát."), "success")
    return redirect(url_for("review.board", round_id=round_id))


@blueprint.get("/rounds/<int:round_id>/remove")
@requires(Permission.ROUND_MANAGE)
def round_removal(round_id: int) -> ResponseReturnValue:
    """What would be removed with a round for practice, and the form that asks for its name."""
    return _removal_page(rounds.get_round(get_session(), round_id))


@blueprint.post("/rounds/<int:round_id>/remove")
@requires(Permission.ROUND_MANAGE)
@writes
def round_remove(round_id: int) -> ResponseReturnValue:
    """Remove a round for practice with everything of it, once its name was typed."""
    session, round = get_session(), rounds.get_round(get_session(), round_id)
    name, subject, typed = round.name, round.subject, request.form.get("name", "")
    if round.is_practice and clean_line(typed).strip() != clean_line(name):
        return _removal_page(round, _("Gõ đúng tên đợt tập huấn để xóa."), typed), 400
    content = rounds.remove_round(session, round)
    before = {"name": name, "submissions": content.begun, "files": content.files}
    audit.log(session, require_identity(), "round:remove", subject, before=before)
    flash(_("Đã xóa đợt tập huấn “%(name)s”.", name=name), "success")
    return redirect(url_for("review.round_list"))


@blueprint.get("/rounds/<int:round_id>/city-answers.xlsx")
@requires(Permission.ROUND_MANAGE)
def city_template(round_id: int) -> ResponseReturnValue:
    """The table of the answers of the city, with those known so far."""
    round, identity = rounds.get_round(get_session(), round_id), require_identity()
    data, subject = build_city_workbook(get_session(), round), round.subject
    write_separately(lambda session: audit.log(session, identity, "city-answers:download", subject))
    return send_bytes(data, f"thanh-pho-tra-loi-dot-{round_id}.xlsx", XLSX)


@blueprint.post("/rounds/<int:round_id>/city-answers")
@requires(Permission.ROUND_MANAGE)
@writes
def city_import(round_id: int) -> ResponseReturnValue:
    """Import the answers of the city, all or nothing."""
    upload = request.files.get("file")
    # Reading takes its time, and comes before anything is locked.
    with reading_session() as db:
        questionnaire = published_questionnaire(rounds.get_round(db, round_id))
    try:
        table = read_city_table(upload.read() if upload else b"", questionnaire)
        round = rounds.get_round(get_session(), round_id)
        result = import_city_answers(get_session(), round, table, require_identity().full_name)
    except WardReadinessError as error:
        for line in error.message.splitlines()[:50]:
            flash(line, "danger")
        return redirect(url_for("review.board", round_id=round_id))
    after = {"fields": result.changed, "left_alone": list(result.skipped_wards)}
    audit.log(get_session(), require_identity(), "city-answers:import", round.subject, after=after)
    flash(_("Đã nạp %(count)s câu trả lời của thành phố.", count=result.changed), "success")
    if result.skipped_wards:
        message = _(
            "Để nguyên %(count)s đơn vị đã gửi hoặc đã duyệt, có câu khác với tệp: %(names)s.",
            count=len(result.skipped_wards),
            names=", ".join(result.skipped_wards),
        )
        flash(message, "warning")
    if result.contradicted_wards:
        message = _(
            "%(count)s đơn vị đã khai khác số của thành phố và được báo ở câu cần sửa: %(names)s. Số của thành phố sai thì sửa ở bảng rồi nạp lại.",
            count=len(result.contradicted_wards),
            # A flashed message travels in a cookie, which has no room for all wards; the board shows them all.
            names=", ".join(result.contradicted_wards[:MAX_NAMED]) + (" …" if len(result.contradicted_wards) > MAX_NAMED else ""),
        )
        flash(message, "warning")
    return redirect(url_for("review.board", round_id=round_id))


def _list_page(refusal: str = "") -> str:
    session = get_session()
    standard = current_standard(session)
    return render_template(
        "surveys/reviewer/rounds.html",
        rounds=rounds.list_rounds(session),
        standard=standard,
        questionnaires=[
            (record.version, len(rounds.unanswerable_criteria(standard, as_asked(record))))
            for record in list_questionnaires(session)
        ],
        refusal=refusal,
        entered=request.form,
    )


def _board_page(round: Round, refusal: str = "", deadline: str = "") -> str:
    board, filters = build_board(get_session(), round, today()), _posted_filter()
    return render_template(
        "surveys/reviewer/board.html",
        round=round,
        board=board,
        rows=_filter_rows(board, filters),
        filters=filters,
        states=list(CollectionState),
        notices=list(Notice),
        state_counts=board.count_by(lambda row: row.state),
        deadline_statuses=list(DeadlineStatus),
        by_kind=board.states_by(lambda row: row.ward.kind),
        by_district=dict(sorted(board.states_by(lambda row: row.ward.former_district).items(), key=lambda part: sort_key(part[0]))),
        kinds=KIND_LABELS,
        overdue=(today() - round.deadline).days,
        refusal=refusal,
        deadline=deadline,
    )


def _removal_page(round: Round, refusal: str = "", typed: str = "") -> str:
    content = rounds.count_what_goes(get_session(), round)
    return render_template("surveys/reviewer/remove.html", round=round, content=content, refusal=refusal, typed=typed)


def _posted_filter() -> dict[str, str]:
    """The filter in the address: the page, its links and its workbook share it."""
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _filter_rows(board: Board, filters: Mapping[str, str]) -> list[BoardRow]:
    folded = fold(filters.get("q", "")[:100])
    state, notice, kind, district, sent = (filters.get(name, "") for name in FILTERS[1:])
    statuses = [status for status in DeadlineStatus if status == sent]
    return [
        row
        for row in board.rows
        if folded in fold(row.ward.full_name)
        and state in ("", row.state)
        and notice in ("", *row.notices)
        and kind in ("", row.ward.kind)
        and district in ("", row.ward.former_district)
        and (not sent or any(map(row.has_status, statuses)))
    ]
