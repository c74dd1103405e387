"""What an account answers for: the whole city, a former district, or a list of wards; and what of it a role may have."""

from collections.abc import Iterable

from accounts.identity import SCOPES, Role, Scope
from accounts.models import User
from accounts.places import list_places
from portal.errors import WardReadinessError


class ScopeError(WardReadinessError):
    """A role cannot answer for this, or it is said incompletely."""


def covered_wards(user: User) -> frozenset[str] | None:
    """The codes of the wards that an account answers for; None for the whole city, none for an empty list."""
    match Scope(user.scope):
        case Scope.CITY:
            return None
        case Scope.FORMER_DISTRICT:
            return frozenset(place.code for place in list_places() if place.former_district == user.former_district)
        case Scope.WARDS:
            return frozenset(row.ward_code for row in user.wards)


def describe_scope(user: User) -> str:
    """The scope of an account in the words of the screen."""
    return name_scope(Scope(user.scope), user.former_district, [row.ward_code for row in user.wards])


def name_scope(scope: Scope, former_district: str, ward_codes: Iterable[str]) -> str:
    """A scope in the words of the screen: ``Toàn thành phố``, ``Quận Hoàn Kiếm (trước 01/7/2025)``, names of wards."""
    match scope:
        case Scope.CITY:
            return Scope.CITY.label
        case Scope.FORMER_DISTRICT:
            return f"{former_district} (trước 01/7/2025)"
        case Scope.WARDS:
            names = {place.code: place.name for place in list_places()}
            return ", ".join(names.get(code, code) for code in ward_codes) or "Không xã, phường nào"


def check_scope(role: Role, scope: Scope, former_district: str, ward_codes: Iterable[str]) -> None:
    """Raise ScopeError unless an account of this role may answer for that, and it is said in full."""
    if scope not in SCOPES[role]:
        allowed = " hoặc ".join(f"“{each.label}”" for each in SCOPES[role])
        raise ScopeError(f"{role.label} làm việc theo phạm vi {allowed}. Chọn lại phạm vi.")
    if scope is Scope.WARDS and not set(ward_codes):
        raise ScopeError(f"{role.label} theo danh sách thì phải ghi ít nhất một xã, phường.")
    if scope is Scope.FORMER_DISTRICT and former_district not in {place.former_district for place in list_places()}:
        raise ScopeError("Chọn một quận, huyện, thị xã (trước 01/7/2025) trong danh sách.")
