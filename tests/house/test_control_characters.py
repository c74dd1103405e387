"""What XML cannot hold enters by no field and breaks no file: of what is typed today, and of what an older version stored."""

import json
import re
import sqlite3
from io import BytesIO
from zipfile import ZipFile, is_zipfile

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl import Workbook
from sqlalchemy import JSON, String, bindparam, select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from accounts.models import User
from planning.scenarios.loading import get_plan, get_plan_record
from planning.scenarios.scenarios import finalise_plan
from planning.scenarios.serialization import hash_text, write_content
from planning.scenarios.stored_content import is_intact
from portal.columns import CleanJson, NfcText
from portal.database import Base
from portal.requests import CleanRequest
from portal.uploads import open_workbook, read_rows
from portal.vietnamese import clean_line, clean_text, to_xml_text
from scoring.models import StandardRecord
from scoring.rating.standard import parse_standard
from surveys.models import Submission
from tests.factories.actions import SIX_CLARITIES
from tests.factories.days import DEMO_DAY

UNHOLDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# As pasted from Word: a line break inside a paragraph, a bell, a page break.
PASTED = "May moi\x0bban giao\x07 thang 6\x0c"
WARD = "00082"
# Text columns that hold no text of a person, each kind with its reason.
MACHINE_COLUMNS = {
    "code": "of our own lists, compared with them before it is stored",
    "kind": "a word of an enumeration",
    "hash": "hexadecimal",
    "network": "an address, as the server or a trusted proxy tells it",
    "folded": "folded, and so clean",
    "shape": "numbers and codes",
    "frozen": "made of values that are clean, and hashed: it stays as it was, and is cleaned where it is read",
}
REASON_OF = {
    **dict.fromkeys(
        ("sha256", "previous_sha256", "base_sha256", "content_hash", "password_hash", "token_hash", "stored_as"), "hash"
    ),
    **dict.fromkeys(("audit_entry.address", "browser_session.address"), "network"),
    **dict.fromkeys(
        ("name_fold", "name_sort", "user.username", "sign_in_failure.username", "audit_entry.username", "audit_entry.acts_for"),
        "folded",
    ),
    **dict.fromkeys(("body_fold", "number_fold"), "folded"),
    "form": "kind",
    **dict.fromkeys(("inner", "shapes", "answered_items", "answered_connections"), "shape"),
    **dict.fromkeys(
        ("plan.content", "standard.version", "questionnaire.version", "based_on", "standard_version", "questionnaire_version"),
        "frozen",
    ),
    **dict.fromkeys(
        ("kind", "role", "user.scope", "method", "source_label", "state", "owner", "basis", "channel", "door", "unit", "authority"),
        "kind",
    ),
    **dict.fromkeys(("code", "ward_code", "item_code", "giver_code", "receiver_code"), "code"),
    **dict.fromkeys(("field", "key", "question", "criterion", "action", "media_type"), "code"),
}


def test_every_column_that_a_person_can_write_into_is_clean():
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    bare_columns = [column for column in columns if isinstance(column.type, String | JSON)]
    faults = [
        f"{column.table.name}.{column.name}"
        for column in bare_columns
        if column.name not in REASON_OF and f"{column.table.name}.{column.name}" not in REASON_OF
    ]
    assert not faults, f"give {faults} a type of portal.columns, or name them here with the reason"
    assert set(REASON_OF.values()) <= MACHINE_COLUMNS.keys()


@given(st.text() | st.from_regex(r"[\x00-\x1f\ufffe\uffffaê\u0302]*", fullmatch=True))
def test_what_is_kept_is_clean_once_and_for_all(typed):
    kept = clean_text(typed)
    assert clean_text(kept) == kept
    etree.fromstring(f"<a>{kept.translate({38: None, 60: None})}</a>".encode())
    assert "\n" not in clean_line(typed)
    # Nothing that can be seen is lost.
    assert [char for char in to_xml_text(typed) if char.isprintable()] == [char for char in typed if char.isprintable()]


def test_a_break_of_word_is_a_line_end_and_what_was_beside_it_stays():
    assert to_xml_text(PASTED) == "May moi\nban giao thang 6\n"
    assert clean_line(PASTED) == "May moi ban giao thang 6"
    assert clean_text("một\r\nhai\rba\r\r\x0c") == "một\nhai\nba\n\n"


