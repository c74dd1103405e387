"""Pages of a round for the reviewer: who sent in time, and reminders to those who are late."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.jobs import ask, follow
from accounts.permissions import Permission
from portal.caches import content_key
from portal.clock import today
from portal.database import get_session, write_separately, writes
from portal.downloads import XLSX, send_bytes
from portal.formats import format_day, format_moment
from portal.jobs.kinds import JobCancelledError, Order, Outcome, Progress
from portal.reminders import reminder_lines
from portal.settings import current_settings
from portal.table_workbook import build_table_workbook
from portal.vietnamese import sort_key
from surveys.review.reminders import Channel, build_digests, list_reminders, record_reminder, send_reminders
from surveys.review.timeliness import WardTimeliness, list_timeliness, summarise_timeliness
from surveys.submissions.rounds import get_round

blueprint = Blueprint("discipline", __name__, url_prefix="/rounds", template_folder="../templates")

HEADINGS = (
    ("STT", 6),
    ("Mã", 9),
    ("Xã, phường", 28),
    ("Địa bàn trước 01/7/2025", 26),
    ("Trạng thái", 20),
    ("Gửi lần đầu", 18),
    ("Số ngày muộn", 12),
    ("Số lần yêu cầu bổ sung", 14),
    ("Cho gửi đến", 14),
)


@blueprint.get("/<int:round_id>/discipline", endpoint="discipline")
@requires(Permission.ROUND_MANAGE)
def timeliness(round_id: int) -> ResponseReturnValue:
    """Who sent in time, late by how many days, and how often it was returned; by former district, then ward by ward."""
    round = get_round(get_session(), round_id)
    rows = list_timeliness(get_session(), round, today())
    groups: dict[str, list[WardTimeliness]] = {}
    for row in rows:
        groups.setdefault(row.ward.former_district, []).append(row)
    return render_template(
        "surveys/discipline/discipline.html",
        round=round,
        rows=rows,
        total=summarise_timeliness(_("Toàn thành phố"), rows),
        groups=[summarise_timeliness(name, groups[name]) for name in sorted(groups, key=sort_key)],
    )


@blueprint.get("/<int:round_id>/discipline.xlsx", endpoint="discipline_workbook")
@requires(Permission.ROUND_MANAGE)
def timeliness_workbook(round_id: int) -> ResponseReturnValue:
    """The same as a table."""
    round, identity = get_round(get_session(), round_id), require_identity()
    subject = round.subject
    lines = [
        (
            number,
            row.ward.code,
            row.ward.full_name,
            row.ward.former_district,
            row.state.label,
            format_moment(row.sent_at) if row.sent_at else "",
            row.days_late,
            row.returned,
            format_day(row.reopened_until) if row.reopened_until else "",
        )
        for number, row in enumerate(list_timeliness(get_session(), round, today()), start=1)
    ]
    note = _(
        "Hạn gửi %(day)s; số ngày muộn của đơn vị chưa gửi tính đến %(now)s",
        day=format_day(round.deadline),
        now=format_day(today()),
    )
    if not current_settings().is_production:
        note += ". " + _("SỐ LIỆU MINH HỌA")
    title = f"Chấp hành chế độ báo cáo: {round.name}"
    data = build_table_workbook("Chấp hành chế độ báo cáo", title, round.under_band(note), HEADINGS, lines, "D5")
    write_separately(lambda session: audit.log(session, identity, "discipline:download", subject))
    return send_bytes(data, f"ky-luat-bao-cao-dot-{round_id}.xlsx", XLSX)


@blueprint.get("/<int:round_id>/reminders")
@requires(Permission.ROUND_MANAGE)
def reminders(round_id: int) -> ResponseReturnValue:
    """Who is late and would be reminded today, by which channel, with the text to copy; and the reminders so far."""
    round, settings = get_round(get_session(), round_id), current_settings()
    digests, wards_without_officer = build_digests(get_session(), round, settings, today(), reminder_lines(current_app))
    return render_template(
        "surveys/discipline/reminders.html",
        round=round,
        digests=digests,
        wards_without_officer=wards_without_officer,
        due=[digest for digest in digests if digest.address and digest.channel is None],
        sent_reminders=[(row, Channel(row.channel), name) for row, name in list_reminders(get_session(), round)],
        folder="" if settings.smtp_url else settings.mail_folder.name,
    )


@blueprint.post("/<int:round_id>/reminders")
@requires(Permission.ROUND_MANAGE)
def reminders_send(round_id: int) -> ResponseReturnValue:
    """Have today's reminders sent: a slow mail server keeps nobody waiting."""
    if get_round(get_session(), round_id).is_practice:
        flash(_("Đợt tập huấn không nhắc ai."), "warning")
        return redirect(url_for("discipline.reminders", round_id=round_id))
    return follow(ask("reminders", {"round": round_id}))


def prepare_reminders(parameters: Mapping[str, Any]) -> Order:
    """The reminders of today."""
    round_id = parameters["round"]
    return Order(content_key("reminders", round_id, today()), lambda progress: _send_reminders(round_id, progress))


def _send_reminders(round_id: int, progress: Progress) -> Outcome:
    """Each is stored in a short transaction of its own."""
    engine, settings, lines = current_app.extensions["engine"], current_settings(), reminder_lines(current_app)
    result, identity = send_reminders(engine, round_id, settings, other_lines=lines, progress=progress), require_identity()
    after = {"letters": result.sent_count, "failed": len(result.failures)}
    write_separately(lambda session: audit.log(session, identity, "reminder:send", f"round {round_id}", after=after))
    if result.is_cancelled:
        raise JobCancelledError(_("Đã hủy; trước đó đã gửi %(count)s thư nhắc.", count=result.sent_count))
    return Outcome(lines=(_("Đã gửi %(count)s thư nhắc.", count=result.sent_count), *result.failures[:10]))


@blueprint.post("/<int:round_id>/reminders/noted")
@requires(Permission.ROUND_MANAGE)
@writes
def reminders_note(round_id: int) -> ResponseReturnValue:
    """Record that somebody was reminded by phone."""
    round, user_id = get_round(get_session(), round_id), request.form.get("person", "")
    digests, _wards_without_officer = build_digests(get_session(), round, current_settings(), today(), reminder_lines(current_app))
    digest = next((digest for digest in digests if str(digest.user_id) == user_id and digest.channel is None), None)
    if digest is None:
        flash(_("Người này hôm nay đã được nhắc, hoặc không còn đơn vị nào muộn."), "info")
        return redirect(url_for("discipline.reminders", round_id=round_id))
    try:
        with get_session().begin_nested():
            record_reminder(get_session(), round_id, digest, Channel.PHONE, today())
    except IntegrityError:
        flash(_("Người này vừa được người khác nhắc."), "info")
    else:
        audit.log(
            get_session(),
            require_identity(),
            "reminder:note",
            f"round {round_id}",
            after={"wards": [late.ward.code for late in digest.wards]},
        )
        flash(_("Đã ghi là đã nhắn cho %(name)s.", name=digest.full_name), "success")
    return redirect(url_for("discipline.reminders", round_id=round_id))
