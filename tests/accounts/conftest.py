import pytest

from accounts.identity import Role
from tests.factories.users import PASSWORD, create_user


@pytest.fixture
def person(session):
    """Somebody with an account: ``can.bo``, a reviewer."""
    create_user(session, "can.bo", "Người thử", Role.REVIEWER, password=PASSWORD)
    session.commit()
