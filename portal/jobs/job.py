"""A job as a value: who asked for what, and how it stands. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from portal.labels import LabelledEnum

# What is made is kept so long, and what is known of a job as well.
KEPT = timedelta(days=1)
# A worker says so often that it lives; one that has not for so long is gone, and its job with it.
BEAT, LOST = timedelta(seconds=5), timedelta(seconds=30)
LOST_SENTENCE = "Tiến trình xử lý yêu cầu này đã dừng giữa chừng. Kiểm tra xem đã có kết quả chưa rồi làm lại."


class JobState(LabelledEnum):
    """How a job stands."""

    WAITING = "waiting", "Đang chờ"
    RUNNING = "running", "Đang xử lý"
    DONE = "done", "Đã xong"
    FAILED = "failed", "Chưa xong, có lỗi"
    CANCELLED = "cancelled", "Đã hủy"

    @property
    def is_open(self) -> bool:
        """Whether it may still come to something."""
        return self in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class Asker:
    """Who asked, for whom they act, and from which address."""

    user_id: int
    username: str
    full_name: str
    acts_for: str | None = None
    remote_address: str | None = None

    def is_same(self, other: "Asker") -> bool:
        """Whether it is the same account, acting for the same person. A number alone may be given anew when a demo is removed."""
        return (self.user_id, self.username, self.acts_for) == (other.user_id, other.username, other.acts_for)


@dataclass(frozen=True)
class KeptResult:
    """A file that was made: the hash that it is kept under, its name, and what the audit trail is told when it is sent."""

    sha256: str
    name: str
    mimetype: str
    until: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One job. ``address`` is where it was asked for, and where it is asked for again; ``lines`` are what its page says at the end."""

    id: str
    kind: str
    parameters: Mapping[str, Any]
    asker: Asker
    key: str
    address: str
    asked_at: datetime
    state: JobState = JobState.WAITING
    done: int = 0
    total: int = 0
    beat_at: datetime | None = None
    ended_at: datetime | None = None
    lines: tuple[str, ...] = ()
    result: KeptResult | None = None

    def seen_at(self, moment: datetime, *, is_cancelled: bool) -> "Job":
        """The job as people are told of it: one that somebody has cancelled is so at once, and one whose worker is gone has failed."""
        if not self.state.is_open:
            return self
        if is_cancelled:
            return replace(self, state=JobState.CANCELLED)
        if self.state is JobState.RUNNING and self.beat_at is not None and moment - self.beat_at > LOST:
            return replace(self, state=JobState.FAILED, lines=(LOST_SENTENCE,))
        return self
