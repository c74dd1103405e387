"""Pages of a round for the reviewer: reporting discipline, and reminders to those who are late."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from portal.clock import today
from portal.database import get_session, record_outside, writes
from portal.downloads import XLSX, send_bytes
from portal.formats import format_day, format_moment
from portal.reminders import reminder_lines
from portal.settings import current_settings
from portal.table_workbook import build_table_workbook
from portal.vietnamese import sort_key
from surveys.review.reminders import Channel, list_reminders, make_digests, note_reminder, send_reminders
from surveys.review.timeliness import Conduct, find_conduct, sum_up
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


@blueprint.get("/<int:round_id>/discipline")
@requires(Permission.ROUND_MANAGE)
def discipline(round_id: int) -> ResponseReturnValue:
    """Who sent on time, late by how many days, and how often it came back; by former district, then ward by ward."""
    found = get_round(get_session(), round_id)
    rows = find_conduct(get_session(), found, today())
    groups: dict[str, list[Conduct]] = {}
    for row in rows:
        groups.setdefault(row.ward.former_district, []).append(row)
    return render_template(
        "surveys/discipline/discipline.html",
        round=found,
        rows=rows,
        whole=sum_up(_("Toàn thành phố"), rows),
        groups=[sum_up(name, groups[name]) for name in sorted(groups, key=sort_key)],
    )


@blueprint.get("/<int:round_id>/discipline.xlsx")
@requires(Permission.ROUND_MANAGE)
def discipline_workbook(round_id: int) -> ResponseReturnValue:
    """The same as a table."""
    found, identity = get_round(get_session(), round_id), the_identity()
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
        for number, row in enumerate(find_conduct(get_session(), found, today()), start=1)
    ]
    note = _(
        "Hạn gửi %(day)s; số ngày muộn của đơn vị chưa gửi tính đến %(now)s",
        day=format_day(found.deadline),
        now=format_day(today()),
    )
    if not current_settings().is_production:
        note += ". " + _("SỐ LIỆU MINH HỌA")
    data = build_table_workbook("Kỷ luật báo cáo", f"Kỷ luật báo cáo: {found.name}", note, HEADINGS, lines, "D5")
    record_outside(lambda session: audit.log(session, identity, "discipline:download", f"round {round_id}"))
    return send_bytes(data, f"ky-luat-bao-cao-dot-{round_id}.xlsx", XLSX)


@blueprint.get("/<int:round_id>/reminders")
@requires(Permission.ROUND_MANAGE)
def reminders(round_id: int) -> ResponseReturnValue:
    """Who is late and would be reminded today, by which way, with the text to copy; and what was written before."""
    found, settings = get_round(get_session(), round_id), current_settings()
    digests, nobody = make_digests(get_session(), found, settings, today(), reminder_lines(current_app))
    return render_template(
        "surveys/discipline/reminders.html",
        round=found,
        digests=digests,
        nobody=nobody,
        due=[one for one in digests if one.address and one.channel is None],
        written=[(row, Channel(row.channel), name) for row, name in list_reminders(get_session(), found)],
        folder="" if settings.smtp_url else settings.mail_folder.name,
    )


@blueprint.post("/<int:round_id>/reminders")
@requires(Permission.ROUND_MANAGE)
def reminders_send(round_id: int) -> ResponseReturnValue:
    """Write to everybody who is due today; each letter is stored in a short transaction of its own."""
    identity = the_identity()
    get_round(get_session(), round_id)
    done = send_reminders(current_app.extensions["engine"], round_id, current_settings(), further=reminder_lines(current_app))
    after = {"letters": done.letters, "failed": len(done.failed)}
    record_outside(lambda session: audit.log(session, identity, "reminder:send", f"round {round_id}", after=after))
    flash(_("Đã gửi %(count)s thư nhắc.", count=done.letters), "success" if done.letters else "info")
    for told in done.failed[:10]:
        flash(told, "danger")
    return redirect(url_for("discipline.reminders", round_id=round_id))


@blueprint.post("/<int:round_id>/reminders/noted")
@requires(Permission.ROUND_MANAGE)
@writes
def reminders_note(round_id: int) -> ResponseReturnValue:
    """Write down that somebody was reminded by phone."""
    found, chosen = get_round(get_session(), round_id), request.form.get("person", "")
    digests, _nobody = make_digests(get_session(), found, current_settings(), today(), reminder_lines(current_app))
    digest = next((one for one in digests if str(one.user_id) == chosen and one.channel is None), None)
    if digest is None:
        flash(_("Người này hôm nay đã được nhắc, hoặc không còn đơn vị nào muộn."), "info")
        return redirect(url_for("discipline.reminders", round_id=round_id))
    try:
        with get_session().begin_nested():
            note_reminder(get_session(), round_id, digest, Channel.PHONE, today())
    except IntegrityError:
        flash(_("Người này vừa được người khác nhắc."), "info")
    else:
        audit.log(
            get_session(),
            the_identity(),
            "reminder:note",
            f"round {round_id}",
            after={"wards": [one.ward.code for one in digest.wards]},
        )
        flash(_("Đã ghi là đã nhắn cho %(name)s.", name=digest.full_name), "success")
    return redirect(url_for("discipline.reminders", round_id=round_id))
