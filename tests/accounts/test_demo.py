from sqlalchemy import delete, select

from accounts.demo import load_demo_accounts
from accounts.identity import Role
from accounts.models import User
from accounts.users import make_credentials
from tests.factories.days import DEMO_DAY
from tests.factories.users import PASSWORD, create_user


def test_a_demo_account_of_an_older_version_gets_its_address_and_a_real_one_stays(demo_session):
    users = {user.username: user for user in demo_session.scalars(select(User))}
    users["canbo"].email, users["lanhdao"].email = "", "khac@example.org"
    create_user(demo_session, "that", "Người thật", Role.OFFICER, ["00082"], password="mot-hai-ba-bon")
    demo_session.execute(delete(User).where(User.username == "quantri"))
    load_demo_accounts(demo_session, 0, DEMO_DAY, credentials=make_credentials(PASSWORD))
    demo_session.flush()
    emails = dict(demo_session.execute(select(User.username, User.email)).all())
    assert (emails["canbo"], emails["lanhdao"], emails["that"]) == ("canbo@example.org", "khac@example.org", "")
    assert emails["quantri"] == "quantri@example.org"
