"""Tables of the survey: questionnaires, rounds, submissions, answers, events, changes, evidence, remarks and reminders."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.columns import CleanJson, Instant, NfcStr, PersonContact, PersonMention, PersonName, PersonSignature
from portal.database import Base


class QuestionnaireRecord(Base):
    """A published version of the questions; it never changes."""

    __tablename__ = "questionnaire"

    version: Mapped[str] = mapped_column(String(32), primary_key=True)
    toml: Mapped[NfcStr]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    published_at: Mapped[Instant]


class Round(Base):
    """A campaign of collection, pinned to one questionnaire and one standard.

    With ``needs_confirmation`` the ward head confirms in the system before a submission can be sent. One that ``is_practice``
    is for training: it is real in every page, counts nowhere, and can be removed; a round is one or the other for good.
    """

    __tablename__ = "round"
    # A removed round gives its number to no other: files, drafts in browsers and lines of the audit trail go by it.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read by SQLAlchemy, never changed

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[NfcStr] = mapped_column(unique=True)
    opens_on: Mapped[date]
    deadline: Mapped[date]
    questionnaire_version: Mapped[str] = mapped_column(ForeignKey("questionnaire.version"))
    standard_version: Mapped[str] = mapped_column(ForeignKey("standard.version"))
    is_closed: Mapped[bool] = mapped_column(default=False)
    needs_confirmation: Mapped[bool] = mapped_column(default=False)
    is_practice: Mapped[bool] = mapped_column(default=False)
    questionnaire: Mapped[QuestionnaireRecord] = relationship()

    @property
    def band(self) -> str:
        """What stands above every page and in every file of the round: nothing where it counts."""
        return "TẬP HUẤN – số liệu ở đây không được tính và sẽ bị xóa" if self.is_practice else ""

    def under_band(self, note: str) -> str:
        """A note in a file of the round, behind its band."""
        return f"{self.band}. {note}" if self.band else note

    @property
    def subject(self) -> str:
        """What the audit trail calls it."""
        return f"practice round {self.id}" if self.is_practice else f"round {self.id}"


class Submission(Base):
    """One ward's answers in one round. ``version`` rises with each save; ``state`` is a CollectionState.

    ``reopened_until`` is a last day of sending for this ward alone, after the round's deadline. ``base_sha256`` is the hash of the
    snapshot that its answers began from, None where the ward had none.
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("round_id", "ward_code"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    ward_code: Mapped[str] = mapped_column(ForeignKey("ward.code"), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[int] = mapped_column(default=0)
    prepared_by: Mapped[PersonSignature] = mapped_column(default="")
    confirmed_by: Mapped[PersonSignature] = mapped_column(default="")
    sent_at: Mapped[Instant | None]
    decided_at: Mapped[Instant | None]
    return_reason: Mapped[PersonMention] = mapped_column(default="")
    reopened_until: Mapped[date | None]
    base_sha256: Mapped[str | None] = mapped_column(String(64))
    answers: Mapped[list["Answer"]] = relationship(cascade="all, delete-orphan")
    round: Mapped[Round] = relationship()

    @property
    def subject(self) -> str:
        """What the audit trail calls it: its ward, and that it is for practice."""
        return f"practice ward {self.ward_code}" if self.round.is_practice else f"ward {self.ward_code}"


class Answer(Base):
    """One field as it was entered, valid or not. ``version`` is the submission's version that last changed it.

    ``is_carried`` marks a value that was carried over from the last round and that the ward has not confirmed yet.
    """

    __tablename__ = "answer"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(64), primary_key=True)
    raw: Mapped[NfcStr]
    version: Mapped[int]
    saved_by: Mapped[PersonName]
    saved_at: Mapped[Instant]
    is_carried: Mapped[bool] = mapped_column(default=False)


class SubmissionEvent(Base):
    """What happened to a submission; ``kind`` is an EventKind. The reason of a confirmation is the hash of the answers.

    ``answers`` are those of a submission that was returned.
    """

    __tablename__ = "submission_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    at: Mapped[Instant]
    by: Mapped[PersonName]
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[PersonMention] = mapped_column(default="")
    answers: Mapped[Any | None] = mapped_column(CleanJson)


class SubmissionChange(Base):
    """One field that was changed: before, after, who, when, and the AnswerSource. Never changed, and removed only with a
    practice round.

    Only ``why`` may be added afterwards, once; and a pseudonym takes the place of a person who left.
    """

    __tablename__ = "submission_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    at: Mapped[Instant]
    by: Mapped[PersonName]
    source: Mapped[str] = mapped_column("door", String(16))
    field: Mapped[str] = mapped_column(String(64))
    before: Mapped[NfcStr]
    after: Mapped[NfcStr]
    why: Mapped[PersonMention] = mapped_column(default="")


class Evidence(Base):
    """A file that proves an answer. ``kind`` is an EvidenceKind; a signed copy has no question, but a ``content_hash`` of
    the answers that were signed. ``details`` are the results of a measurement. Removed evidence keeps its row.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    question: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[NfcStr]
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(128))
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    details: Mapped[Any | None] = mapped_column(CleanJson)
    by: Mapped[PersonName]
    at: Mapped[Instant]
    removed_by: Mapped[PersonName] = mapped_column(default="")
    removed_at: Mapped[Instant | None]


class Remark(Base):
    """A remark on a submission or on one of its questions: a comment, a flag to follow up, or a reason of a return.

    ``question`` is blank for a remark on the whole submission; a flag or a reason stays open until it is settled.
    """

    __tablename__ = "remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    question: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[PersonMention]
    by: Mapped[PersonName]
    at: Mapped[Instant]
    settled_by: Mapped[PersonName] = mapped_column(default="")
    settled_at: Mapped[Instant | None]


class Reminder(Base):
    """One digest to one person, at most one a day. ``wards`` are the codes of the late wards in it."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("user_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    day: Mapped[date]
    channel: Mapped[str] = mapped_column(String(16))
    address: Mapped[PersonContact]
    text: Mapped[PersonMention]
    wards: Mapped[Any] = mapped_column(CleanJson)
    at: Mapped[Instant]
