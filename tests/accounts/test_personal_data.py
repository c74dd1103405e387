"""What is held of a person is found by the marks of the columns, handed over, and removed without breaking a hash."""

import re
import sqlite3
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import JSON, Boolean, Date, Integer, String, select, update
from sqlalchemy.orm import Session

from accounts.identity import Role, acting_name
from accounts.models import AuditEntry, BrowserSession, SignInCount, StandIn, User
from accounts.personal_data import KIND_LABELS, REMOVAL_LABELS, TABLE_LABELS, describe_person, find_traces, personal_columns
from accounts.pseudonyms import Person, full_pseudonym, replace_in_name, replace_in_text, replace_in_value, user_pseudonym
from accounts.removed_accounts import LIST
from accounts.start_checks import refuse_returned_accounts
from accounts.users import UsernameError, find_user, set_active
from inventory.models import OfficeVersion, SnapshotRecord
from inventory.office.store import office_of
from inventory.snapshots.content import hash_snapshot
from inventory.snapshots.repository import load_snapshot
from planning.scenarios.loading import get_plan_record
from planning.scenarios.scenarios import finalise_plan
from planning.scenarios.stored_content import is_intact
from portal.backups.create import create_backup
from portal.clock import now
from portal.columns import CleanJson, Personal, UtcInstant
from portal.database import Base, session_scope
from portal.errors import SettingError
from portal.start import CANNOT_START
from scoring.models import ActionRecord, StandardRecord
from scoring.rating.standard import parse_standard
from surveys.models import SubmissionEvent
from tests.factories.actions import assign_action
from tests.factories.office import FIELDS, seen_on
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import borrowed_app, enter, set_setting
from tests.support.docs import read_document

USERNAME, NAME, FORMER_NAME, EMAIL = "kiem.thu", "Nguyễn Thị Kiểm Thử", "Trần Thị Kiểm Thử", "kiem.thu@hanoi.gov.vn"
# Columns of text that hold no person, each with its reason. A new column needs a mark of portal.columns, or a line here.
NO_PERSON = {
    **dict.fromkeys(
        (
            *("sha256", "previous_sha256", "base_sha256", "content_hash", "password_hash", "token_hash", "stored_as", "media_type"),
            *("code", "ward_code", "item_code", "giver_code", "receiver_code", "field", "key", "question", "criterion"),
            *("kind", "role", "scope", "method", "source_label", "state", "owner", "basis", "channel", "door", "unit", "authority"),
            *("based_on", "standard_version", "questionnaire_version", "version", "name_fold", "name_sort", "audit_entry.action"),
        ),
        "a code, a hash or a word of the program",
    ),
    **dict.fromkeys(
        ("ward.name", "item.name", "former_district", "seat", "provider", "site", "price_list.name", "plan.name", "round.name"),
        "a name of a place, a thing or a company",
    ),
    **dict.fromkeys(("round_name", "standard.name", "toml", "issued_number", "buyer", "source"), "likewise"),
    **dict.fromkeys(
        ("filename", "price_evidence.name", "evidence.name", "plan_decision.name", "plan_request.name"),
        "a name of a file, as its sender gave it",
    ),
    **dict.fromkeys(("answer.raw", "submission_change.before", "submission_change.after"), "what a unit answers, under a hash"),
    **dict.fromkeys(("submission_event.answers", "snapshot_fact.value", "snapshot_lot.note", "plan_edit.value"), "likewise"),
    **dict.fromkeys(("task", "deliverable", "action.evidence", "price.evidence", "document"), "says what, not who"),
    **dict.fromkeys(("inner", "shapes", "warnings", "answered_items", "answered_connections", "wards"), "shapes and codes"),
    **dict.fromkeys(("assumptions", "rates", "funding", "plan_choice.content", "contracted_mbps", "measured_mbps"), "figures"),
    **dict.fromkeys(("editors", "accounts", "changed_by_accounts"), "numbers of accounts, which stay as pseudonyms"),
    **dict.fromkeys(
        ("number", "number_fold", "body", "body_fold", "form"), "of a document: its number, who issued it, what it is about"
    ),
    "evidence.details": "the measured line and the machine that measured, which the unit owns",
    "plan.content": "final and hashed; of people it names who published its prices, and who signs its papers",
}


def text_columns():
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | JSON) or isinstance(getattr(column.type, "impl_instance", None), String | JSON):
                yield column


def name_of(column):
    return f"{column.table.name}.{column.name}"