@pytest.mark.parametrize("column_type", [NfcText(), CleanJson()])
def test_a_column_is_clean_on_both_ways(session, column_type):
    value = PASTED if isinstance(column_type, NfcText) else {"a\x07": [PASTED, 1, None]}
    clean = to_xml_text(PASTED) if isinstance(column_type, NfcText) else {"a": [to_xml_text(PASTED), 1, None]}
    session.execute(text("CREATE TABLE note (typed TEXT)"))
    session.execute(text("INSERT INTO note VALUES (:v)").bindparams(bindparam("v", type_=column_type)), {"v": value})
    assert not UNHOLDABLE.search(session.scalar(text("SELECT typed FROM note")).replace("\\u000b", "\x0b"))
    old = "'a' || char(11) || 'b'" if isinstance(column_type, NfcText) else r"""'{"a": "a\u000bb"}'"""
    session.execute(text(f"UPDATE note SET typed = {old}"))
    read = session.scalar(text("SELECT typed FROM note").columns(typed=column_type))
    assert read == ("a\nb" if isinstance(column_type, NfcText) else {"a": "a\nb"})
    assert clean


def test_what_an_address_and_a_form_bring_is_clean_and_a_file_is_as_it_was():
    data = {"note": PASTED, "lines": f"Một\r\n{PASTED}", "file": (BytesIO(b"\x07"), "a.txt")}
    environ = EnvironBuilder(method="POST", query_string={"q": PASTED}, data=data).get_environ()
    request = CleanRequest(environ)
    # A field of one line would show what a line end separates as one word.
    assert request.args["q"] == request.form["note"] == "May moi ban giao thang 6 "
    assert request.form["lines"] == "Một\r\nMay moi\nban giao thang 6\n"
    assert request.files["file"].read() == b"\x07"
    assert Request(EnvironBuilder(query_string={"q": PASTED}).get_environ()).args["q"] == PASTED


def test_a_cell_that_names_a_control_by_its_number_is_clean():
    book = Workbook()
    book.active.append(["một_x000B_hai_x0007_", "_x0041_ giữ nguyên", 7])
    buffer = BytesIO()
    book.save(buffer)
    [row] = read_rows(open_workbook(buffer.getvalue()).worksheets[0], 5, 3)
    assert row == ("một\nhai", "_x0041_ giữ nguyên", 7)


def test_a_standard_that_escapes_a_control_reads_without_it(demo_session):
    toml = demo_session.get_one(StandardRecord, "2026.1").toml
    assert parse_standard(re.sub(r'(?m)^name = "', r'name = "\\u0007', toml)) == parse_standard(toml)


# Who sends what where: every kind of page that takes text from people, and what it answers.
DOORS = [
    ("thamdinh", "/rounds/", {"name": PASTED, "opens_on": "2026-01-01", "deadline": "2026-12-31"}),
    ("canbo", "/surveys/{draft}/sections/A", {"A01#5.note": PASTED, "A01#5.good": "3"}),
    ("canbo", "/surveys/{draft}/sections/A/fields", {"A01#2.note": PASTED, "A01#2.good": "3"}),
    ("canbo", "/surveys/{draft}/remarks", {"text": PASTED}),
    ("thamdinh", "/review/{sent}/remarks", {"kind": "flag", "text": PASTED}),
    (
        "lanhdao",
        "/actions/new",
        {"city": "1", "owner": "{planner}", "due": "2099-01-01", **SIX_CLARITIES, "task": PASTED, "head": PASTED},
    ),
    ("taichinh", "/plans/new", {"name": PASTED, "note": PASTED, "first_year": "2026"}),
    ("taichinh", "/plans/1/revision", {"note": PASTED}),
    ("taichinh", "/plans/1/requests/00082", {"changes": "0", "number": PASTED, "day": "2026-02-01"}),
    ("taichinh", "/prices/1/copies", {"copy-name": PASTED, "copy-effective_from": "2026-01-01"}),
    (
        "taichinh",
        "/prices/observed",
        {"item": "A01", "buyer": PASTED, "document": PASTED, "unit_price": "1", "paid_on": "2026-01-02", "kind": "bid"},
    ),
    ("quantri", "/users/new", {"username": "nguoi-moi", "full_name": PASTED, "role": "reviewer", "scope": "city"}),
    ("quantri", "/sign-in", {"username": PASTED, "password": PASTED}),
]


@pytest.mark.parametrize(("name", "address", "values"), DOORS, ids=[door[1] for door in DOORS])
def test_nothing_that_is_pasted_is_stored_with_a_control(demo_app, demo_sign_in, name, address, values):
    with Session(demo_app.extensions["engine"]) as session:
        ids = {
            "draft": session.scalars(select(Submission.id).where(Submission.ward_code == WARD)).one(),
            "sent": session.scalars(select(Submission.id).where(Submission.state == "sent").limit(1)).one(),
            "planner": session.scalars(select(User.id).where(User.username == "taichinh")).one(),
        }
        session.execute(update(Submission).where(Submission.ward_code == WARD).values(state="draft"))
        session.commit()
    values = {key: value.format(**ids) for key, value in values.items()}
    answer = demo_sign_in(name).post(address.format(**ids), data=values)
    assert answer.status_code in (200, 302) or address == "/sign-in", (
        re.findall("feedback[^<]*<|alert[^<]*<", answer.text) or answer.status_code
    )
    typed = [row for row in stored_texts(demo_app) if "May moi" in row]
    assert typed or address == "/sign-in"
    assert not [row for row in stored_texts(demo_app) if UNHOLDABLE.search(row)]


