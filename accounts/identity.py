"""A plain view of the person at the keyboard, free of the database session. Pure."""

from dataclasses import dataclass

from portal.labels import LabelledEnum


class Role(LabelledEnum):
    """The six roles, with the words that the screen shows."""

    OFFICER = "officer", "Công chức xã, phường"
    WARD_HEAD = "ward_head", "Lãnh đạo UBND xã, phường"
    REVIEWER = "reviewer", "Chuyên viên thẩm định"
    PLANNER = "planner", "Chuyên viên tài chính"
    LEADER = "leader", "Lãnh đạo thành phố"
    ADMINISTRATOR = "administrator", "Quản trị hệ thống"

    @property
    def is_of_ward(self) -> bool:
        """Whether the role acts for named wards only, never for the whole city."""
        return self in (Role.OFFICER, Role.WARD_HEAD)


class Scope(LabelledEnum):
    """What an account answers for, as it is stored."""

    CITY = "city", "Toàn thành phố"
    FORMER_DISTRICT = "former_district", "Địa bàn quận, huyện, thị xã trước 01/7/2025"
    WARDS = "wards", "Danh sách xã, phường"


# What an account of each role may answer for, the usual first. Whoever plans, decides or manages accounts does so for the city.
SCOPES: dict[Role, tuple[Scope, ...]] = {
    Role.OFFICER: (Scope.WARDS,),
    Role.WARD_HEAD: (Scope.WARDS,),
    Role.REVIEWER: (Scope.CITY, Scope.FORMER_DISTRICT, Scope.WARDS),
    Role.PLANNER: (Scope.CITY,),
    Role.LEADER: (Scope.CITY,),
    Role.ADMINISTRATOR: (Scope.CITY,),
}


# What stands between the two names of whoever acts for somebody.
ACTING = " (làm thay "


def acting_name(deputy: str, absent: str) -> str:
    """Whose hand it was, and for whom: ``Nguyễn Văn An (làm thay Trần Thị Bình)``."""
    return f"{deputy}{ACTING}{absent})"


def hand_of(name: str) -> str:
    """Whose hand it was, whoever they acted for: ``Nguyễn Văn An``."""
    return name.partition(ACTING)[0]


@dataclass(frozen=True)
class Identity:
    """Who is signed in. ``wards`` is None for the whole city. ``acts_for`` is the user name of whom this person stands in for, and
    ``acts_for_id`` their account.
    """

    user_id: int
    username: str
    full_name: str
    role: Role
    wards: frozenset[str] | None
    must_change_password: bool = False
    acts_for: str | None = None
    acts_for_id: int | None = None

    @property
    def accounts(self) -> frozenset[int]:
        """The accounts behind what this person does: their own, and that of whom they stand in for. Two people share none."""
        return frozenset({self.user_id}) if self.acts_for_id is None else frozenset({self.user_id, self.acts_for_id})

    def covers(self, ward_code: str) -> bool:
        """Whether this ward lies within the person's scope."""
        return self.wards is None or ward_code in self.wards
