"""Commands of the survey; each calls the same function as the page."""

from pathlib import Path

import click
from flask import current_app
from sqlalchemy.orm import Session

from accounts import audit
from accounts.audit import HIDDEN
from inventory.security import is_sensitive_answer
from portal.clock import today
from portal.commands import CommandError, CommandGroup
from portal.database import session_scope
from portal.errors import WardReadinessError
from portal.reminders import reminder_lines
from portal.settings import current_settings
from surveys.checks.states import AnswerSource
from surveys.models import Round
from surveys.questionnaire.field_names import question_key
from surveys.questionnaire.published_questionnaires import publish_questionnaire, published_questionnaire, questionnaire_of
from surveys.review.reminders import build_digests, send_reminders
from surveys.submissions.rounds import current_round, get_round
from surveys.submissions.submissions import get_submission
from surveys.workbooks.city_workbook import import_city_answers, read_city_table
from surveys.workbooks.form_import import import_form, preview_import, read_form, unpack_forms

surveys = CommandGroup("surveys", help="Khảo sát.")


@surveys.command("import-city")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--round", "round_id", required=True, type=int, help="Số của đợt khảo sát.")
def import_city(file: Path, round_id: int) -> None:
    """Nạp câu trả lời của thành phố cho mọi đơn vị từ FILE (.xlsx)."""
    engine = current_app.extensions["engine"]
    with session_scope(engine, writes=False) as session:
        questionnaire = published_questionnaire(get_round(session, round_id))
    table = read_city_table(file.read_bytes(), questionnaire)
    with session_scope(engine, writes=True) as session:
        round = get_round(session, round_id)
        result = import_city_answers(session, round, table, "thành phố")
        after = {"fields": result.changed, "left_alone": list(result.skipped_wards)}
        audit.log(session, None, "city-answers:import", round.subject, after=after)
    click.echo(f"Đã nạp {result.changed} câu trả lời.")
    if result.skipped_wards:
        names = ", ".join(result.skipped_wards)
        click.echo(f"Để nguyên {len(result.skipped_wards)} đơn vị đã gửi hoặc đã duyệt, có câu khác với tệp: {names}.")
    if result.contradicted_wards:
        names = ", ".join(result.contradicted_wards)
        click.echo(f"{len(result.contradicted_wards)} đơn vị đã khai khác số của thành phố, cần sửa một trong hai: {names}.")


@surveys.command("remind")
@click.option("--round", "round_id", type=int, help="Số của đợt khảo sát, mặc định đợt mới nhất.")
@click.option("--dry-run", is_flag=True, help="Chỉ kể ai sẽ được nhắc, không gửi gì.")
def remind(round_id: int | None, dry_run: bool) -> None:
    """Gửi thư nhắc về phiếu quá hạn, giấy tờ sắp hết hạn và việc đến hạn, mỗi người mỗi ngày một thư. Đặt chạy mỗi sáng."""
    engine, settings = current_app.extensions["engine"], current_settings()
    with session_scope(engine, writes=False) as session:
        round = _find_round(session, round_id)
        if round.is_practice:
            raise CommandError(f"“{round.name}” là đợt tập huấn nên không nhắc ai. Bỏ --round để nhắc theo đợt khảo sát mới nhất.")
        current_id = round.id
        digests, wards_without_officer = build_digests(session, round, settings, today(), reminder_lines(current_app))
    for digest in digests:
        channel_text = digest.channel.label + " (đã nhắc hôm nay)" if digest.channel else digest.address or "chưa có thư điện tử"
        click.echo(
            f"{digest.full_name}: {', '.join(late.ward.full_name for late in digest.wards) or 'việc cần làm'} · {channel_text}"
        )
    for late in wards_without_officer:
        click.echo(f"{late.ward.full_name}: chưa có tài khoản phụ trách")
    if dry_run:
        return
    result = send_reminders(engine, current_id, settings, other_lines=reminder_lines(current_app))
    with session_scope(engine, writes=True) as session:
        audit.log(
            session,
            None,
            "reminder:send",
            f"round {current_id}",
            after={"letters": result.sent_count, "failed": len(result.failures)},
        )
    click.echo(f"Đã gửi {result.sent_count} thư nhắc.")
    if result.failures:
        raise CommandError("\n".join(result.failures))


