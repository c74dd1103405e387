"""Pages of the reviewer: rounds and their boards, the queue, one submission beside the rating it would get."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from inventory.wards.wards import KIND_LABELS
from portal.clock import today
from portal.database import get_session, record_outside, writes
from portal.downloads import XLSX, send_bytes
from portal.errors import WardReadinessError
from portal.formats import format_day
from portal.settings import current_settings
from portal.vietnamese import fold, sort_key
from scoring.rating.published_standards import current_standard
from surveys.checks.states import CollectionState
from surveys.models import Round
from surveys.review.round_board import Board, BoardRow, Delivery, Notice, make_board
from surveys.submissions import rounds
from surveys.workbooks.board_workbook import build_board_workbook
from surveys.workbooks.city_workbook import build_city_workbook, import_city_answers

FILTERS = ("q", "state", "notice", "kind", "district", "sent")

blueprint = Blueprint("review", __name__, template_folder="../templates")


@blueprint.get("/rounds/")
@requires(Permission.ROUND_MANAGE)
def round_list() -> ResponseReturnValue:
    """All rounds, and the form of a new one."""
    return render_template("surveys/reviewer/rounds.html", rounds=rounds.list_rounds(get_session()), refused="", typed={})


@blueprint.post("/rounds/")
@requires(Permission.ROUND_MANAGE)
@writes
def round_open() -> ResponseReturnValue:
    """Open a round for all wards."""
    session, typed = get_session(), request.form
    try:
        opens_on, deadline = date.fromisoformat(typed["opens_on"]), date.fromisoformat(typed["deadline"])
    except (KeyError, ValueError):
        refused = _("Hãy chọn ngày mở và hạn gửi.")
        page = render_template("surveys/reviewer/rounds.html", rounds=rounds.list_rounds(session), refused=refused, typed=typed)
        return page, 400
    try:
        opened = rounds.open_round(
            session,
            typed.get("name", ""),
            opens_on,
            deadline,
            current_standard(session).version,
            needs_confirmation=typed.get("needs_confirmation") == "1",
        )
    except rounds.RoundError as error:
        listed = rounds.list_rounds(session)
        return render_template("surveys/reviewer/rounds.html", rounds=listed, refused=error.message, typed=typed), 400
    audit.log(session, the_identity(), "round:open", f"round {opened.id}", after={"name": opened.name})
    return redirect(url_for("review.board", round_id=opened.id))


@blueprint.get("/rounds/<int:round_id>")
@requires(Permission.ROUND_MANAGE)
def board(round_id: int) -> ResponseReturnValue:
    """The board of a round: counts, exceptions and each ward; the filter stands in the address."""
    found = rounds.get_round(get_session(), round_id)
    return _board_page(found)


@blueprint.get("/rounds/<int:round_id>/board.xlsx")
@requires(Permission.ROUND_MANAGE)
def board_workbook(round_id: int) -> ResponseReturnValue:
    """The board as a table, with the filter of the page."""
    found = rounds.get_round(get_session(), round_id)
    rows = _chosen(make_board(get_session(), found, today()), _filter())
    note = _("%(count)s đơn vị theo bộ lọc, lập ngày %(day)s", count=len(rows), day=format_day(today()))
    if not current_settings().is_production:
        note += ". " + _("SỐ LIỆU MINH HỌA")
    data = build_board_workbook(found.name, note, rows)
    identity = the_identity()
    record_outside(lambda session: audit.log(session, identity, "board:download", f"round {round_id}"))
    return send_bytes(data, f"theo-doi-dot-{round_id}.xlsx", XLSX)


@blueprint.post("/rounds/<int:round_id>/deadline")
@requires(Permission.ROUND_MANAGE)
@writes
def round_deadline(round_id: int) -> ResponseReturnValue:
    """Move the deadline."""
    found = rounds.get_round(get_session(), round_id)
    before = found.deadline.isoformat()
    try:
        rounds.set_deadline(get_session(), round_id, date.fromisoformat(request.form.get("deadline", "")))
    except (ValueError, rounds.RoundError) as error:
        told = error.message if isinstance(error, rounds.RoundError) else _("Hãy chọn hạn gửi mới.")
        return _board_page(found, told, request.form.get("deadline", "")), 400
    audit.log(
        get_session(), the_identity(), "round:set-deadline", f"round {round_id}", before=before, after=found.deadline.isoformat()
    )
    flash(_("Đã đổi hạn gửi."), "success")
    return redirect(url_for("review.board", round_id=round_id))


@blueprint.post("/rounds/<int:round_id>/closed")
@requires(Permission.ROUND_MANAGE)
@writes
def round_close(round_id: int) -> ResponseReturnValue:
    """Close a round to typing and sending, or open it again."""
    closed = request.form.get("closed") == "1"
    before = rounds.get_round(get_session(), round_id).is_closed
    found = rounds.set_closed(get_session(), round_id, closed=closed)
    subject = f"round {found.id}"
    audit.log(get_session(), the_identity(), "round:set-closed", subject, before={"closed": before}, after={"closed": closed})
    flash(_("Đã đóng đợt khảo sát.") if closed else _("Đã mở lại đợt khảo sát."), "success")
    return redirect(url_for("review.board", round_id=round_id))


@blueprint.get("/rounds/<int:round_id>/city-answers.xlsx")
@requires(Permission.ROUND_MANAGE)
def city_template(round_id: int) -> ResponseReturnValue:
    """The table of what the city answers for all wards, filled with what is known."""
    data = build_city_workbook(get_session(), rounds.get_round(get_session(), round_id))
    identity = the_identity()
    record_outside(lambda session: audit.log(session, identity, "city-answers:download", f"round {round_id}"))
    return send_bytes(data, f"thanh-pho-tra-loi-dot-{round_id}.xlsx", XLSX)


@blueprint.post("/rounds/<int:round_id>/city-answers")
@requires(Permission.ROUND_MANAGE)
@writes
def city_import(round_id: int) -> ResponseReturnValue:
    """Take over what the city answers, all or nothing."""
    upload = request.files.get("file")
    found = rounds.get_round(get_session(), round_id)
    try:
        done = import_city_answers(get_session(), found, upload.read() if upload else b"", the_identity().full_name)
    except WardReadinessError as error:
        for line in error.message.splitlines()[:50]:
            flash(line, "danger")
        return redirect(url_for("review.board", round_id=round_id))
    after = {"fields": done.changed, "left_alone": list(done.left_alone)}
    audit.log(get_session(), the_identity(), "city-answers:import", f"round {round_id}", after=after)
    flash(_("Đã nạp %(count)s câu trả lời của thành phố.", count=done.changed), "success")
    if done.left_alone:
        told = _(
            "Để nguyên %(count)s đơn vị đã gửi hoặc đã duyệt, có câu khác với tệp: %(names)s.",
            count=len(done.left_alone),
            names=", ".join(done.left_alone),
        )
        flash(told, "warning")
    return redirect(url_for("review.board", round_id=round_id))


def _board_page(found: Round, refused: str = "", deadline: str = "") -> str:
    whole, typed = make_board(get_session(), found, today()), _filter()
    return render_template(
        "surveys/reviewer/board.html",
        round=found,
        board=whole,
        rows=_chosen(whole, typed),
        typed=typed,
        states=list(CollectionState),
        notices=list(Notice),
        state_counts=whole.count(lambda row: row.state),
        deliveries=list(Delivery),
        by_kind=whole.by(lambda row: row.ward.kind),
        by_district=dict(sorted(whole.by(lambda row: row.ward.former_district).items(), key=lambda part: sort_key(part[0]))),
        kinds=KIND_LABELS,
        overdue=(today() - found.deadline).days,
        refused=refused,
        deadline=deadline,
    )


def _filter() -> dict[str, str]:
    """What of the address is a filter: the page, its links and its workbook go by the same."""
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _chosen(whole: Board, typed: Mapping[str, str]) -> list[BoardRow]:
    folded = fold(typed.get("q", "")[:100])
    state, notice, kind, district, sent = (typed.get(name, "") for name in FILTERS[1:])
    deliveries = [delivery for delivery in Delivery if delivery == sent]
    return [
        row
        for row in whole.rows
        if folded in fold(row.ward.full_name)
        and state in ("", row.state)
        and notice in ("", *row.notices)
        and kind in ("", row.ward.kind)
        and district in ("", row.ward.former_district)
        and (not sent or any(map(row.stands, deliveries)))
    ]
