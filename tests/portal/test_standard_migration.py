"""What becomes of standards whose version no address can hold, when the database is brought up from before it had to be a code."""

import tomllib

import pytest
from sqlalchemy import text

from portal.database import make_engine
from portal.migration import migrate
from tests.support.databases import created_database, render

STANDARD = (
    "INSERT INTO standard (version, name, toml, sha256, published_at, issued_number, based_on, drafted_by, published_by) VALUES "
)
ROUND = (
    "INSERT INTO round (id, name, opens_on, deadline, questionnaire_version, standard_version, is_closed, needs_confirmation)"
    " VALUES (1, 'Đợt', '2026-02-01', '2026-02-02', '2026.1', '02/2026', true, false)"
)
DRAFT = "INSERT INTO standard_draft (id, toml, based_on, revision, editors, drafted_by, changed_at) VALUES "


@pytest.fixture
def empty_url(database_kind, tmp_path, request):
    """A database without a table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/old.sqlite"
        return
    admin = request.getfixturevalue("postgres_admin")
    with created_database(admin, f"{admin.url.database}_old_standards"):
        yield render(admin.url.set(database=f"{admin.url.database}_old_standards"))


@pytest.fixture
def upgraded(empty_url):
    """``upgraded(statements)`` runs them on a database of before, brings it up, and gives a function that reads rows."""
    engine = make_engine(empty_url)

    def upgrade(*statements):
        migrate(engine, "0013")
        with engine.execution_options(writes=True).begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        migrate(engine)

        def read(query):
            with engine.execution_options(writes=False).connect() as connection:
                return [tuple(row) for row in connection.execute(text(query))]

        return read

    yield upgrade
    engine.dispose()


def standard(version, day, based_on="NULL"):
    return f"{STANDARD} ('{version}', 'Bộ {version}', 'version = \"{version}\"', '{version}', '{day}', '', {based_on}, '', '')"


@pytest.mark.both_databases
def test_an_odd_version_gets_a_code_and_stays_what_rounds_and_hashes_name(upgraded):
    read = upgraded(
        standard("02-2026", "2026-01-01"),
        standard("02/2026", "2026-01-02", "'02-2026'"),
        standard("2026.1", "2026-01-03", "'02/2026'"),
        standard("drafts", "2026-01-04"),
        ROUND,
    )
    rows = read("SELECT version, code, toml, sha256, based_on FROM standard ORDER BY published_at")
    assert [(version, code) for version, code, *_rest in rows] == [
        ("02-2026", "02-2026"),
        ("02/2026", "02-2026-2"),
        ("2026.1", "2026.1"),
        ("drafts", "drafts-2"),
    ]
    assert rows[1][2:] == ('version = "02/2026"', "02/2026", "02-2026")
    assert rows[2][4] == "02/2026"
    assert read("SELECT standard_version FROM round") == [("02/2026",)]
    [choice] = read('SELECT standard_version, effective_from, "by", reason FROM standard_choice')
    assert (choice[0], str(choice[1]), *choice[2:]) == (
        "drafts",
        "2026-01-04",
        "",
        "Bộ tiêu chuẩn đang dùng khi nâng cấp hệ thống.",
    )


@pytest.mark.both_databases
def test_a_draft_under_an_odd_version_can_be_opened_afterwards(upgraded):
    drafts = [
        f"{DRAFT} ({place}, '{toml}', '2026.1', 1, '[1]', '', '2026-01-02')"
        for place, toml in enumerate(['# Ghi chú\nversion = "03/2026"\n', 'version = "2026.2"', "version = = 1"], 1)
    ]
    read = upgraded(standard("2026.1", "2026-01-01"), *drafts)
    texts = [row[0] for row in read("SELECT toml FROM standard_draft ORDER BY id")]
    assert texts == ['# Ghi chú\nversion = "03-2026"\n', 'version = "2026.2"', "version = = 1"]
    assert tomllib.loads(texts[0]) == {"version": "03-2026"}
