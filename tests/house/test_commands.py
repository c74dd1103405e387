"""Every row of docs/commands.md is run, with every option that it names, and every option of a command has its place in its row."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import click
import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.users import find_user, set_active
from exports.brief.loading import all_scopes
from inventory.prices.observed import observed_prices
from inventory.prices.parsing import FIELD_LABELS
from inventory.prices.price_lists import newest_version
from inventory.prices.workbook import HEADER_ROW, PRICES, build_price_workbook
from portal.backups.create import create_backup
from portal.backups.newest import newest_backup
from portal.database import session_scope
from portal.territory import TERRITORY
from portal.version import VERSION
from surveys.models import Submission
from surveys.submissions.rounds import current_round
from surveys.workbooks.city_workbook import build_city_workbook
from surveys.workbooks.form_import import build_submission_form
from tests.drills.commands import drill_pictures
from tests.factories.boundaries import geojson, squares
from tests.factories.questionnaires import made_up_text
from tests.factories.users import create_user
from tests.support.applications import borrowed_app, set_setting
from tests.support.docs import commands, read_document
from tests.support.workbooks import fill_in_form
from wsgi import commands as program

WARD = "00070"
ADMINISTRATOR = {"ADMIN_USERNAME": "quan.tri", "ADMIN_PASSWORD": "mot-hai-ba-bon"}


@dataclass(frozen=True)
class Place:
    """Where a command is run: an application, and a folder with files for it to read and write."""

    app: Flask
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def file(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return self.path(name)

    def file_of(self, name: str, make: Callable[[Session], bytes]) -> str:
        """A file that is made of what the database holds."""
        with session_scope(self.app.extensions["engine"], writes=False) as session:
            return self.file(name, make(session))


def people(place):
    book = Workbook()
    book.active.append(["tên đăng nhập", "họ và tên", "vai trò", "mã xã, phường"])
    book.active.append(["can.bo.moi", "Người mới", "Công chức xã, phường", WARD])
    return place.file("people.xlsx", saved(book))


def leaver(place):
    """The number of somebody who has left, and has nothing to do."""
    with session_scope(place.app.extensions["engine"], writes=True) as session:
        create_user(session, "nguoi.roi", "Người đã nghỉ", Role.REVIEWER)
        user_id = find_user(session, "nguoi.roi").id
        set_active(session, user_id, active=False)
    return str(user_id)


def boundaries(place):
    return ["boundaries", "load", place.file("wards.json", geojson(squares())), "--source", "Sở Nông nghiệp và Môi trường, 2026"]


def city_table(place):
    """The table as it is downloaded, with the first question answered anew for every ward."""

    def make(session):
        book = load_workbook(BytesIO(build_city_workbook(session, current_round(session))))
        for row in book.active.iter_rows(min_row=2):
            row[2].value = 987
        return saved(book)

    return place.file_of("city.xlsx", make)


def form(place):
    """A form as it is downloaded, with one more answer."""

    def make(session):
        draft = session.scalars(select(Submission).where(Submission.state == "draft").limit(1)).one()
        return fill_in_form(build_submission_form(draft), {"A03.note": "Máy của bộ phận một cửa"})

    return place.file_of("form.xlsx", make)


def price_list(place):
    """The price list as it is downloaded, with another price of the first item."""

    def make(session):
        book = load_workbook(BytesIO(build_price_workbook(newest_version(session, 1), observed_prices(session), "")))
        sheet = book[PRICES]
        column = next(cell.column for cell in sheet[HEADER_ROW] if cell.value == FIELD_LABELS["unit_price"])
        sheet.cell(HEADER_ROW + 1, column).value += 100_000
        return saved(book)

    return place.file_of("prices.xlsx", make)


def name_of_backup(place):
    return newest_backup(place.app.config["SETTINGS"]).name


def questionnaire(place):
    path = place.path("mau-phieu.toml")
    Path(path).write_text(made_up_text(), "utf-8-sig")
    return path


def saved(book):
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# By the words of the command: its arguments in a place, and what it says. A row of the table needs a line here, or a drill.
Run = tuple[Callable[[Place], list[str]], str]
RUNS: dict[str, list[Run]] = {
    "setup": [(lambda _place: ["setup"], "Đã có: quản trị hệ thống")] * 2,
    "serve": [(lambda _place: ["serve"], "Mở http://127.0.0.1:8123")],
    "jobs work": [(lambda _place: ["jobs", "work", "--beside-server"], "")],
    # On the demo itself, which it leaves as it is: a drill loads one.
    "demo remove": [(lambda _place: ["demo", "remove", "--yes"], "Đã gỡ số liệu minh họa.")],
    "demo load": [(lambda _place: ["demo", "load", "--seed", "7", "--as-of", "2026-02-03"], "Đã nạp số liệu minh họa.")],
    "backup create": [(lambda _place: ["backup", "create"], "Đã sao lưu: .*backups")],
    "backup verify": [
        (lambda _place: ["backup", "create"], "Đã sao lưu"),
        (lambda _place: ["backup", "verify"], "nguyên vẹn"),
    ],
    "backup restore": [(lambda place: ["backup", "restore", name_of_backup(place)], "Đã khôi phục bản sao lưu")],
    "users import": [
        (lambda place: ["users", "import", people(place), "--slips", place.path("slips.html")], "Đã tạo 1 tài khoản.*slips.html")
    ],
    "users export": [(lambda place: ["users", "export", "canbo", place.path("person.xlsx")], "Đã ghi .*person.xlsx")],
    "users remove": [(lambda place: ["users", "remove", leaver(place), "--yes"], "Đã gỡ người có tài khoản số [0-9]+")],
    "boundaries load": [(boundaries, f"Đã nạp ranh giới {TERRITORY.units} đơn vị")],
    "boundaries remove": [(boundaries, "Đã nạp"), (lambda _place: ["boundaries", "remove"], "Đã gỡ ranh giới.")],
    "surveys publish-questionnaire": [
        (lambda place: ["surveys", "publish-questionnaire", questionnaire(place)], r"Đã công bố mẫu phiếu 2099\.1, 67 câu\.")
    ],
    "surveys import-city": [
        (lambda place: ["surveys", "import-city", city_table(place), "--round", "1"], "Đã nạp [1-9][0-9]* câu")
    ],
    "surveys import": [
        (lambda place: ["surveys", "import", form(place), "--rehearse", "--round", "1"], "1 ô mới"),
        (lambda place: ["surveys", "import", form(place), "--why", "Đếm lại"], "1 ô mới"),
    ],
    "prices import": [
        (lambda place: ["prices", "import", price_list(place), "--rehearse", "--list", "1"], "1 đơn giá đổi"),
        (lambda place: ["prices", "import", price_list(place), "--name", "Bản thử"], "Đã nhận 1 đơn giá"),
    ],
    "surveys remind": [
        (lambda _place: ["surveys", "remind", "--dry-run", "--round", "1"], ""),
        (lambda _place: ["surveys", "remind"], "Đã gửi [0-9]+ thư nhắc."),
    ],
    "open-data export": [
        (lambda place: ["open-data", "export", place.path("open")], "Đã ghi [1-9][0-9]* tệp"),
        (
            lambda place: ["open-data", "export", place.path("all"), "--include-security", "--by", "lanhdao"],
            "Đã ghi [1-9][0-9]* tệp",
        ),
    ],
    "open-data verify": [
        (lambda place: ["open-data", "export", place.path("open")], "Đã ghi"),
        (lambda place: ["open-data", "verify", place.path("open")], "khớp"),
    ],
    "brief": [
        (lambda place: ["brief", place.path("briefs")], "Đã ghi 2/2"),
        (lambda place: ["brief", place.path("briefs"), "--kind", "docx"], "Đã ghi 2/2"),
    ],
    "--version": [(lambda _place: ["--version"], VERSION)],
}
# What takes long or needs other programs.
DRILLS = {"pictures": drill_pictures}


def rows():
    """The description of each command of the table, by its words without the name of the program."""
    lines = re.findall(r"(?m)^\| `(?:flask --app wsgi|ward-readiness) ([^`]+)` \| (.*) \|$", read_document("commands.md"))
    assert len(lines) > 10
    return dict(lines)


@pytest.fixture
def place(request, tmp_path, monkeypatch):
    """The demo, but for what begins with an empty database; its files lie in a folder of the test."""
    words = request.node.callspec.params["words"]
    monkeypatch.setattr("portal.cli.serve_with_waitress", lambda *_args, **_options: None)
    # A worker beside a server, and one that ends: drill_jobs has them.
    monkeypatch.setattr("portal.cli.worker_beside", lambda _command: nullcontext())
    monkeypatch.setattr("portal.jobs.commands.end_with_parent", lambda: None)
    monkeypatch.setattr("portal.jobs.commands.work", lambda: None)
    # Of all briefs those of the city and of one ward: each of the others is made the same way.
    monkeypatch.setattr("exports.cli.all_scopes", lambda sources: all_scopes(sources)[:2])
    for name, value in {**ADMINISTRATOR, "PORT": "8123"}.items():
        monkeypatch.setenv(name, value)
    if words != "setup":
        demo_app = request.getfixturevalue("demo_app")
        keep_files_in(demo_app, tmp_path)
    if words == "backup restore":
        create_backup(demo_app)
    if words in ("setup", "backup restore"):
        with borrowed_app(f"sqlite:///{tmp_path}/new.sqlite") as app:
            keep_files_in(app, tmp_path / "new")
            set_setting(app, backup_folder=tmp_path / "backups")
            yield Place(app, tmp_path)
    else:
        yield Place(demo_app, tmp_path)


def keep_files_in(app, folder):
    set_setting(
        app, instance=folder, mail_folder=folder / "mail", backup_folder=folder / "backups", evidence_url=str(folder / "evidence")
    )


@pytest.mark.parametrize("words", RUNS)
def test_each_row_is_run(place, words):
    used_options = set()
    for arguments, says in RUNS[words]:
        line = arguments(place)
        used_options |= {part for part in line if part.startswith("--")}
        result = place.app.test_cli_runner().invoke(program if words.startswith("--") else None, line)
        assert result.exit_code == 0, (line, result.output, result.exception)
        assert re.search(says, result.output), (line, result.output)
    assert " ".join(line).startswith(words)
    named_options = set(re.findall(r"--[a-z-]+", rows()[words]))
    assert named_options <= used_options, f"run {words} with {named_options - used_options} too, or leave them out of the table"


def test_each_row_has_its_run_and_each_run_its_row():
    assert rows().keys() == RUNS.keys() | DRILLS.keys(), "give the row of docs/commands.md a line in RUNS, or a drill in DRILLS"


def test_each_option_stands_in_its_row(app):
    for words in commands(app.cli):
        row = rows().get(" ".join(words))
        if row is None:
            continue
        command = app.cli
        for word in words:
            command = command.commands[word]
        options = {option for part in command.params if isinstance(part, click.Option) for option in part.opts}
        missing = sorted(option for option in options if option != "--help" and not re.search(rf"{option}(?![a-z-])", row))
        assert not missing, f"describe {', '.join(missing)} of {' '.join(words)} in docs/commands.md"
