"""What older versions left of plans, when states, decisions and revisions in a chain come: nothing but the new marks is different."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from planning.decisions.decisions import standing_of
from planning.models import PlanRecord
from planning.scenarios.loading import plan_of
from planning.scenarios.stored_content import is_intact
from portal.database import make_engine
from portal.migration import migrate
from tests.landed_states.restore import restore
from tests.landed_states.rows import REWRITTEN, lost_rows, read_rows

# What the final plan of that state asks for, in đồng, as the program of then computed it.
TOTAL = 154_000_000


@pytest.fixture
def landed_engine(tmp_path):
    url = f"sqlite:///{tmp_path}/landed.sqlite"
    restore("0.4.0", "production", url)
    engine = make_engine(url)
    yield engine
    engine.dispose()


def test_a_final_plan_is_locked_and_an_open_one_is_being_made(landed_engine):
    before = read_rows(landed_engine)
    migrate(landed_engine)
    assert lost_rows(before, read_rows(landed_engine), REWRITTEN) == []
    with Session(landed_engine) as session:
        states = {record.title: record.state for record in session.query(PlanRecord)}
        final = session.query(PlanRecord).filter_by(state="locked").one()
        assert standing_of(final) == "đã khóa số liệu (trước khi có bước trình)"
        assert is_intact(final)
        assert plan_of(session, final).total() == TOTAL
        assert not final.is_open
        assert final.newest.is_open
    assert states == {
        "Phương án đáp ứng bộ tiêu chuẩn": "draft",
        "Phương án rút gọn": "locked",
        "Phương án rút gọn (bản 2, theo bản 1)": "draft",
    }


def test_who_changed_an_open_plan_last_is_read_from_the_audit_trail(landed_engine):
    with landed_engine.execution_options(writes=True).begin() as connection:
        people = dict(connection.execute(text("SELECT username, id FROM user ORDER BY id LIMIT 2")).all())
        (deputy, deputy_id), (absent, absent_id) = people.items()
        for action, acts_for in (("plan:set-rules", None), ("plan:edit-line", absent), ("plan:propose", None)):
            connection.execute(
                text(
                    "INSERT INTO audit_entry (at, user_id, username, acts_for, action, subject)"
                    " VALUES ('2026-03-02', :id, :name, :acts_for, :action, 'plan 3')"
                ),
                {"id": deputy_id, "name": deputy, "acts_for": acts_for, "action": action},
            )
    migrate(landed_engine)
    with landed_engine.connect() as connection:
        accounts = dict(connection.execute(text("SELECT id, changed_by_accounts FROM plan")).all())
    assert json.loads(accounts[3]) == sorted((deputy_id, absent_id))
    assert json.loads(accounts[1]) == json.loads(accounts[2]) == []
