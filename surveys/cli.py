"""Commands of the survey; each calls the same function as the page."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from accounts import audit
from portal.clock import today
from portal.database import session_scope
from portal.errors import WardReadinessError
from portal.reminders import reminder_lines
from portal.settings import current_settings
from surveys.checks.states import Door
from surveys.review.reminders import make_digests, send_reminders
from surveys.submissions.rounds import current_round, get_round
from surveys.submissions.submissions import get_submission
from surveys.workbooks.city_workbook import import_city_answers
from surveys.workbooks.form_import import rehearse, take_over, unpack

surveys = AppGroup("surveys", help="Khảo sát.")


@surveys.command("import-city")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--round", "round_id", required=True, type=int, help="Số của đợt khảo sát.")
def import_city(file: Path, round_id: int) -> None:
    """Nạp câu trả lời của thành phố cho 126 đơn vị từ FILE (.xlsx)."""
    try:
        with session_scope(current_app.extensions["engine"], writes=True) as session:
            count = import_city_answers(session, get_round(session, round_id), file.read_bytes(), "thành phố")
            audit.log(session, None, "city-answers:import", f"round {round_id}", after={"fields": count})
    except WardReadinessError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"Đã nạp {count} câu trả lời.")


@surveys.command("remind")
@click.option("--round", "round_id", type=int, help="Số của đợt khảo sát, mặc định đợt mới nhất.")
@click.option("--dry-run", is_flag=True, help="Chỉ kể ai sẽ được nhắc, không gửi gì.")
def remind(round_id: int | None, dry_run: bool) -> None:
    """Gửi thư nhắc tới người phụ trách đơn vị quá hạn và người có việc đến hạn, mỗi người mỗi ngày một thư. Đặt chạy mỗi sáng."""
    engine, settings = current_app.extensions["engine"], current_settings()
    try:
        with session_scope(engine, writes=False) as session:
            found = get_round(session, round_id) if round_id is not None else current_round(session)
            if found is None:
                raise click.ClickException("Chưa có đợt khảo sát nào.")
            number = found.id
            digests, nobody = make_digests(session, found, settings, today(), reminder_lines(current_app))
        for digest in digests:
            way = digest.channel.label + " (đã nhắc hôm nay)" if digest.channel else digest.address or "chưa có thư điện tử"
            click.echo(f"{digest.full_name}: {', '.join(one.ward.full_name for one in digest.wards) or 'việc cần làm'} · {way}")
        for one in nobody:
            click.echo(f"{one.ward.full_name}: chưa có tài khoản phụ trách")
        if dry_run:
            return
        done = send_reminders(engine, number, settings, further=reminder_lines(current_app))
        with session_scope(engine, writes=True) as session:
            audit.log(
                session, None, "reminder:send", f"round {number}", after={"letters": done.letters, "failed": len(done.failed)}
            )
    except WardReadinessError as error:
        raise click.ClickException(error.message) from None
    click.echo(f"Đã gửi {done.letters} thư nhắc.")
    if done.failed:
        raise click.ClickException("\n".join(done.failed))


@surveys.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--round", "round_id", type=int, help="Số của đợt khảo sát, mặc định đợt mới nhất.")
@click.option("--rehearse", "only_rehearse", is_flag=True, help="Chỉ xem trước, không nhận gì.")
@click.option("--why", default="", help="Vì sao sửa, ghi vào nhật ký thay đổi của phiếu.")
def import_forms(files: tuple[Path, ...], round_id: int | None, only_rehearse: bool, why: str) -> None:
    """Nạp phiếu đã điền từ FILES (.xlsx, hoặc .zip gồm nhiều .xlsx). Mỗi tệp nhận trọn hoặc không nhận gì."""
    refused = False
    for file in files:
        try:
            parts = unpack(file.read_bytes())
        except WardReadinessError as error:
            click.echo(f"{file.name}: {error.message}", err=True)
            refused = True
            continue
        for name, data in parts:
            refused |= not _import_form(name or file.name, data, round_id, why, only_rehearse=only_rehearse)
    if refused:
        raise click.ClickException("Có tệp hoặc ô chưa nhận được, xem các dòng trên.")


def _import_form(name: str, data: bytes, round_id: int | None, why: str, *, only_rehearse: bool) -> bool:
    """Rehearse one file, say what it does, and take it over. Gives whether all of it was taken."""
    engine = current_app.extensions["engine"]
    try:
        with session_scope(engine, writes=not only_rehearse) as session:
            found = get_round(session, round_id) if round_id is not None else current_round(session)
            if found is None:
                raise click.ClickException("Chưa có đợt khảo sát nào.")
            done = rehearse(session, data, found)
            click.echo(f"{name}: {done.ward_name}: {len(done.new)} ô mới, {len(done.changed)} ô đổi, {done.same} ô giữ nguyên.")
            for line in (*done.refused, *done.disputed):
                told = line.message or "Người khác đã sửa sau khi tải mẫu."
                click.echo(f"  {line.sheet}, {line.cell}: {line.words}: “{line.after}”. {told}", err=True)
            if not only_rehearse and done.taken:
                submission = get_submission(session, done.submission_id, for_update=True)
                outcome = take_over(session, submission, done, "lệnh nạp dữ liệu", Door.COMMAND, why)
                after = {"fields": len(outcome.changed)}
                audit.log(session, None, "submission:import", f"ward {submission.ward_code}", after=after)
    except WardReadinessError as error:
        click.echo(f"{name}: {error.message}", err=True)
        return False
    return not done.refused and not done.disputed
