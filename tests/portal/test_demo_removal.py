"""Leaving the demo: what real use begins with stays, and the accounts that are real; nothing else does."""

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import User
from portal.database import Base, make_engine
from portal.setup import load_demo
from portal.start import check_start
from tests.factories.days import DEMO_DAY
from tests.factories.standards import TEXTS
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import set_setting

# Lines of their own: when the standard and the prices were put in place.
OF_THE_DAY = {"audit_entry"}


def count_rows(engine):
    with engine.execution_options(writes=False).connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name not in OF_THE_DAY
        }


def remove(app, tmp_path):
    set_setting(app, backup_folder=tmp_path / "backups")
    return app.test_cli_runner().invoke(args=["demo", "remove", "--yes"])


def test_what_stays_is_a_fresh_installation_and_the_real_accounts(demo_app, demo_session, empty_city, tmp_path):
    create_user(demo_session, "quan.tri", "Quản trị thật", Role.ADMINISTRATOR, password=PASSWORD)
    create_user(demo_session, "can.bo", "Công chức thật", Role.OFFICER, ["00082"], password=PASSWORD)
    demo_session.commit()
    result = remove(demo_app, tmp_path)
    assert result.exit_code == 0, result.output
    assert str(tmp_path / "backups") in result.output
    fresh = make_engine(f"sqlite:///{empty_city}")
    assert count_rows(demo_app.extensions["engine"]) == count_rows(fresh) | {"user": 2, "user_ward": 1}
    fresh.dispose()
    assert set(demo_session.scalars(select(User.username))) == {"quan.tri", "can.bo"}
    demo_session.rollback()
    set_setting(demo_app, mode="production", instance=tmp_path)
    demo_app.extensions["engine"].dispose()
    check_start(demo_app)


def test_nothing_goes_where_nobody_says_yes(demo_app, demo_session):
    result = demo_app.test_cli_runner().invoke(args=["demo", "remove"], input="n\n")
    assert result.exit_code == 1
    assert demo_session.scalar(select(func.count()).select_from(User)) > 5


@pytest.mark.both_databases
@pytest.mark.long
def test_it_goes_from_either_database(app, database_kind, tmp_path):
    load_demo(app, as_of=DEMO_DAY)
    assert remove(app, tmp_path).exit_code == 0
    with Session(app.extensions["engine"].execution_options(writes=False)) as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0
        assert inspect(session.connection()).get_table_names()
        assert session.scalar(text("SELECT count(*) FROM standard")) == len(TEXTS)