def test_every_column_of_text_says_what_it_holds_of_a_person():
    columns = list(text_columns())
    assert len(columns) > 120
    unmarked = [c for c in columns if "personal" not in c.info and not {c.name, name_of(c)} & NO_PERSON.keys()]
    assert not unmarked, f"mark {', '.join(map(name_of, unmarked))} by a type of portal.columns, or say here why it holds no person"
    named = [c for c in columns if re.search(r"(^|_)by$|full_name|username|email|contact|address|acts_for", c.name)]
    assert [name_of(c) for c in named if "personal" not in c.info] == []
    # A mark and a reason are one too many.
    assert [name_of(c) for c in columns if "personal" in c.info and name_of(c) in NO_PERSON] == []


def test_every_mark_stands_in_the_document_and_has_its_words():
    document = read_document("personal-data.md")
    missing = [name_of(column) for column in personal_columns() if f"`{name_of(column)}`" not in document]
    assert not missing, f"say in docs/personal-data.md what {', '.join(missing)} holds, why and for how long"
    listed = re.findall(r"`(\w+\.\w+)`", document)
    assert set(listed) <= {name_of(column) for column in personal_columns()} | {name_of(c) for c in text_columns()}
    assert {column.table.name for column in personal_columns()} == TABLE_LABELS.keys()
    assert set(Personal) == KIND_LABELS.keys() == REMOVAL_LABELS.keys()


PERSON = Person(17, "kiem.thu", frozenset({NAME, FORMER_NAME, "Kiên"}), EMAIL)
words = st.sampled_from(
    [NAME, FORMER_NAME, "kiem.thu", EMAIL, "Lê Văn Khác", "Kiên", "account", "cho", ".", " ", " (làm thay ", ")"]
)


@given(st.lists(words).map("".join))
def test_a_pseudonym_is_put_once_and_nothing_else_is_changed(typed):
    for replace in (replace_in_name, replace_in_text, replace_in_value):
        assert replace(PERSON, replace(PERSON, typed)) == replace(PERSON, typed)
    if not any(name in typed for name in (*PERSON.names, "kiem.thu", EMAIL)):
        assert replace_in_value(PERSON, {"a": [typed]}) == {"a": [typed]}


def test_a_name_is_told_from_the_words_around_it():
    pseudonym = full_pseudonym(17)
    assert replace_in_name(PERSON, "Kiên") == replace_in_name(PERSON, NAME) == pseudonym
    assert replace_in_name(PERSON, acting_name(NAME, "Lê Văn Khác")) == acting_name(pseudonym, "Lê Văn Khác")
    assert replace_in_name(PERSON, acting_name("Lê Văn Khác", NAME)) == acting_name("Lê Văn Khác", pseudonym)
    assert replace_in_text(PERSON, f"cho {NAME}. Kiên trì, {EMAIL}") == f"cho {pseudonym}. Kiên trì, {pseudonym}"
    assert replace_in_text(PERSON, "account kiem.thu") == f"account {user_pseudonym(17)}"
    assert replace_in_text(PERSON, "may kiem.thu") == "may kiem.thu"
    assert replace_in_value(PERSON, {"to": "kiem.thu", "n": [1, None]}) == {"to": user_pseudonym(17), "n": [1, None]}


@pytest.fixture
def backups(demo_app, tmp_path):
    set_setting(demo_app, backup_folder=tmp_path / "backups")
    return tmp_path / "backups"


@pytest.fixture
def person_id(demo_app, backups):
    """Somebody who stands in every column that may hold a person, has left, and has nothing left to do."""
    engine = demo_app.extensions["engine"]
    with demo_app.app_context(), Session(engine.execution_options(writes=True)) as session:
        user = session.scalars(select(User).where(User.username == "thamdinh")).one()
        user.username, user.email = USERNAME, EMAIL
        finalise_plan(session, get_plan_record(session, 1), user.full_name)
        session.execute(update(ActionRecord).values(done_at=user.created_at))
        set_active(session, user.id, active=False)
        session.commit()
        user_id, name = user.id, user.full_name
    plant(engine.url.database, user_id, name)
    with session_scope(engine, writes=True) as session:
        subject, before = f"account {USERNAME}", {"full_name": FORMER_NAME}
        session.add(AuditEntry(at=now(), username="quantri", action="account:change", subject=subject, before=before))
        # The papers of now name somebody else, those of a plan that was fixed before still bear this name.
        office = office_of(demo_app.config["SETTINGS"]).to_values()
        for signatory in (name, ""):
            session.add(OfficeVersion(office=office | {"signatory_name": signatory}, by="quantri", at=now()))
    return user_id


