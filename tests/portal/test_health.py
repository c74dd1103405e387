"""What a watchdog is told: always in JSON, always at once, and nothing that would help an attacker."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from portal import health
from portal.clock import now
from portal.migration import migrate
from tests.support.applications import make_app, set_setting


def parts_of(client):
    answer = client.get("/health/ready")
    return answer.status_code, answer.json["status"], answer.json["parts"]


def test_all_is_well(client):
    assert client.get("/health/live").json == {"status": "ok"}
    assert parts_of(client) == (
        200,
        "ok",
        {"database": "ok", "migration": "ok", "store": "ok", "mail": "ok", "disk": "ok", "jobs": "ok", "backup": "ok"},
    )
    assert client.get("/health").json == client.get("/health/ready").json


@pytest.mark.both_databases
def test_a_database_of_another_version_is_given_no_work(app, client):
    migrate(app.extensions["engine"], "0001")
    status, word, parts = parts_of(client)
    assert (status, word, parts["database"], parts["migration"]) == (503, "failed", "ok", "failed")


def test_a_database_that_is_away_is_told_while_the_process_lives(tmp_path, empty_city):
    path = tmp_path / "city.sqlite"
    path.write_bytes(empty_city.read_bytes())
    app = make_app(f"sqlite:///{path}")
    client = app.test_client()
    app.extensions["engine"].dispose()
    path.unlink()
    path.mkdir()
    status, word, parts = parts_of(client)
    assert (status, word, parts["database"]) == (503, "failed", "failed")
    assert client.get("/health/live").status_code == 200
    assert client.get("/static/portal.css").status_code == 200


@pytest.mark.parametrize(
    ("setting", "part", "state", "code"),
    [
        ({"evidence_url": "no-such-protocol://x"}, "store", "failed", 503),
        ({"smtp_url": "smtp://127.0.0.1:{port}"}, "mail", "warning", 200),
        ({"mode": "production"}, "backup", "warning", 200),
    ],
)
def test_each_part_is_told_by_its_name(app, client, tmp_path, setting, part, state, code):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    set_setting(app, backup_folder=tmp_path, **{name: value.format(port=port) for name, value in setting.items()})
    status, word, parts = parts_of(client)
    assert (status, word, parts[part]) == (code, state, state)
    assert [name for name, other in parts.items() if other != "ok"] == [part]


@pytest.mark.parametrize(("free", "state"), [(2 * 1024**3, "ok"), (1024**2 * 500, "warning"), (1024**2, "failed")])
def test_a_disk_is_told_before_it_is_full(client, monkeypatch, free, state):
    monkeypatch.setattr(health, "_free_bytes", lambda _folder: free)
    assert parts_of(client)[2]["disk"] == state


@pytest.mark.parametrize("scheme", ["", "file://"])
@pytest.mark.parametrize("place", ["database", "instance", "backups", "mail", "evidence"])
def test_each_disk_that_is_written_to_is_watched(app, client, monkeypatch, tmp_path, place, scheme):
    folders = {name: tmp_path / name for name in ("instance", "backups", "mail", "evidence")}
    set_setting(
        app,
        instance=folders["instance"],
        backup_folder=folders["backups"],
        mail_folder=folders["mail"],
        evidence_url=f"{scheme}{folders['evidence']}",
    )
    folders["database"] = Path(app.extensions["engine"].url.database).parent
    monkeypatch.setattr(health, "_free_bytes", lambda folder: 0 if folder == folders[place] else 2 * 1024**3)
    assert parts_of(client)[2]["disk"] == "failed"


def test_an_old_backup_is_a_warning(app, client, monkeypatch):
    set_setting(app, mode="production")

    class Made:
        created_at = now() - timedelta(hours=27)

    monkeypatch.setattr(health, "newest_backup", lambda _settings: Made)
    assert parts_of(client)[2]["backup"] == "warning"
    Made.created_at = now()
    assert parts_of(client)[2]["backup"] == "ok"


def test_a_fault_of_the_watch_itself_is_json_too(client, monkeypatch):
    monkeypatch.setattr(health, "check_parts", lambda _settings: 1 / 0)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json) == (503, {"status": "failed"})
