"""What an account answers for when the database is brought up from before scopes were stored, for each role."""

import pytest
from sqlalchemy import text

from accounts.identity import Role
from portal.database import make_engine
from portal.migration import migrate


@pytest.fixture
def scopes_after(tmp_path):
    """The scope of each account after an upgrade, by user name."""

    def upgrade(accounts):
        engine = make_engine(f"sqlite:///{tmp_path}/old.sqlite")
        migrate(engine, "0011")
        with engine.execution_options(writes=True).begin() as connection:
            for number, (name, role, wards) in enumerate(accounts, start=1):
                connection.execute(
                    text(
                        "INSERT INTO user (id, username, full_name, email, password_hash, role, must_change_password, is_active, is_demo,"
                        " created_at) VALUES (:id, :name, 'X', '', 'x', :role, 0, 1, 0, '2026-01-01')"
                    ),
                    {"id": number, "name": name, "role": role},
                )
                for ward in wards:
                    connection.execute(text("INSERT INTO user_ward VALUES (:id, :ward)"), {"id": number, "ward": ward})
        migrate(engine)
        with engine.execution_options(writes=False).connect() as connection:
            rows = connection.execute(text("SELECT username, scope, is_active FROM user")).all()
        engine.dispose()
        return {name: scope for name, scope, _active in rows}

    return upgrade


@pytest.mark.parametrize("role", list(Role))
def test_nobody_covers_more_or_less_than_before(scopes_after, role):
    scopes = scopes_after([("none", role.value, []), ("some", role.value, ["00070", "00082"])])
    # No row meant the whole city for every role but those of a ward, for which it meant nothing.
    assert scopes == {"none": "wards" if role.is_of_ward else "city", "some": "wards"}