def plant(path, user_id, name):
    """A row in every table, and the person in every column but those under a hash."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        for table in dict.fromkeys(column.table for column in personal_columns()):
            if table.name == "user":
                continue
            if not database.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]:
                values = {column.name: dummy(column) for column in table.columns if not column.nullable or column.name == "user_id"}
                marks = ", ".join("?" * len(values))
                columns = ", ".join(f'"{column}"' for column in values)
                database.execute(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', tuple(values.values()))
            some = f'WHERE rowid IN (SELECT rowid FROM "{table.name}" ORDER BY rowid DESC LIMIT 3)'
            for column in table.columns:
                if any(key.column.table.name == "user" for key in column.foreign_keys) or column.name == "user_id":
                    database.execute(f'UPDATE "{table.name}" SET "{column.name}" = ? {some}', (user_id,))
                if "personal" in column.info and column.info["personal"] is not Personal.SIGNATURE and not column.primary_key:
                    value = planted_value(column, name)
                    database.execute(f'UPDATE "{table.name}" SET "{column.name}" = ? {some}', (value,))
        database.execute(
            "INSERT INTO sign_in_count VALUES (?, 1, '2026-01-01'), ('name taichinh', 1, '2026-01-01')", (f"name {USERNAME}",)
        )
        database.execute(
            'UPDATE submission_event SET "by" = ? WHERE id = (SELECT max(id) FROM submission_event)',
            (acting_name("Lê Văn Khác", name),),
        )


def dummy(column):
    if isinstance(column.type, UtcInstant | Date):
        return "2026-01-01" if isinstance(column.type, Date) else "2026-01-01 00:00:00.000000"
    if isinstance(column.type, Integer | Boolean):
        return 1
    return "[]" if isinstance(column.type, JSON | CleanJson) else "x"


def planted_value(column, name):
    match column.info["personal"]:
        case Personal.CONTACT:
            return EMAIL if column.type.length is None else "10.1.2.3"
        case Personal.MENTION if isinstance(column.type, CleanJson):
            return f'{{"to": "{USERNAME}", "who": "{json_text(FORMER_NAME)}, {EMAIL}"}}'
        case Personal.MENTION:
            return f"cho {name}, trước là {FORMER_NAME}"
    return USERNAME if column.name in ("username", "acts_for") else name


def json_text(value):
    return value.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")


def places_of(app, words):
    """In which columns one of the words stands."""
    found = {}
    with sqlite3.connect(app.extensions["engine"].url.database) as database:
        for column in text_columns():
            query = f'SELECT count(*) FROM "{column.table.name}" WHERE instr("{column.name}", ?)'
            counts = [database.execute(query, (spelt,)).fetchone()[0] for word in words for spelt in {word, json_text(word)}]
            if any(counts):
                found[name_of(column)] = column
    return found


def remove(app, *arguments):
    return app.test_cli_runner().invoke(args=["users", "remove", "--yes", *arguments])


def test_a_removed_person_stands_nowhere_but_below_official_acts_and_every_hash_is_intact(demo_app, person_id):
    with session_scope(demo_app.extensions["engine"], writes=False) as session:
        name = session.get_one(User, person_id).full_name
    words = (name, FORMER_NAME, EMAIL, "10.1.2.3", USERNAME)
    planted = places_of(demo_app, words)
    assert planted.keys() >= {name_of(c) for c in personal_columns()} - {
        *("standard.drafted_by", "standard.published_by", "price_list.created_by", "price_list.published_by"),
        *("submission.prepared_by", "submission.confirmed_by", "standard_choice.by", "plan_decision.by"),
    }
    result = remove(demo_app, USERNAME)
    assert result.exit_code == 0, result.output
    left = places_of(demo_app, words)
    assert left.keys() == {"snapshot.approved_by", "plan.final_by", "plan_step.by", "office_version.office"}
    with session_scope(demo_app.extensions["engine"], writes=False) as session:
        user = session.get_one(User, person_id)
        assert user.full_name == full_pseudonym(person_id)
        assert (user.wards, user.email, user.password_hash, user.is_active) == ([], "", "", False)
        assert not session.scalars(select(BrowserSession).where(BrowserSession.user_id == person_id)).all()
        assert None not in session.scalars(select(StandIn.ended_at)).all()
        assert session.scalars(select(SignInCount.key)).all() == ["name taichinh", "x"]
        assert acting_name("Lê Văn Khác", full_pseudonym(person_id)) in session.scalars(select(SubmissionEvent.by))
        snapshots = session.scalars(select(SnapshotRecord)).all()
        assert snapshots
        assert all(hash_snapshot(load_snapshot(record)) == record.sha256 for record in snapshots)
        assert all(parse_standard(record.toml).sha256 == record.sha256 for record in session.scalars(select(StandardRecord)))
        assert is_intact(get_plan_record(session, 1))
        line = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (line.action, line.subject) == ("account:remove", f"account {user_pseudonym(person_id)}")
        assert line.after["kept"] == len(snapshots) + 3


@pytest.mark.both_databases
def test_names_in_json_are_found_on_both_databases_and_a_namesake_keeps_what_is_theirs(app, session, tmp_path):
    set_setting(app, backup_folder=tmp_path)
    for username in ("kiem.thu", "khac"):
        create_user(session, username, NAME, Role.REVIEWER, email=f"{username}@hanoi.gov.vn")
    create_user(session, "mot.minh", "Đỗ Ứng Một", Role.REVIEWER)
    ids = {user.username: user.id for user in session.scalars(select(User))}
    for username, name in (("kiem.thu", NAME), ("mot.minh", "Đỗ Ứng Một")):
        values = {"full_name": name, "deputy": username, "wards": ["00082"]}
        session.add(
            AuditEntry(
                at=now(),
                user_id=ids[username],
                username=username,
                address="10.0.0.1",
                action="plan:note",
                subject="plan 1",
                after=values,
            )
        )
        set_active(session, ids[username], active=False)
    session.commit()
    first, second = remove(app, "kiem.thu"), remove(app, str(ids["mot.minh"]))
    assert f"Tên {NAME} còn là tên của tài khoản khác" in first.output
    assert "còn là tên" not in second.output
    lines = session.scalars(select(AuditEntry).where(AuditEntry.action == "plan:note").order_by(AuditEntry.id)).all()
    # The account tells who did it; a name that two people bear does not.
    assert [(line.username, line.address) for line in lines] == [
        (user_pseudonym(ids[name]), None) for name in ("kiem.thu", "mot.minh")
    ]
    assert lines[0].after == {"full_name": NAME, "deputy": user_pseudonym(ids["kiem.thu"]), "wards": ["00082"]}
    assert lines[1].after["full_name"] == full_pseudonym(ids["mot.minh"])
    # A new account may bear the old user name; nobody's may look like a pseudonym.
    session.rollback()
    create_user(session, "kiem.thu", "Người khác", Role.REVIEWER)
    with pytest.raises(UsernameError, match="người đã rời"):
        create_user(session, user_pseudonym(9), "Người khác", Role.REVIEWER)


def test_only_who_left_and_has_nothing_left_to_do_is_removed(demo_app, demo_sign_in, backups):
    client = demo_sign_in("quantri")
    with session_scope(demo_app.extensions["engine"], writes=False) as session:
        ids = {user.username: user.id for user in session.scalars(select(User))}
    officer = f"/users/{ids['canbo']}"
    assert "khóa ở trang tài khoản" in client.get(f"{officer}/personal-data").text
    assert "Khóa tài khoản trước" in client.post(f"{officer}/removal", data={"confirmed": "canbo"}).text
    client.post(f"{officer}/active", data={"active": "0"})
    assert "Gõ đúng tên đăng nhập" in client.post(f"{officer}/removal", data={"confirmed": "thamdinh"}).text
    assert "việc cần làm chưa xong" in client.post(f"{officer}/removal", data={"confirmed": "canbo"}).text
    with session_scope(demo_app.extensions["engine"], writes=True) as session:
        session.execute(update(ActionRecord).values(done_at=now()))
        name = session.get(User, ids["canbo"]).full_name
    client.post("/office", data=FIELDS | {"seen": seen_on(client.get("/office")), "signatory_name": name})
    assert "đứng tên ở trang “Cơ quan, người ký”" in client.post(f"{officer}/removal", data={"confirmed": "canbo"}).text
    client.post("/office", data=FIELDS | {"seen": seen_on(client.get("/office"))})
    assert not (backups / LIST).exists()
    page = client.post(f"{officer}/removal", data={"confirmed": "Canbo"}, follow_redirects=True)
    assert f"Đã gỡ người có tài khoản số {ids['canbo']}" in page.text
    assert "canbo" not in page.text
    # So that no backup from before brings the person back unnoticed.
    assert (backups / LIST).read_text().startswith(f"{ids['canbo']} 20")
    # What is left is no account any more: it cannot be opened, changed or given a password.
    for address in ("", "/personal-data", "/personal-data.xlsx"):
        assert client.get(f"{officer}{address}").status_code == 404
    for address in ("", "/active", "/reset", "/removal", "/stand-ins"):
        assert client.post(f"{officer}{address}", data={"active": "1"}).status_code == 404
    last = f"/users/{ids['quantri']}"
    assert client.post(f"{last}/removal", data={"confirmed": "quantri"}).status_code == 400


def test_the_export_holds_what_the_page_counts_and_leaves_a_line(demo_app, demo_sign_in):
    client = demo_sign_in("quantri")
    with session_scope(demo_app.extensions["engine"], writes=False) as session:
        user = session.scalars(select(User).where(User.username == "thamdinh")).one()
        person, _shared = describe_person(session, user.id)
        count = len(list(find_traces(session, person)))
    sheet = load_workbook(BytesIO(client.get(f"/users/{user.id}/personal-data.xlsx").data)).active
    values = list(sheet.iter_rows(min_row=5, values_only=True))
    assert sheet["A2"].value.endswith("SỐ LIỆU MINH HỌA.")
    assert count > 100
    assert len([row for row in values if row[0] not in ("Tài khoản", "Đếm lần đăng nhập sai")]) == count
    assert {"thamdinh", "thamdinh@example.org", user.full_name} <= {row[4] for row in values}
    assert "xuất dữ liệu cá nhân</td>" in client.get("/audit").text


def test_a_backup_from_before_does_not_bring_a_person_back_unnoticed(demo_app, backups, tmp_path):
    set_setting(demo_app, evidence_url=str(tmp_path / "evidence"))
    with session_scope(demo_app.extensions["engine"], writes=True) as session:
        create_user(session, USERNAME, NAME, Role.REVIEWER)
        person_id = find_user(session, USERNAME).id
        set_active(session, person_id, active=False)
    older = create_backup(demo_app).name
    assert remove(demo_app, USERNAME).exit_code == 0
    assert (backups / LIST).read_text().startswith(f"{person_id} 20")
    refuse_returned(demo_app)
    with borrowed_app(f"sqlite:///{tmp_path}/new.sqlite") as app:
        set_setting(app, backup_folder=backups, evidence_url=str(tmp_path / "restored"))
        result = app.test_cli_runner().invoke(args=["backup", "restore", older])
        assert result.exit_code == CANNOT_START
        assert f"Đã khôi phục bản sao lưu {older}" in result.output
        assert f"users remove {person_id}" in result.output
        # As it was long before: open, and with things to do.
        with session_scope(app.extensions["engine"], writes=True) as session:
            session.get_one(User, person_id).is_active = True
            assign_action(session, person_id)
        assert remove(app, str(person_id)).exit_code == 0
        refuse_returned(app)
        with session_scope(app.extensions["engine"], writes=True) as session:
            assert session.get_one(User, person_id).full_name == full_pseudonym(person_id)
            # Whoever has that number in another database is somebody else.
            session.execute(update(User).where(User.id == person_id).values(username="khac", created_at=now()))
        refuse_returned(app)
        # A list that nobody can read keeps nobody away, so it is not served with either.
        (backups / LIST).write_text("17")
        with pytest.raises(SettingError, match="Không đọc được"):
            refuse_returned(app)


def refuse_returned(app):
    with app.app_context(), session_scope(app.extensions["engine"], writes=False) as session:
        refuse_returned_accounts(session)


def test_nobody_is_removed_who_could_not_be_remembered(demo_app, person_id, tmp_path):
    (tmp_path / "file").write_text("")
    set_setting(demo_app, backup_folder=tmp_path / "file")
    result = remove(demo_app, USERNAME)
    assert result.exit_code == 1
    assert "chưa gỡ ai" in result.output
    with session_scope(demo_app.extensions["engine"], writes=False) as session:
        assert session.get_one(User, person_id).username == USERNAME


def test_addresses_are_forgotten_after_a_year_by_the_first_who_signs_in(app, session, client):
    create_user(session, "kiem.thu", NAME, Role.REVIEWER, password=PASSWORD)
    for days in (400, 300):
        session.add(AuditEntry(at=now() - timedelta(days=days), username="x", address="10.0.0.1", action="a", subject="s"))
    session.commit()
    app.extensions.pop("forgot_addresses_on", None)
    enter(client, "kiem.thu", "wrong")
    assert session.scalars(select(AuditEntry.address).where(AuditEntry.action == "a")).all() == ["10.0.0.1", "10.0.0.1"]
    session.rollback()
    enter(client, "kiem.thu", PASSWORD)
    lines = select(AuditEntry.address).where(AuditEntry.action == "a").order_by(AuditEntry.id)
    assert session.scalars(lines).all() == [None, "10.0.0.1"]
