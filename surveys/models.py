"""Tables of the survey: rounds, submissions, the fields as they were typed, and what happened to each submission."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.columns import Instant, Words
from portal.database import Base


class Round(Base):
    """A campaign of collection, pinned to one questionnaire and one standard."""

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Words] = mapped_column(unique=True)
    opens_on: Mapped[date]
    deadline: Mapped[date]
    questionnaire_version: Mapped[str] = mapped_column(String(32))
    standard_version: Mapped[str] = mapped_column(ForeignKey("standard.version"))
    is_closed: Mapped[bool] = mapped_column(default=False)


class Submission(Base):
    """One ward's answers in one round. ``version`` rises with each save; ``state`` is a CollectionState."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("round_id", "ward_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[int] = mapped_column(default=0)
    prepared_by: Mapped[Words] = mapped_column(default="")
    confirmed_by: Mapped[Words] = mapped_column(default="")
    sent_at: Mapped[Instant | None]
    decided_at: Mapped[Instant | None]
    return_reason: Mapped[Words] = mapped_column(default="")
    answers: Mapped[list["Answer"]] = relationship(cascade="all, delete-orphan")
    round: Mapped[Round] = relationship()


class Answer(Base):
    """One field as it was typed, valid or not. ``version`` is the submission's version that last changed it."""

    __tablename__ = "answer"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(64), primary_key=True)
    raw: Mapped[Words]
    version: Mapped[int]
    saved_by: Mapped[Words]
    saved_at: Mapped[Instant]


class SubmissionEvent(Base):
    """What happened to a submission: confirmed (the reason is the hash of the answers), sent, returned with a reason, approved.

    ``answers`` is what a returned one said.
    """

    __tablename__ = "submission_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    at: Mapped[Instant]
    by: Mapped[Words]
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[Words] = mapped_column(default="")
    answers: Mapped[Any | None] = mapped_column(JSON)
