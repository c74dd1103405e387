"""Commands that let files leave the house."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import audit
from accounts.identity import Identity
from accounts.models import User
from accounts.permissions import may_see_security
from accounts.sign_in import to_identity
from exports.brief.brief import write_brief
from exports.brief.loading import all_scopes, read_sources
from exports.brief.rendering import MIMETYPES, build_brief, name_brief
from exports.open_data.tables import build_open_data
from exports.open_data.verification.comparison import compare
from exports.open_data.verification.reading import read_export
from exports.workbook.build import build_workbook
from exports.workbook.context import WorkbookContext
from inventory.office.store import current_office
from planning.scenarios.loading import list_plans, plan_of
from portal.commands import CommandError, CommandGroup, in_a_sentence, with_database
from portal.database import session_scope, write_separately
from portal.formats import format_number
from portal.late_imports import ONE_AT_A_TIME
from portal.settings import current_settings
from scoring.rating.city_readiness import city_readiness
from scoring.rating.redaction import sees_nothing

open_data = CommandGroup("open-data", help="Dữ liệu mở.")


@open_data.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--include-security", is_flag=True, help="Kèm nhóm an ninh mạng (cần --by); việc này được ghi nhật ký.")
@click.option("--by", "username", default="", help="Tài khoản chịu trách nhiệm, được giao xem nhóm an ninh mạng.")
def export(folder: Path, include_security: bool, username: str) -> None:
    """Ghi các bảng CSV và nguyên văn bộ tiêu chuẩn vào FOLDER; từ đó tính lại được mọi kết quả và mọi số tiền."""
    with session_scope(current_app.extensions["engine"], writes=False) as session:
        identity = _find_identity(session, username)
        if include_security and (identity is None or not may_see_security(identity)):
            raise CommandError(
                "Nhóm an ninh mạng chỉ xuất dưới tên một tài khoản đang mở được giao xem nhóm ấy: thêm “--by tên-tài-khoản”."
            )
        files = build_open_data(session, include_security=include_security)
    after = {"include_security": include_security}
    write_separately(lambda session: audit.log(session, identity, "open-data:export", "open data", after=after))
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    click.echo(f"Đã ghi {len(files)} tệp.")


# Whoever was given an export has no database of ours: this one looks at the files alone.
@click.command("verify")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def verify(folder: Path) -> None:
    """Tính lại kết quả, điểm và thành tiền từ các tệp trong FOLDER, in từng chỗ không khớp. Có chỗ không khớp thì kết thúc với mã 1."""
    with in_a_sentence():
        comparison = compare(read_export(folder))
    for line in comparison.disagreements:
        click.echo(line)
    if comparison.withheld:
        codes = ", ".join(comparison.withheld)
        click.echo(f"Bản xuất không kèm nhóm an ninh mạng nên không tính lại được {codes}, result và score.")
    done = (
        f"{format_number(comparison.findings)} kết quả tiêu chí, {format_number(comparison.results)} kết quả đánh giá, "
        f"{format_number(comparison.amounts)} thành tiền"
    )
    if comparison.disagreements:
        raise CommandError(f"Đã tính lại {done}: {format_number(len(comparison.disagreements))} chỗ không khớp.")
    click.echo(f"Đã tính lại {done}: khớp.")


open_data.add_command(verify)


def _find_identity(session: Session, username: str) -> Identity | None:
    """The person of an open account, or None where there is none of that name."""
    user = session.scalars(select(User).where(User.username == username, User.is_active)).first()
    return to_identity(user) if user else None


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(list(MIMETYPES)), default="pdf", help="Dạng tệp.")
@with_database
def brief(folder: Path, kind: str) -> None:
    """Ghi bản tóm tắt của thành phố, của từng địa bàn và của từng xã, phường vào FOLDER, không kể nhóm an ninh mạng."""
    settings = current_settings()
    with session_scope(current_app.extensions["engine"], writes=False) as session:
        sources = read_sources(session, current_office().target_date, is_demo=not settings.is_production, sees=sees_nothing)
        scopes = all_scopes(sources)
    after = {"briefs": len(scopes), "kind": kind}
    write_separately(lambda session: audit.log(session, None, "brief:download", "city", after=after))
    folder.mkdir(parents=True, exist_ok=True)
    for done, scope in enumerate(scopes, 1):
        data = build_brief(write_brief(sources, scope), kind, current_office().agency_parent)
        (folder / name_brief(scope, kind)).write_bytes(data)
        click.echo(f"\rĐã ghi {done}/{len(scopes)} bản tóm tắt.", nl=done == len(scopes))


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_database
def pictures(folder: Path) -> None:
    """Vẽ hai hình của README vào FOLDER: sơ đồ và trang đầu của sổ tính (cần LibreOffice và pdftoppm)."""
    # Drawing loads matplotlib, which no other command needs.
    with ONE_AT_A_TIME:
        from exports.figures.render import draw_readiness_map  # noqa: PLC0415

    settings = current_settings()
    with session_scope(current_app.extensions["engine"], writes=False) as session:
        city = city_readiness(session)
        record = list_plans(session)[0]
        plan, plan_id = plan_of(session, record), record.id
        png = draw_readiness_map(city, "png", is_demo=not settings.is_production)
    unsigned = replace(current_office(), signatory_name="", co_signatory_name="")
    context = replace(WorkbookContext.of(unsigned, settings, plan_id), is_demo=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "map.png").write_bytes(png)
    office, renderer = shutil.which("soffice"), shutil.which("pdftoppm")
    if office is None or renderer is None:
        raise CommandError("Thiếu LibreOffice hoặc pdftoppm nên chưa vẽ được trang của sổ tính.")
    with TemporaryDirectory() as scratch:
        book = Path(scratch) / "plan.xlsx"
        book.write_bytes(build_workbook(plan, context))
        convert = [
            office,
            f"-env:UserInstallation=file://{scratch}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            scratch,
            str(book),
        ]
        subprocess.run(convert, check=True, capture_output=True)  # noqa: S603 - our own file, and programs of the machine
        render = [
            renderer,
            "-png",
            "-r",
            "80",
            "-f",
            "1",
            "-l",
            "1",
            "-singlefile",
            f"{scratch}/plan.pdf",
            str(folder / "workbook"),
        ]
        subprocess.run(render, check=True)  # noqa: S603 - likewise
    click.echo("Đã vẽ map.png và workbook.png.")
