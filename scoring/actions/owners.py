"""Who may own an action: active accounts that may report it done, each within its own wards."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import Role
from accounts.models import User
from accounts.permissions import POLICY, Permission, sees_security_within_scope
from accounts.scopes import covered_wards
from inventory.wards.wards import Ward
from scoring.actions.action import ActionError
from scoring.rating.redaction import is_sensitive_code

# Choices that mean a different person in each ward.
ROLES_OF_EACH_WARD = (Role.WARD_HEAD, Role.OFFICER)
MAX_NAMED = 10


@dataclass(frozen=True)
class Owner:
    """An account that may own actions. ``wards`` is None for the whole city; ``address`` may be empty."""

    id: int
    name: str
    role: Role
    address: str
    wards: frozenset[str] | None

    def covers(self, ward: Ward | None) -> bool:
        """Whether an action of this ward, or of the city, is within the account's scope."""
        return self.wards is None or (ward is not None and ward.code in self.wards)

    @property
    def sees_security(self) -> bool:
        """Whether the account may be handed what is to be done about network security."""
        return sees_security_within_scope(self.role)


def list_owners(session: Session) -> list[Owner]:
    """All accounts that may own an action, those of wards first, by user name."""
    roles = [role.value for role in Role if Permission.ACTION_REPORT in POLICY[role]]
    users = session.scalars(select(User).where(User.is_active, User.role.in_(roles)).order_by(User.username))
    owners = [
        Owner(
            user.id,
            user.full_name,
            Role(user.role),
            user.email,
            covered_wards(user),
        )
        for user in users
    ]
    return sorted(owners, key=lambda owner: owner.wards is None)


def owners_for(owners: Sequence[Owner], criterion: str) -> list[Owner]:
    """Those who may own an action about a criterion, by its code: where it is of group G, those who may see that group."""
    return [owner for owner in owners if owner.sees_security or not is_sensitive_code(criterion)]


def owner_choices(owners: Sequence[Owner], places: Sequence[Ward | None]) -> list[tuple[str, str]]:
    """The choices of a form: for several wards a role in each, then every account whose scope covers all of them."""
    per_ward = [(role.value, f"{role.label} của từng đơn vị") for role in ROLES_OF_EACH_WARD] if len(places) > 1 else []
    single = [(str(owner.id), f"{owner.name} – {owner.role.label}") for owner in owners if all(map(owner.covers, places))]
    return [*per_ward, *single]


def assign_owners(owners: Sequence[Owner], places: Sequence[Ward | None], choice: str) -> list[Owner]:
    """The owner for each place, a ward or (None) the city. Raises ActionError naming the wards without one.

    Of several accounts of a ward in the same role it is the first by user name.
    """
    roles = {role.value for role in ROLES_OF_EACH_WARD}
    assigned, places_without_owner = [], []
    for ward in places:
        candidates = [
            owner for owner in owners if owner.covers(ward) and choice == (owner.role.value if choice in roles else str(owner.id))
        ]
        if candidates:
            assigned.append(candidates[0])
        else:
            places_without_owner.append(ward.full_name if ward else "toàn thành phố")
    if places_without_owner:
        remainder = f" và {len(places_without_owner) - MAX_NAMED} đơn vị khác" if len(places_without_owner) > MAX_NAMED else ""
        raise ActionError(
            f"Chưa có tài khoản phù hợp cho {', '.join(places_without_owner[:MAX_NAMED])}{remainder}. Chọn người khác, hoặc bỏ chọn các đơn vị ấy.",
            "owner",
        )
    return assigned
