"""The office in force, and its versions: each change makes a new one, with who and when."""

from dataclasses import fields
from datetime import datetime

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import audit
from accounts.identity import Identity
from accounts.users import get_user
from inventory.models import OfficeVersion
from inventory.office.office import Office, changed_fields
from portal.clock import now
from portal.database import reading_session
from portal.errors import WardReadinessError
from portal.formats import format_moment
from portal.settings import Settings, current_settings


class OfficeChangedError(WardReadinessError):
    """Somebody else has put another version in force since this one was looked at."""

    status = 409


def current_office() -> Office:
    """The office in force, looked up once for a request or a command."""
    if "office" not in g:
        with reading_session() as session:
            g.office = find_office(session, current_settings())
    office: Office = g.office
    return office


def find_office(session: Session, settings: Settings, at: datetime | None = None) -> Office:
    """The newest version, or the one of a moment; what the environment says where nobody had changed anything."""
    query = select(OfficeVersion.office).order_by(OfficeVersion.id.desc()).limit(1)
    values = session.scalar(query if at is None else query.where(OfficeVersion.at <= at))
    return Office.from_values(values) if values else office_of(settings)


def office_of(settings: Settings) -> Office:
    """The office of the environment's settings."""
    return Office(**{part.name: getattr(settings, part.name) for part in fields(Office)})


def list_versions(session: Session, limit: int = 50) -> list[OfficeVersion]:
    """The versions, the newest first."""
    return list(session.scalars(select(OfficeVersion).order_by(OfficeVersion.id.desc()).limit(limit)))


def describe_office_duty(session: Session, user_id: int) -> str:
    """That the papers of now still name this person: to be said before the person is removed."""
    office, name = find_office(session, current_settings()), get_user(session, user_id).full_name
    is_named = name in (office.signatory_name, office.co_signatory_name) or name in office.contact
    return "Người này còn đứng tên ở trang “Cơ quan, người ký”: đổi ở đó trước." if is_named else ""


def version_stamp(versions: list[OfficeVersion]) -> str:
    """What stands for the newest of these versions."""
    return str(versions[0].id) if versions else ""


def change_office(session: Session, office: Office, seen: str, identity: Identity) -> bool:
    """Put another version in force, and say whether anything differs from the one before.

    Raises OfficeChangedError where the version in force is no longer the one that the editor saw.
    """
    versions = list_versions(session, limit=1)
    if seen != version_stamp(versions):
        # After the demo was removed, or a backup restored, there may be none.
        what = (
            f"{versions[0].by} đã lưu một bản khác lúc {format_moment(versions[0].at)}"
            if versions
            else "các bản đã lưu không còn nữa"
        )
        raise OfficeChangedError(
            f"Trong lúc sửa, {what}. Những gì bạn điền còn ở dưới: đối chiếu với lần thay đổi mới nhất rồi lưu lại."
        )
    before = find_office(session, current_settings())
    names = changed_fields(before, office)
    if versions and not names:
        return False
    session.add(OfficeVersion(office=office.to_values(), by=identity.full_name, at=now()))
    old, new = before.to_values(), office.to_values()
    audit.log(
        session,
        identity,
        "office:change",
        "city",
        before={name: old[name] for name in names},
        after={name: new[name] for name in names},
    )
    g.pop("office", None)
    return True
