"""Backups of a small installation: made, verified, refused where anything is wrong with them, and restored on either database."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import inspect, text

from accounts.identity import Role
from accounts.models import AuditEntry
from inventory.models import ObservedPriceRecord, PriceEvidence
from portal import file_store
from portal.backups import restore
from portal.backups.create import create_backup
from portal.backups.database_copy import copy_to_file
from portal.backups.errors import BackupError
from portal.backups.folder import (
    DATABASE,
    FILES,
    MANIFEST,
    MANIFEST_HASH,
    get_backup,
    list_names,
    only_writer,
    path_of_file,
    put_manifest,
)
from portal.backups.manifest import hash_of
from portal.backups.newest import is_old, newest_backup
from portal.backups.restore import restore_backup
from portal.backups.verify import find_faults
from portal.clock import now
from portal.database import make_engine, session_scope
from portal.errors import SettingError
from portal.file_store import StoreError
from portal.migration import current_version, head, migrate
from portal.settings import read_settings
from portal.setup import run_setup
from surveys.models import Round
from tests.landed_states.restore import restore as restore_state
from tests.landed_states.rows import lost_rows, read_rows
from tests.support.applications import borrowed_app
from tests.support.databases import created_database, render

FILE, OTHER = b"to giay da ky", b"bao gia"
NASTY = ["tab\tdòng\nmới\r\n", "\\N", "\\", "'\"", "NULL", "“Đỗ Thị Ngọc”", "x" * 5000, "\u2028", "", "🏛"]
JSONS = [None, {"b": 1, "a": [True, None, 1.5, 10**18]}, [], "chữ", {"đ": NASTY}]


@pytest.fixture
def house(app, tmp_path):
    """An installation with rows of every kind and two stored files."""
    settings = replace(app.config["SETTINGS"], backup_folder=tmp_path / "backups", evidence_url=str(tmp_path / "evidence"))
    app.config["SETTINGS"] = settings
    with session_scope(app.extensions["engine"], writes=True) as session:
        moment = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)
        for number, after in enumerate(JSONS * 2):
            session.add(
                AuditEntry(
                    at=moment,
                    username="an",
                    action="thu",
                    subject=str(number),
                    **({"before": after} if number > 4 else {}),
                    after=after,
                )
            )
        for number, name in enumerate(NASTY):
            days = {"opens_on": moment.date(), "deadline": moment.date() + timedelta(days=number)}
            flags = {"is_closed": bool(number % 2), "needs_confirmation": number < 4}
            session.add(Round(name=name, questionnaire_version="2026.1", standard_version="2026.1", **days, **flags))
        observed = {"paid_on": moment.date(), "document": "01/HĐ", "kind": "contract", "by": "an", "at": moment}
        session.add(ObservedPriceRecord(item_code="A01", buyer="Sở X", unit_price=10**15, **observed))
        for name, data in (("hai", OTHER), ("mot", FILE)):
            file_store.put(settings.evidence_url, name, data)
            session.add(
                PriceEvidence(
                    price_list_id=1,
                    item_code="A01",
                    name=name,
                    media_type="application/pdf",
                    size=len(data),
                    sha256=hash_of(data),
                    stored_as=name,
                    by="an",
                    at=moment,
                )
            )
    return app


@pytest.fixture
def place_of(house, tmp_path, request):
    """``place_of("postgresql")`` opens an empty place that knows the backups of the house."""
    places = []

    def open_place(kind, **settings):
        number = len(places)
        if kind == "sqlite":
            url, database = f"sqlite:///{tmp_path}/place{number}.sqlite", None
        else:
            name = f"place_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}_{number}"
            database = created_database(request.getfixturevalue("postgres_admin"), name)
            database.__enter__()
            url = render(request.getfixturevalue("postgres_server").set(database=name))
        borrowed = borrowed_app(url)
        place = borrowed.__enter__()
        places.append((borrowed, database))
        ours = {"backup_folder": house.config["SETTINGS"].backup_folder, "evidence_url": str(tmp_path / f"evidence{number}")}
        place.config["SETTINGS"] = replace(place.config["SETTINGS"], **ours | settings)
        return place

    yield open_place
    for borrowed, database in reversed(places):
        borrowed.__exit__(None, None, None)
        if database is not None:
            database.__exit__(None, None, None)


def new_round(name):
    days = {"opens_on": date(2026, 3, 2), "deadline": date(2026, 3, 9)}
    return Round(name=name, questionnaire_version="2026.1", standard_version="2026.1", **days)


def engine_of(app):
    return app.extensions["engine"]


def rows_of_file(backup):
    engine = make_engine(f"sqlite:///{backup.path / DATABASE}")
    rows = read_rows(engine)
    engine.dispose()
    return rows


def assert_same(first, second):
    assert first.keys() == second.keys()
    assert lost_rows(first, second) == lost_rows(second, first) == []


@pytest.mark.both_databases
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_goes_into_either_database_and_back_row_by_row(house, place_of, database_kind, target):
    with session_scope(engine_of(house), writes=True) as session:
        session.add(removed := new_round("Đã xóa"))
        session.flush()
        session.delete(removed)
    backup = create_backup(house)
    assert find_faults(backup) == []
    place = place_of(target)
    restore_backup(place, backup.name)
    if target == database_kind:
        assert_same(read_rows(engine_of(house)), read_rows(engine_of(place)))
    second = create_backup(place)
    assert_same(rows_of_file(backup), rows_of_file(second))
    assert file_store.get(place.config["SETTINGS"].evidence_url, "mot") == FILE
    assert current_version(engine_of(place)) == head()
    # Numbers go on behind the highest, and those of rounds behind the highest that there ever was.
    with session_scope(engine_of(place), writes=True) as session:
        session.add(AuditEntry(at=now(), username="an", action="moi", subject="x"))
        session.add(next_round := new_round("Đợt sau"))
        session.flush()
        assert next_round.id == removed.id + 1
    run_setup(place, interactive=False)


def test_the_manifest_tells_what_is_in_it_and_nobody_else_reads_it(house):
    backup = create_backup(house)
    manifest = backup.manifest
    assert (manifest.revision, manifest.source, manifest.mode) == (head(), "sqlite", "demo")
    assert (manifest.tables["ward"], manifest.tables["observed_price"]) == (126, 1)
    assert [(file.name, file.size) for file in manifest.files] == [("hai", len(OTHER)), ("mot", len(FILE))]
    folder = house.config["SETTINGS"].backup_folder
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o750 if path.is_dir() else 0o640), path
    assert sorted(path.name for path in backup.path.iterdir()) == [DATABASE, MANIFEST, MANIFEST_HASH]


def test_a_stored_file_is_copied_once_and_one_that_is_gone_is_told(house):
    settings = house.config["SETTINGS"]
    first = create_backup(house)
    copy = path_of_file(settings.backup_folder, hash_of(FILE))
    inode = copy.stat().st_ino
    (Path(settings.evidence_url) / "hai").unlink()
    (Path(settings.evidence_url) / "mot").write_bytes(b"khac")
    path_of_file(settings.backup_folder, hash_of(OTHER)).unlink()
    second = create_backup(house)
    assert copy.stat().st_ino == inode
    assert ([file.name for file in second.manifest.files], second.manifest.missing) == (["mot"], ("hai",))
    assert find_faults(second) == []
    assert "Tệp hai: thiếu" in find_faults(first)[0]


def test_a_stored_file_that_was_changed_is_told(house):
    (Path(house.config["SETTINGS"].evidence_url) / "mot").write_bytes(b"khac")
    backup = create_backup(house)
    assert backup.manifest.altered == ("mot",)
    assert find_faults(backup) == []


def test_where_a_backup_fails_nothing_of_it_stays(house, monkeypatch):
    folder = house.config["SETTINGS"].backup_folder

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("portal.backups.create.put_manifest", fail)
    with pytest.raises(BackupError, match="Kiểm tra ổ đĩa còn chỗ"):
        create_backup(house)
    assert list_names(folder) == []
    assert not list(folder.glob(".partial*"))


@pytest.mark.parametrize("table", ["sqlite_schema", "ward", "item"])
def test_a_damaged_database_is_told_and_pushes_no_sound_backup_out(house, table):
    create_backup(house)
    path = Path(engine_of(house).url.database)
    # Who closes last leaves one file.
    engine_of(house).dispose()
    with closing(sqlite3.connect(path)) as database:
        pages = dict(database.execute("SELECT name, rootpage FROM sqlite_schema"))
    data = bytearray(path.read_bytes())
    # The first page says which tables there are.
    start = 4096 * (pages.get(table, 1) - 1)
    data[start + 100 : start + 4096] = b"\x07" * 3996
    path.write_bytes(bytes(data))
    with pytest.raises(BackupError, match=r"Cơ sở dữ liệu: .* khôi phục bản sao lưu gần nhất"):
        create_backup(house)
    assert len(list_names(house.config["SETTINGS"].backup_folder)) == 1


def test_what_one_database_holds_and_the_other_cannot_is_told(house, place_of):
    with session_scope(engine_of(house), writes=True) as session:
        session.add(AuditEntry(at=now(), username="a" * 65, action="dai", subject="x"))
    backup = create_backup(house)
    place = place_of("postgresql")
    with pytest.raises(BackupError, match="PostgreSQL không nhận bảng audit_entry: value too long"):
        restore_backup(place, backup.name)
    assert current_version(engine_of(place)) is None


def test_what_a_killed_backup_left_is_taken_for_none_and_cleared_away(house):
    folder = house.config["SETTINGS"].backup_folder
    (folder / ".partial-x").mkdir(parents=True)
    (folder / ".partial-x" / DATABASE).write_bytes(b"nua")
    (folder / ".partial-file").write_bytes(b"nua")
    backup = create_backup(house)
    assert list_names(folder) == [backup.name]
    assert not list(folder.glob(".partial*"))


def test_without_a_database_there_is_nothing_to_back_up(place_of):
    with pytest.raises(BackupError, match="Chưa có cơ sở dữ liệu"):
        create_backup(place_of("sqlite"))


@pytest.mark.both_databases
def test_a_database_of_a_newer_program_is_left_to_it(house):
    with session_scope(engine_of(house), writes=True) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BackupError, match="phiên bản 9999, mới hơn chương trình này"):
        create_backup(house)


def test_old_ones_go_with_their_files_and_the_one_just_made_stays(house):
    settings = house.config["SETTINGS"]
    with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False) as clock:
        names = []
        for _night in range(12):
            names.append(create_backup(house).name)
            clock.shift(timedelta(days=1))
        with session_scope(engine_of(house), writes=True) as session:
            session.execute(text("DELETE FROM price_evidence WHERE stored_as = 'hai'"))
        # A clock that was ahead left backups of the future, beside which the rule would not keep one of now.
        clock.shift(timedelta(days=-10, hours=1))
        newest = create_backup(house)
    assert newest.name in list_names(settings.backup_folder)
    assert names[0] not in list_names(settings.backup_folder)
    assert path_of_file(settings.backup_folder, hash_of(OTHER)).exists()
    for name in list_names(settings.backup_folder):
        if name != newest.name:
            shutil.rmtree(settings.backup_folder / name)
    create_backup(house)
    files = [path.name for path in (settings.backup_folder / FILES).glob("??/*")]
    assert files == [hash_of(FILE)]


def test_old_ones_that_cannot_go_are_told_and_the_new_one_is_there(house, monkeypatch):
    def fail(_path):
        raise PermissionError(13, "Permission denied")

    with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False) as clock:
        for _night in range(8):
            create_backup(house)
            clock.shift(timedelta(days=1))
        monkeypatch.setattr("portal.backups.folder.shutil.rmtree", fail)
        with pytest.raises(BackupError, match=r"Đã sao lưu vào .* nhưng chưa bỏ được"):
            create_backup(house)
        assert not is_old(newest_backup(house.config["SETTINGS"]))


def alter_file(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def rewrite(backup, **changes):
    """The manifest as somebody would write it who also knows of its hash."""
    data = json.dumps({**json.loads((backup.path / MANIFEST).read_text("utf-8")), **changes}).encode()
    (backup.path / MANIFEST).write_bytes(data)
    (backup.path / MANIFEST_HASH).write_text(hash_of(data))


DAMAGES = {
    "truncated database": (lambda b: truncate(b.path / DATABASE), "Cơ sở dữ liệu: dài"),
    "altered database": (lambda b: alter_file(b.path / DATABASE), "nội dung đã khác"),
    "missing database": (lambda b: (b.path / DATABASE).unlink(), "Cơ sở dữ liệu: thiếu"),
    "truncated file": (lambda b: truncate(path_of_file(b.path.parent, hash_of(FILE))), "Tệp mot: dài"),
    "altered file": (lambda b: alter_file(path_of_file(b.path.parent, hash_of(FILE))), "Tệp mot: nội dung đã khác"),
    "missing file": (lambda b: path_of_file(b.path.parent, hash_of(FILE)).unlink(), "Tệp mot: thiếu"),
    "truncated manifest": (lambda b: truncate(b.path / MANIFEST), "đã bị sửa hoặc ghi dở"),
    "altered manifest": (lambda b: alter_file(b.path / MANIFEST), "đã bị sửa hoặc ghi dở"),
    "missing manifest": (lambda b: (b.path / MANIFEST).unlink(), "thiếu bản kê"),
    "missing hash": (lambda b: (b.path / MANIFEST_HASH).unlink(), "thiếu bản kê"),
    "other rows": (lambda b: rewrite(b, tables={"ward": 127}), "số dòng của các bảng khác"),
    "other program": (lambda b: rewrite(b, program="Khac"), "không phải của Ward Readiness"),
    "other territory": (lambda b: rewrite(b, territory="Thành phố Huế"), "Thành phố Huế, không phải của"),
    "other mode": (lambda b: rewrite(b, mode="production"), "Đặt WARD_MODE=production"),
    "newer": (lambda b: rewrite(b, revision="9999", version="9.9"), "mới hơn. Cài chương trình phiên bản 9.9 hoặc mới hơn"),
    "older": (
        lambda b: rewrite(b, revision="0003", newest_revision="0003", version="0.1.5"),
        "cũ hơn. Cài chương trình phiên bản 0.1.5, khôi phục",
    ),
    "before an upgrade": (lambda b: rewrite(b, revision="0003"), "đã chạy trước lần nâng cấp ấy"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_backup_that_is_not_whole_or_not_ours_is_refused_and_nothing_changes(house, place_of, damage):
    spoil, message = DAMAGES[damage]
    backup = create_backup(house)
    spoil(backup)
    place = place_of("sqlite")
    with pytest.raises(BackupError, match=message):
        restore_backup(place, backup.name)
    assert current_version(engine_of(place)) is None
    assert file_store.list_stored(place.config["SETTINGS"].evidence_url) == frozenset()


def test_a_database_that_is_not_what_the_manifest_says_is_told(house):
    backup = create_backup(house)
    with closing(sqlite3.connect(backup.path / DATABASE)) as database:
        database.execute("UPDATE alembic_version SET version_num = '0008'")
        database.commit()
    data = (backup.path / DATABASE).read_bytes()
    rewrite(backup, database={"name": DATABASE, "size": len(data), "sha256": hash_of(data)})
    assert find_faults(get_backup(backup.path.parent, backup.name)) == [f"Cơ sở dữ liệu: có phiên bản 0008, bản kê ghi {head()}."]


def test_a_place_that_holds_anything_is_refused(house, place_of):
    backup = create_backup(house)
    with pytest.raises(BackupError, match=r"đang có \d+ bảng"):
        restore_backup(house, backup.name)
    place = place_of("sqlite")
    url = place.config["SETTINGS"].evidence_url
    file_store.put(url, "khac", b"x")
    with pytest.raises(BackupError, match="đang có 1 tệp khác"):
        restore_backup(place, backup.name)
    assert current_version(engine_of(place)) is None
    # What a restore that was cut off left of this very backup does not bar it.
    place = place_of("sqlite")
    file_store.put(place.config["SETTINGS"].evidence_url, "mot", b"nua")
    restore_backup(place, backup.name)
    assert file_store.get(place.config["SETTINGS"].evidence_url, "mot") == FILE


def test_a_backup_has_its_name_only_when_it_is_whole(house, monkeypatch):
    folder, seen = house.config["SETTINGS"].backup_folder, []

    def look(partial, manifest):
        put_manifest(partial, manifest)
        seen.append(list_names(folder))

    monkeypatch.setattr("portal.backups.create.put_manifest", look)
    made = create_backup(house)
    assert (seen, list_names(folder)) == ([[]], [made.name])


def test_two_backups_are_not_made_at_once(house, monkeypatch):
    monkeypatch.setattr("portal.backups.folder._LOCK_SECONDS", 0)
    with only_writer(house.config["SETTINGS"].backup_folder), pytest.raises(BackupError, match="Một lần sao lưu khác đang chạy"):
        create_backup(house)
    assert create_backup(house).name


def test_a_restore_that_is_cut_off_leaves_no_database_and_begins_anew(house, place_of, monkeypatch):
    backup, place = create_backup(house), place_of("sqlite")
    stored = []

    def put(url, name, data):
        if stored:
            raise StoreError("Kho tệp không trả lời.")
        stored.append(name)
        file_store.put(url, name, data)

    with monkeypatch.context() as patched:
        patched.setattr(restore, "put", put)
        with pytest.raises(BackupError, match="Chưa khôi phục được"):
            restore_backup(place, backup.name)
    assert inspect(engine_of(place)).get_table_names() == []
    restore_backup(place, backup.name)
    assert_same(read_rows(engine_of(house)), read_rows(engine_of(place)))


def test_a_name_that_is_none_is_refused(house):
    for name in ("khac", "../x", "", FILES):
        with pytest.raises(BackupError, match="Không có bản sao lưu"):
            get_backup(house.config["SETTINGS"].backup_folder, name)


def test_the_newest_is_told_and_when_it_is_old(house):
    settings = house.config["SETTINGS"]
    assert newest_backup(settings) is None
    assert is_old(None)
    with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False) as clock:
        first = create_backup(house)
        clock.shift(timedelta(hours=1))
        second = create_backup(house)
        assert newest_backup(settings) == second
        clock.shift(timedelta(hours=26))
        assert not is_old(second)
        clock.shift(timedelta(seconds=1))
        assert is_old(second)
        # Of a clock that was ahead.
        assert is_old(second, second.created_at - timedelta(hours=27))
    (second.path / MANIFEST).unlink()
    assert newest_backup(settings) == first
    # One of the demo that was left brings nothing of real use back.
    assert newest_backup(replace(settings, mode="production")) is None


def test_an_upgrade_begins_with_a_backup_and_not_without_one(tmp_path, house, place_of, monkeypatch):
    place = place_of("sqlite", backup_folder=tmp_path / "before")
    restore_state("2147a0d2", "production", str(engine_of(place).url))
    lines = []

    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("portal.backups.create.put_manifest", fail)
        with pytest.raises(BackupError, match="Chưa sao lưu được"):
            run_setup(place, interactive=False)
    assert current_version(engine_of(place)) == "0001"
    run_setup(place, interactive=False, report=lines.append)
    backup = newest_backup(place.config["SETTINGS"])
    assert lines[:2] == [f"Đã sao lưu trước khi nâng cấp: {backup.path}", f"Cơ sở dữ liệu: phiên bản {head()}"]
    assert (backup.manifest.revision, backup.manifest.newest_revision) == ("0001", head())
    assert find_faults(backup) == []
    # The next start upgrades nothing.
    run_setup(place, interactive=False)
    assert newest_backup(place.config["SETTINGS"]) == backup


@pytest.mark.both_databases
def test_a_database_of_an_older_version_is_copied_as_it_is(app, tmp_path):
    engine = engine_of(app)
    migrate(engine, "0003")
    copy_to_file(engine, tmp_path / "old.sqlite")
    copy = make_engine(f"sqlite:///{tmp_path}/old.sqlite")
    assert current_version(copy) == "0003"
    assert {name: len(rows) for name, rows in read_rows(copy).items()} == {
        name: len(rows) for name, rows in read_rows(engine).items()
    }
    copy.dispose()


def test_commands(house, place_of):
    runner = house.test_cli_runner()
    assert "Chưa có bản sao lưu nào" in runner.invoke(args=["backup", "verify"]).output
    output = runner.invoke(args=["backup", "create"]).output
    name = newest_backup(house.config["SETTINGS"]).name
    assert name in output
    assert "2 tệp" in output
    assert runner.invoke(args=["backup", "verify"]).exit_code == 0
    place = place_of("sqlite").test_cli_runner()
    assert f"Đã khôi phục bản sao lưu {name}" in place.invoke(args=["backup", "restore", name]).output
    again = place.invoke(args=["backup", "restore", name])
    assert (again.exit_code, "không khôi phục đè lên" in again.output) == (1, True)
    alter_file(path_of_file(house.config["SETTINGS"].backup_folder, hash_of(FILE)))
    result = runner.invoke(args=["backup", "verify", name])
    assert (result.exit_code, "có 1 lỗi" in result.output) == (1, True)


def test_the_newest_is_verified_even_where_it_cannot_be_read(house):
    older, newer = create_backup(house), create_backup(house)
    (newer.path / MANIFEST).write_bytes(b"{")
    assert newest_backup(house.config["SETTINGS"]).name == older.name
    result = house.test_cli_runner().invoke(args=["backup", "verify"])
    assert result.exit_code == 1
    assert "Bản kê của bản sao lưu đã bị sửa hoặc ghi dở" in result.output


def test_a_new_key_with_the_old_one_as_fallback_keeps_people_signed_in(app, sign_in):
    client = sign_in(Role.ADMINISTRATOR)
    old = app.config["SECRET_KEY"]
    for keys, status in (([], 302), ([old], 200)):
        app.config.update(SECRET_KEY="n" * 40, SECRET_KEY_FALLBACKS=keys)
        assert client.get("/").status_code == status


def test_the_keys_of_before_are_read_and_short_ones_refused(tmp_path):
    environ = {"INSTANCE_FOLDER": str(tmp_path), "SECRET_KEY": "k" * 40, "WARD_MODE": "production", "PUBLIC_URL": "https://x.vn"}
    assert read_settings(environ).secret_key_fallbacks == ()
    keys = read_settings({**environ, "SECRET_KEY_FALLBACKS": f"{'a' * 40}, {'b' * 40}"}).secret_key_fallbacks
    assert keys == ("a" * 40, "b" * 40)
    with pytest.raises(SettingError, match="SECRET_KEY_FALLBACKS"):
        read_settings({**environ, "SECRET_KEY_FALLBACKS": "ngan"})
    assert read_settings(environ).backup_folder == tmp_path / "backups"


def test_a_command_that_upgrades_says_where_the_backup_lies(tmp_path, place_of):
    place = place_of("sqlite", backup_folder=tmp_path / "before")
    restore_state("d4f70c78", "production", str(engine_of(place).url))
    runner = place.test_cli_runner()
    output = runner.invoke(args=["demo", "load"]).output
    assert f"Đã sao lưu trước khi nâng cấp: {newest_backup(place.config['SETTINGS']).path}" in output
    assert "sao lưu" not in runner.invoke(args=["demo", "load"]).output
