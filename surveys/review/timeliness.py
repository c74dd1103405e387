"""The timeliness of a round: which wards sent in time, which late by how many days, and how often a submission was returned."""

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
class WardTimeliness:
    """One ward. ``sent_at`` is the first sending; ``days_late`` counts from the round's deadline to that day, or to today where
    nothing was sent; ``returned`` is the number of returns.
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
class TimelinessSummary:
    """The counts of a group: wards, sent in time, sent late, not sent, and returned."""

    name: str
    wards: int
    on_time: int
    late: int
    owing: int
    returned: int


def list_timeliness(session: Session, round: Round, today: date) -> list[WardTimeliness]:
    """Every ward of a round on a day, in the official order. Three queries."""
    wards = {ward.code: ward for ward in load_wards()}
    of_round = select(Submission.id).where(Submission.round_id == round.id)
    events = select(SubmissionEvent.submission_id, SubmissionEvent.kind, func.min(SubmissionEvent.at), func.count())
    grouped = events.where(SubmissionEvent.submission_id.in_(of_round)).group_by(
        SubmissionEvent.submission_id, SubmissionEvent.kind
    )
    first_sent: dict[int, datetime] = {}
    returned: dict[int, int] = {}
    for submission_id, kind, at, count in session.execute(grouped):
        if kind == EventKind.SENT.value:
            first_sent[submission_id] = at
        elif kind == EventKind.RETURNED.value:
            returned[submission_id] = count
    rows = [
        _ward_timeliness(round, row, wards[row.ward_code], first_sent.get(row.id), returned.get(row.id, 0), today)
        for row in session.scalars(select(Submission).where(Submission.round_id == round.id))
    ]
    return sorted(rows, key=lambda row: row.ward.position)


def summarise_timeliness(name: str, rows: Iterable[WardTimeliness]) -> TimelinessSummary:
    """Count a group of wards."""
    all_rows = tuple(rows)
    return TimelinessSummary(
        name,
        len(all_rows),
        sum(row.is_on_time for row in all_rows),
        sum(row.sent_at is not None and row.days_late > 0 for row in all_rows),
        sum(row.sent_at is None for row in all_rows),
        sum(row.returned > 0 for row in all_rows),
    )


def _ward_timeliness(
    round: Round, submission: Submission, ward: Ward, sent_at: datetime | None, returned: int, today: date
) -> WardTimeliness:
    until = to_hanoi(sent_at).date() if sent_at else today
    return WardTimeliness(
        ward=ward,
        submission_id=submission.id,
        state=CollectionState(submission.state),
        sent_at=sent_at,
        days_late=max(0, (until - round.deadline).days),
        returned=returned,
        reopened_until=submission.reopened_until,
    )
