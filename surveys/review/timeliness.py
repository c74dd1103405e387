"""Reporting discipline of a round: who sent on time, who late and by how many days, and how often what was sent came back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inventory.wards.wards import Ward, load_wards
from portal.clock import to_hanoi
from surveys.checks.states import CollectionState, EventKind
from surveys.models import Round, Submission, SubmissionEvent


@dataclass(frozen=True)
class Conduct:
    """One ward. ``sent_at`` is when it sent for the first time; ``days_late`` counts from the round's deadline to that day, or to
    today where nothing was sent; ``returned`` is how often it came back.
    """

    ward: Ward
    submission_id: int
    state: CollectionState
    sent_at: datetime | None
    days_late: int
    returned: int
    reopened_until: date | None

    @property
    def is_on_time(self) -> bool:
        """Whether it was sent by the deadline."""
        return self.sent_at is not None and self.days_late == 0


@dataclass(frozen=True)
class Standing:
    """What many wards did: how many there are, sent on time, sent late, owe their answers, and came back."""

    name: str
    wards: int
    on_time: int
    late: int
    owing: int
    returned: int


def find_conduct(session: Session, found: Round, today: date) -> list[Conduct]:
    """Every ward of a round on a day, in the official order. Three queries."""
    wards = {ward.code: ward for ward in load_wards()}
    of_round = select(Submission.id).where(Submission.round_id == found.id)
    events = select(SubmissionEvent.submission_id, SubmissionEvent.kind, func.min(SubmissionEvent.at), func.count())
    grouped = events.where(SubmissionEvent.submission_id.in_(of_round)).group_by(
        SubmissionEvent.submission_id, SubmissionEvent.kind
    )
    first: dict[int, datetime] = {}
    returned: dict[int, int] = {}
    for submission_id, kind, at, count in session.execute(grouped):
        if kind == EventKind.SENT.value:
            first[submission_id] = at
        elif kind == EventKind.RETURNED.value:
            returned[submission_id] = count
    rows = [
        _conduct(found, row, wards[row.ward_code], first.get(row.id), returned.get(row.id, 0), today)
        for row in session.scalars(select(Submission).where(Submission.round_id == found.id))
    ]
    return sorted(rows, key=lambda row: row.ward.position)


def sum_up(name: str, rows: Iterable[Conduct]) -> Standing:
    """What a group of wards did."""
    all_rows = tuple(rows)
    return Standing(
        name,
        len(all_rows),
        sum(row.is_on_time for row in all_rows),
        sum(row.sent_at is not None and row.days_late > 0 for row in all_rows),
        sum(row.sent_at is None for row in all_rows),
        sum(row.returned > 0 for row in all_rows),
    )


def _conduct(found: Round, submission: Submission, ward: Ward, sent_at: datetime | None, returned: int, today: date) -> Conduct:
    until = to_hanoi(sent_at).date() if sent_at else today
    return Conduct(
        ward=ward,
        submission_id=submission.id,
        state=CollectionState(submission.state),
        sent_at=sent_at,
        days_late=max(0, (until - found.deadline).days),
        returned=returned,
        reopened_until=submission.reopened_until,
    )
