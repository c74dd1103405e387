"""Actions, their six clarities and their owners."""

from datetime import timedelta

from sqlalchemy import select

from accounts.identity import Identity, Role
from accounts.models import User
from inventory.wards.wards import load_wards
from portal.clock import today
from scoring.actions.action import Clarities, PublicBody
from scoring.actions.register import create_actions
from tests.factories.users import PASSWORD, create_user

WARD, OTHER = "00082", "00070"
WARDS = {ward.code: ward for ward in load_wards()}
LEADER = Identity(0, "lanh-dao", "Lãnh đạo thử", Role.LEADER, None)
SIX_CLARITIES = {
    "contact": "0900 000 000",
    "task": "Mua bổ sung 8 máy tính cho đơn vị",
    "unit": "ward",
    "head": "Chủ tịch UBND phường",
    "deliverable": "8 máy tính",
    "evidence": "Biên bản bàn giao",
    "authority": "finance",
}


def make_owner(session, name="can.bo", role=Role.OFFICER, wards=(WARD,), email="can.bo@example.org"):
    create_user(session, name, f"Người {name}", role, wards, password=PASSWORD, email=email)
    return session.scalars(select(User.id).where(User.username == name)).one()


def make_clarities(owner_id, days=5, **changes):
    values = {
        **SIX_CLARITIES,
        "unit": PublicBody.WARD,
        "authority": PublicBody.FINANCE,
        "due": today() + timedelta(days=days),
        "owner_id": owner_id,
    }
    return Clarities(**{**values, **changes})


def assign_action(session, owner_id, ward=WARD, days=5, **changes):
    """An action whose deadline lies so many days ahead, or behind."""
    due = today() + timedelta(days=days)
    [number] = create_actions(
        session, [(WARDS[ward] if ward else None, make_clarities(owner_id, days, **changes))], "Người giao", min(due, today())
    )
    session.commit()
    return number