FILES = {
    "canbo": (
        "/actions/list.xlsx",
        "/surveys/{story}/changes.xlsx",
        "/surveys/{story}/form.xlsx",
        "/briefs/files/wards/00082.docx",
        "/briefs/files/wards/00082.pdf",
    ),
    "thamdinh": ("/rounds/1/board.xlsx", "/rounds/1/city-answers.xlsx", "/rounds/1/discipline.xlsx"),
    "taichinh": (
        "/prices/1/list.xlsx",
        "/plans/1/lines.csv",
        "/plans/1/workbook.xlsx",
        "/plans/1/wards/00082/workbook.xlsx",
        "/plans/1/letter.docx",
    ),
    "lanhdao": (
        "/actions/list.xlsx",
        "/briefs/files/city.docx",
        "/briefs/files/city.pdf",
        "/exports/readiness-map.svg",
        "/inventory/items/A01/table.xlsx",
    ),
    "quantri": ("/audit.xlsx",),
}
# Reference data of the program itself, the text of a standard and of a questionnaire, and what is compared with a list of ours.
UNPLANTED = {"ward", "item", "standard", "standard_draft", "questionnaire"}


def test_what_an_older_version_stored_breaks_no_page_and_no_file(demo_app, demo_sign_in):
    plant_controls(demo_app)
    with Session(demo_app.extensions["engine"]) as session:
        story = session.scalars(select(Submission.id).where(Submission.ward_code == WARD)).one()
    for name, addresses in FILES.items():
        client = demo_sign_in(name)
        for address in addresses:
            answer = client.get(address.format(story=story))
            assert answer.status_code == 200, address
            check_file(answer.data, address)
    for name, address in (
        ("canbo", f"/surveys/{story}/"),
        ("thamdinh", "/rounds/1"),
        ("taichinh", "/plans/1"),
        ("quantri", "/audit"),
    ):
        page = demo_sign_in(name).get(address)
        assert page.status_code == 200
        assert not UNHOLDABLE.search(page.text), address


def test_a_final_plan_of_an_older_version_reads_clean_and_keeps_its_hash(demo_app, demo_session):
    record = get_plan_record(demo_session, 1)
    with demo_app.app_context():
        finalise_plan(demo_session, record, "Người chốt")
    record.content = write_content(json.loads(record.content) | {"name": PASTED})
    record.sha256 = hash_text(record.content)
    demo_session.commit()
    demo_session.expire_all()
    assert is_intact(get_plan_record(demo_session, 1))
    assert get_plan(demo_session, 1, DEMO_DAY).name == to_xml_text(PASTED)


def plant_controls(app):
    """What an older version let in, behind the back of the program: in every text of a person, and as an escape in JSON."""
    with sqlite3.connect(app.extensions["engine"].url.database) as database:
        for column in (column for table in Base.metadata.sorted_tables for column in table.columns):
            if column.table.name in UNPLANTED:
                continue
            name = f'"{column.table.name}" SET "{column.name}"'
            if column.table.name == "answer" and column.name == "raw":
                database.execute(
                    f"UPDATE {name} = raw || ? WHERE field LIKE '%.note' OR field LIKE '%.provider' OR field LIKE '%.why'",
                    (PASTED,),
                )
            elif isinstance(column.type, NfcText) and f"{column.table.name}.{column.name}" != "plan_edit.value":
                database.execute(f'UPDATE {name} = "{column.name}" || ?', (PASTED,))
            elif isinstance(column.type, CleanJson):
                # The form of spending of a rule is a word of an enumeration.
                planted = f"""replace(replace("{column.name}", '": "', '": "\\u000b'), '"form": "\\u000b', '"form": "')"""
                database.execute(f"""UPDATE {name} = {planted} WHERE "{column.name}" IS NOT NULL""")
        # Or what other tests read under the same hashes would be given.
        database.execute("UPDATE snapshot SET sha256 = substr(sha256, 2) || '!'")


def stored_texts(app):
    with sqlite3.connect(app.extensions["engine"].url.database) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield from (re.sub(r"\\u00[01][0-9a-f]", "\x07", value) for value in row if isinstance(value, str))


def check_file(data, address):
    """Every part that is XML can be read, and no text that is none holds a control."""
    if is_zipfile(BytesIO(data)):
        with ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    etree.fromstring(archive.read(name))
    elif address.endswith(".svg"):
        etree.fromstring(data)
    elif address.endswith(".csv"):
        assert not UNHOLDABLE.search(data.decode("utf-8-sig"))
    else:
        assert data.startswith(b"%PDF-"), address
