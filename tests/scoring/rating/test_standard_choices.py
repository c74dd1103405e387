"""Which standard judges: who chose it, from which day on, and that nothing else changes a verdict."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, text

from accounts.models import AuditEntry
from portal.clock import HANOI, now, today
from portal.database import make_engine, session_scope
from portal.migration import migrate
from portal.setup import run_setup
from scoring.models import StandardChoice, StandardRecord
from scoring.rating import shipped_standards
from scoring.rating.city_readiness import city_readiness
from scoring.rating.published_standards import SHIPPED, current_standard
from scoring.rating.rating import rate
from scoring.rating.shipped_standards import load_shipped_standards
from scoring.rating.standard import parse_standard
from scoring.rating.standard_choices import ChoiceError, Standing, list_choices, put_in_force, standings
from tests.factories.standards import NEWEST_STANDARD, STANDARD, STANDARD_TEXT
from tests.landed_states.restore import restore
from tests.support.applications import borrowed_app, set_setting

OWN_TEXT = STANDARD_TEXT.replace(f'version = "{STANDARD.version}"', 'version = "HN-1"').replace("pass_mark = 80", "pass_mark = 95")
OWN = parse_standard(OWN_TEXT)


def publish(session, toml_text, **values):
    standard = parse_standard(toml_text)
    keys = {"version": standard.version, "code": standard.code, "name": standard.name, "sha256": standard.sha256}
    record = StandardRecord(**keys, toml=toml_text, published_at=now(), **values)
    session.add(record)
    session.flush()
    return record


class NewFile:
    """A standard that a later version of the program ships."""

    def __init__(self, version, old='name = "', new='name = "Khác '):
        self.content = STANDARD_TEXT.replace(f'version = "{STANDARD.version}"', f'version = "{version}"').replace(old, new, 1)

    def read_text(self, _encoding):
        return self.content


@pytest.fixture
def later_program(monkeypatch):
    """``later_program("2099.1")`` lets the program ship one standard more."""
    return lambda *args: monkeypatch.setattr(shipped_standards, "SHIPPED", (*SHIPPED, NewFile(*args)))


@pytest.mark.both_databases
def test_a_new_database_has_every_shipped_standard_and_the_newest_in_force(session):
    session.execute(delete(StandardChoice))
    session.execute(delete(StandardRecord))
    assert load_shipped_standards(session) == f"Áp dụng {NEWEST_STANDARD.name} từ hôm nay. Chọn bộ khác ở trang “Bộ tiêu chuẩn”."
    versions = set(session.scalars(select(StandardRecord.version)))
    assert versions == {file.name.removesuffix(".toml") for file in SHIPPED}
    [choice] = list_choices(session)
    newest = NEWEST_STANDARD.version
    assert (choice.standard_version, choice.by, current_standard(session).version) == (newest, "", newest)
    trail = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "standard:put-in-force").order_by(AuditEntry.id.desc())
    ).first()
    assert (trail.subject, trail.username) == (f"standard {newest}", "hệ thống")


def test_set_up_says_what_it_put_in_force_once(app):
    with session_scope(app.extensions["engine"], writes=True) as session:
        session.execute(text("DELETE FROM standard_choice"))
    lines = []
    run_setup(app, interactive=False, report=lines.append)
    assert f"Áp dụng {NEWEST_STANDARD.name} từ hôm nay. Chọn bộ khác ở trang “Bộ tiêu chuẩn”." in lines
    lines.clear()
    run_setup(app, interactive=False, report=lines.append)
    assert not [line for line in lines if "Áp dụng" in line]


def test_a_file_is_named_after_the_version_in_it():
    assert [parse_standard(file.read_text("utf-8")).version for file in SHIPPED] == [
        file.name.removesuffix(".toml") for file in SHIPPED
    ]


def test_a_later_shipped_standard_is_available_and_judges_nobody(session, later_program):
    later_program("2099.1")
    told = load_shipped_standards(session)
    assert told == f"Có thêm Khác {STANDARD.name}, chưa áp dụng. Xem và chọn ở trang “Bộ tiêu chuẩn”."
    assert load_shipped_standards(session) is None
    assert session.get(StandardRecord, "2099.1") is not None
    assert current_standard(session).version == STANDARD.version
    assert len(list_choices(session)) == 1


def test_a_shipped_standard_takes_no_version_that_the_city_has_used(session, later_program):
    publish(session, OWN_TEXT)
    later_program("HN-1")
    assert "Chưa nạp bộ tiêu chuẩn HN-1 đi kèm hệ thống" in load_shipped_standards(session)
    assert session.get(StandardRecord, "HN-1").sha256 == OWN.sha256


@pytest.mark.parametrize("state", ["2147a0d2", "0.3.0"])
def test_an_upgrade_keeps_every_verdict_of_a_city_with_its_own_standard(tmp_path, state, later_program):
    url = f"sqlite:///{tmp_path}/old.sqlite"
    restore(state, "demo", url)
    engine = make_engine(url)
    migrate(engine, "0013")
    own = "INSERT INTO standard (version, name, toml, sha256, published_at, issued_number, based_on, drafted_by, published_by) "
    values = {"toml": OWN_TEXT, "sha": OWN.sha256, "at": "2026-11-20 03:00:00", "based_on": STANDARD.version}
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(f"{own} VALUES ('HN-1', 'Bộ Hà Nội', :toml, :sha, :at, '', :based_on, 'A', 'B')"), values)
    engine.dispose()
    later_program("2099.1")
    with borrowed_app(url) as app:
        set_setting(app, backup_folder=tmp_path / "backups")
        for _time in range(2):
            run_setup(app, interactive=False)
            with session_scope(app.extensions["engine"], writes=False) as session:
                city = city_readiness(session)
                [choice] = list_choices(session)
                assert (choice.standard_version, choice.effective_from.isoformat()) == ("HN-1", "2026-11-20")
                assert session.get(StandardRecord, "2099.1") is not None
            rated = [rating for rating in city.ratings.values() if rating.snapshot]
            assert rated == [rate(rating.snapshot, city.standard, city.on) for rating in rated]
            assert (city.standard.version, city.standard.sha256, city.standard.pass_mark) == ("HN-1", OWN.sha256, 95)


@pytest.fixture
def own(session):
    return publish(session, OWN_TEXT)


def test_a_choice_takes_effect_by_itself_on_its_day(session, own):
    day = today() + timedelta(days=30)
    put_in_force(session, own, day, "QĐ 12", "Trần Thị Bình")
    assert current_standard(session).version == STANDARD.version
    assert [s.label for s in standings(list_choices(session), today())] == ["sắp áp dụng", "đang áp dụng"]
    with time_machine.travel(now() + timedelta(days=30)):
        assert current_standard(session).version == "HN-1"
        assert city_readiness(session).standard.version == "HN-1"
    assert city_readiness(session, day - timedelta(days=1)).standard.version == STANDARD.version
    assert [s.label for s in standings(list_choices(session), day)] == ["đang áp dụng", "đã thôi áp dụng"]


def test_the_day_begins_at_midnight_of_the_territory(session, own):
    day = today() + timedelta(days=1)
    put_in_force(session, own, day, "QĐ 12", "Trần Thị Bình")
    midnight = now().astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for seconds, version in ((-1, STANDARD.version), (0, "HN-1")):
        with time_machine.travel(midnight + timedelta(seconds=seconds), tick=False):
            assert current_standard(session).version == version


def test_the_last_choice_for_a_day_is_the_one_that_counts(session, own):
    day, reference = today() + timedelta(days=30), session.get_one(StandardRecord, STANDARD.version)
    put_in_force(session, own, day, "QĐ 12", "Trần Thị Bình")
    put_in_force(session, reference, day, "Lùi lại", "Trần Thị Bình")
    assert current_standard(session, day).version == STANDARD.version
    assert standings(list_choices(session), today()) == [Standing.COMING, Standing.REPLACED, Standing.IN_FORCE]


def test_a_choice_that_was_made_for_a_later_day_still_comes(session, own):
    """Another one for today, made meanwhile, does not undo it."""
    third = publish(session, OWN_TEXT.replace("HN-1", "HN-2"))
    put_in_force(session, own, today() + timedelta(days=30), "QĐ 12", "Trần Thị Bình")
    put_in_force(session, third, today(), "QĐ 13", "Trần Thị Bình")
    assert [current_standard(session, today() + timedelta(days=n)).version for n in (0, 29, 30)] == ["HN-2", "HN-2", "HN-1"]


@pytest.mark.parametrize(
    ("issued", "days", "message"),
    [
        (None, -1, "kết quả của những ngày đã qua không tính lại"),
        # As a version of the program from before could leave it.
        (20, 10, "không áp dụng trước ngày đó được"),
    ],
)
def test_a_day_that_is_over_or_before_the_issue_is_refused(session, issued, days, message):
    own = publish(session, OWN_TEXT, issued_number="12/QĐ", issued_on=issued and today() + timedelta(days=issued))
    with pytest.raises(ChoiceError, match=message):
        put_in_force(session, own, today() + timedelta(days=days), "QĐ 12", "Trần Thị Bình")


def test_the_same_choice_twice_is_one(session, own):
    put_in_force(session, own, today(), "QĐ 12", "Trần Thị Bình")
    with pytest.raises(ChoiceError, match="đã được chọn áp dụng vào ngày"):
        put_in_force(session, own, today(), "QĐ 12", "Trần Thị Bình")
    assert len(session.scalars(select(StandardChoice)).all()) == 2
