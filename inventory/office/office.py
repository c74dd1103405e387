"""The value of an office. Pure."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

LABELS = {
    "agency_parent": "Cơ quan chủ quản",
    "agency": "Cơ quan lập phương án",
    "co_agency": "Cơ quan cùng lập, cùng ký",
    "signatory_title": "Chức vụ người ký",
    "signatory_name": "Họ tên người ký",
    "co_signatory_title": "Chức vụ người ký của cơ quan cùng lập",
    "co_signatory_name": "Họ tên người ký của cơ quan cùng lập",
    "contact": "Khi vướng mắc, liên hệ",
    "target_date": "Ngày cả thành phố phải hết “chưa đáp ứng”",
}


@dataclass(frozen=True)
class Office:
    """Who writes and signs, whom to ask, and the day of the target. An empty ``co_agency``: one agency signs alone."""

    agency_parent: str
    agency: str
    co_agency: str
    signatory_title: str
    signatory_name: str
    co_signatory_title: str
    co_signatory_name: str
    contact: str
    target_date: date

    def to_values(self) -> dict[str, Any]:
        """The office as JSON holds it."""
        return asdict(self) | {"target_date": self.target_date.isoformat()}

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Self:
        """The office that JSON holds."""
        return cls(**{**values, "target_date": date.fromisoformat(values["target_date"])})


def changed_fields(old: Office, new: Office) -> tuple[str, ...]:
    """The names of what differs, in the order of the form."""
    return tuple(part.name for part in fields(Office) if getattr(old, part.name) != getattr(new, part.name))
