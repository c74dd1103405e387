"""The content of final plans as the text that was hashed: each keeps its hash, and what had lost it before has still lost it."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from planning.scenarios.serialization import hash_text
from portal.database import make_engine
from portal.migration import migrate
from tests.landed_states.restore import restore
from tests.support.databases import created_database, render

CONTENTS = text("SELECT id, CAST(content AS TEXT), sha256 FROM plan WHERE content IS NOT NULL ORDER BY id")


@pytest.fixture(params=["sqlite", "postgresql"])
def landed_engine(request, tmp_path):
    """The production state of 0.4.0 on either database, before the contents were text."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/landed.sqlite"
        restore("0.4.0", "production", url)
        engine = make_engine(url)
        migrate(engine, "0020")
        yield engine
        engine.dispose()
        return
    name = f"landed_{uuid4().hex[:12]}"
    with created_database(request.getfixturevalue("postgres_admin"), name):
        url = render(request.getfixturevalue("postgres_server").set(database=name))
        restore("0.4.0", "production", url)
        engine = make_engine(url)
        migrate(engine, "0020")
        yield engine
        engine.dispose()


def contents(engine):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(CONTENTS)]


def test_each_content_is_the_text_of_its_hash_and_a_down_brings_back_what_the_older_program_reads(landed_engine):
    before = contents(landed_engine)
    assert before
    assert migrate(landed_engine) > "0020"
    assert all(hash_text(content) == sha256 for _number, content, sha256 in contents(landed_engine))
    migrate(landed_engine, "0020")
    assert [json_of(row) for row in contents(landed_engine)] == [json_of(row) for row in before]
    migrate(landed_engine)
    assert all(hash_text(content) == sha256 for _number, content, sha256 in contents(landed_engine))


def test_what_had_lost_its_hash_keeps_what_it_says_and_has_still_lost_it(landed_engine):
    with landed_engine.execution_options(writes=True).begin() as connection:
        connection.execute(text('UPDATE plan SET content = \'{"b": 1, "a": 2}\' WHERE content IS NOT NULL'))
    migrate(landed_engine)
    [(_number, content, sha256)] = contents(landed_engine)
    assert content == '{"b": 1, "a": 2}'
    assert hash_text(content) != sha256


def json_of(row):
    number, content, sha256 = row
    return number, json.loads(content), sha256
