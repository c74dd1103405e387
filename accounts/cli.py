"""Commands on accounts; each calls the same function as the pages."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from flask import current_app, render_template
from sqlalchemy.orm import Session

from accounts import audit
from accounts.identity import Role, Scope
from accounts.passwords import check_strength
from accounts.personal_data import build_export
from accounts.places import place_names
from accounts.removal import announce_removal, check_removal, describe_removal, log_removal, remove_person
from accounts.users import AccountDetails, create_user, get_named_user, has_administrator, make_credentials
from accounts.users_workbook import check_users, import_users, make_slips, read_user_table
from portal.commands import CommandGroup, write_private_file
from portal.database import session_scope
from portal.settings import current_settings

users = CommandGroup("users", help="Tài khoản.")


@users.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slips", default="phieu-tai-khoan.html", type=click.Path(path_type=Path), help="Tệp phiếu để in.")
def users_import(file: Path, slips: Path) -> None:
    """Tạo hàng loạt tài khoản từ FILE (.xlsx) và ghi phiếu mật khẩu một lần để in."""
    engine = current_app.extensions["engine"]
    table = read_user_table(file.read_bytes())
    with session_scope(engine, writes=False) as session:
        check_users(session, table)
    # A minute for five hundred accounts, in which everybody else goes on saving.
    credentials = [make_credentials() for _row in table.rows]
    with current_app.test_request_context():
        page = render_template("accounts/slips_file.html", slips=make_slips(table, credentials))
    # Written before the accounts are there: a password that is on no slip is lost.
    write_private_file(slips, page.encode())
    try:
        with session_scope(engine, writes=True) as session:
            created = import_users(session, table, credentials)
            audit.log(session, None, "account:import", f"file {file.name}"[:128], after={"accounts": len(created)})
    except BaseException:  # whatever ended it: slips of accounts that are not there mislead
        slips.unlink()
        raise
    click.echo(f"Đã tạo {len(created)} tài khoản. Phiếu để in: {slips.name}. In xong hãy xóa tệp này.")


@users.command("export")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def users_export(name: str, file: Path) -> None:
    """Ghi mọi dữ liệu cá nhân của tài khoản NAME (tên đăng nhập hoặc số) vào FILE (.xlsx)."""
    engine = current_app.extensions["engine"]
    with session_scope(engine, writes=False) as session:
        user = get_named_user(session, name)
        username, data = user.username, build_export(session, user.id)
    write_private_file(file, data)
    with session_scope(engine, writes=True) as session:
        audit.log(session, None, "account:export", f"account {username}")
    click.echo(f"Đã ghi {file}. Trao cho người ấy xong hãy xóa tệp này.")


@users.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Không hỏi lại.")
def users_remove(name: str, yes: bool) -> None:
    """Gỡ người đã rời có tài khoản NAME (tên đăng nhập hoặc số, đã khóa): thay tên bằng bí danh, không làm lại được."""
    engine, settings = current_app.extensions["engine"], current_settings()
    with session_scope(engine, writes=False) as session:
        user_id = get_named_user(session, name).id
        account = check_removal(session, settings, user_id)
    if not yes:
        click.confirm(f"Gỡ người có tài khoản số {user_id}? Việc này không làm lại được.", abort=True)
    announce_removal(settings, account)
    with session_scope(engine, writes=True) as session:
        removal = remove_person(session, settings, user_id)
        log_removal(session, None, removal)
    click.echo(describe_removal(removal))


def ask_first_administrator(session: Session) -> Callable[[Session], object] | None:
    """How to create the first administrator where there is none: from ADMIN_USERNAME and ADMIN_PASSWORD, or by asking."""
    if has_administrator(session):
        return None
    username = os.environ.get("ADMIN_USERNAME") or click.prompt("Tên đăng nhập của quản trị hệ thống")
    password = os.environ.get("ADMIN_PASSWORD") or click.prompt("Mật khẩu", hide_input=True, confirmation_prompt="Gõ lại mật khẩu")
    check_strength(password, (username, *place_names()))
    credentials = make_credentials(password)
    details = AccountDetails("Quản trị hệ thống", Role.ADMINISTRATOR, Scope.CITY)
    return partial(create_user, username=username, details=details, credentials=credentials)