@surveys.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--round", "round_id", type=int, help="Số của đợt khảo sát, mặc định đợt mới nhất.")
@click.option("--rehearse", "is_dry_run", is_flag=True, help="Chỉ xem trước, không nhận gì.")
@click.option("--why", default="", help="Vì sao sửa, ghi vào nhật ký thay đổi của phiếu.")
def import_forms(files: tuple[Path, ...], round_id: int | None, is_dry_run: bool, why: str) -> None:
    """Nạp phiếu đã điền từ FILES (.xlsx, hoặc .zip gồm nhiều .xlsx). Mỗi tệp nhận trọn hoặc không nhận gì."""
    refused = False
    for file in files:
        try:
            forms = unpack_forms(file.read_bytes())
        except WardReadinessError as error:
            click.echo(f"{file.name}: {error.message}", err=True)
            refused = True
            continue
        for name, data in forms:
            refused |= not _import_form(name or file.name, data, round_id, why, is_dry_run=is_dry_run)
    if refused:
        raise CommandError("Có tệp hoặc ô chưa nhận được, xem các dòng trên.")


@surveys.command("publish-questionnaire")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path) -> None:
    """Công bố mẫu phiếu từ FILE (.toml). Mẫu đã công bố không sửa được; đợt mở sau đó chọn được mẫu này."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError(f"{file.name} không phải tệp chữ UTF-8. Lưu lại dưới dạng UTF-8 rồi chạy lại.") from None
    with session_scope(current_app.extensions["engine"], writes=True) as session:
        questionnaire = publish_questionnaire(session, text)
        after = {"sha256": questionnaire.sha256}
        audit.log(session, None, "questionnaire:publish", f"questionnaire {questionnaire.version}", after=after)
    click.echo(f"Đã công bố mẫu phiếu {questionnaire.version}, {len(questionnaire.questions)} câu.")


def _find_round(session: Session, round_id: int | None) -> Round:
    """The round of this number, or the newest where none is given. Raises NotFoundError or CommandError."""
    round = get_round(session, round_id) if round_id is not None else current_round(session)
    if round is None:
        raise CommandError("Chưa có đợt khảo sát nào.")
    return round


def _import_form(name: str, data: bytes, round_id: int | None, reason: str, *, is_dry_run: bool) -> bool:
    """Preview one file, print what it changes, and import it. Returns whether all of it could be imported."""
    engine = current_app.extensions["engine"]
    try:
        with session_scope(engine, writes=False) as session:
            round = _find_round(session, round_id)
            current_id, questionnaire = round.id, questionnaire_of(round)
        form = read_form(data, questionnaire)
        with session_scope(engine, writes=not is_dry_run) as session:
            round = get_round(session, current_id)
            preview = preview_import(session, form, round, for_update=not is_dry_run)
            click.echo(
                f"{name}: {preview.ward_name}: {len(preview.new)} ô mới, {len(preview.changed)} ô đổi, {preview.same} ô giữ nguyên."
            )
            for line in (*preview.refused, *preview.disputed):
                value, message = f"“{line.after}”", line.message or "Người khác đã sửa sau khi tải mẫu."
                if is_sensitive_answer(question_key(line.field)):
                    # What a command prints may end in a log; the message may quote the value.
                    value, message = HIDDEN, "Chưa nhận ô này. Nạp tệp ở trang của phiếu để xem vì sao."
                click.echo(f"  {line.sheet}, {line.cell}: {line.label}: {value}. {message}", err=True)
            for line in preview.contradicted:
                # The sentence quotes the answer.
                message = HIDDEN if is_sensitive_answer(question_key(line.field)) else line.message
                click.echo(f"  {line.sheet}, {line.cell}: {line.label}: nhận rồi thì mâu thuẫn với câu khác. {message}", err=True)
            if not is_dry_run and preview.taken:
                submission = get_submission(session, preview.submission_id)
                outcome = import_form(session, submission, preview, "lệnh nạp dữ liệu", AnswerSource.COMMAND, reason)
                after = {"fields": len(outcome.changed)}
                audit.log(session, None, "submission:import", submission.subject, after=after)
    except WardReadinessError as error:
        click.echo(f"{name}: {error.message}", err=True)
        return False
    return not preview.refused and not preview.disputed
