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


@dataclass(frozen=True)
class Identity:
    """Who is signed in. ``wards`` is None for the whole city."""

    user_id: int
    username: str
    full_name: str
    role: Role
    wards: frozenset[str] | None
    must_change_password: bool = False

    def covers(self, ward_code: str) -> bool:
        """Whether this ward lies within the person's scope."""
        return self.wards is None or ward_code in self.wards
