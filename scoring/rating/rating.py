"""The rating: the finding of each criterion on a snapshot, and the result. Exact numbers throughout. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from inventory.snapshots.snapshot import Snapshot, in_one_form
from portal.labels import LabelledEnum
from portal.numbers import Number
from scoring.rating.measures import MEASURES, Reading
from scoring.rating.standard import Criterion, Standard


class FindingStatus(LabelledEnum):
    """The outcome of a criterion on a snapshot."""

    MET = "met", "Đạt"
    UNMET = "unmet", "Chưa đạt"
    UNANSWERED = "unanswered", "Chưa có câu trả lời"
    NOT_APPLICABLE = "not_applicable", "Không áp dụng"


class Result(LabelledEnum):
    """The result of a ward. Colour and mark are also told apart by colour-blind readers and in grey print."""

    READY = "ready", "Đáp ứng"
    NOT_READY = "not_ready", "Chưa đáp ứng"
    INCOMPLETE = "incomplete", "Chưa đủ dữ liệu"
    NO_DATA = "no_data", "Chưa có số liệu"

    @property
    def colour(self) -> str:
        """The fill on the map, as a hexadecimal colour."""
        return {"ready": "#1b7f79", "not_ready": "#c23a4e", "incomplete": "#edae49", "no_data": "#dfe3e8"}[self.value]

    @property
    def ink(self) -> str:
        """The colour of text on the fill."""
        return "#ffffff" if self in (Result.READY, Result.NOT_READY) else "#1f2933"

    @property
    def mark(self) -> str:
        """The sign beside the colour."""
        return {"ready": "✓", "not_ready": "✗", "incomplete": "?", "no_data": "–"}[self.value]


@dataclass(frozen=True)
class Finding:
    """One ward, one criterion. ``have`` and ``need`` are in ``unit``, None where an answer is missing.

    ``shortfall`` is 0 exactly when the criterion is met or does not apply. ``missing`` names the answers that are lacking.
    ``ends`` is the last day of what the finding rests on: of what is met the day to come, of what is not the day that has passed. None
    where no day has a part in it.
    """

    criterion: Criterion
    status: FindingStatus
    have: Number | None
    need: int | None
    shortfall: Number
    missing: tuple[str, ...] = ()
    ends: date | None = None

    @property
    def unit(self) -> str:
        """The unit of have, need and shortfall."""
        return self.criterion.unit

    @property
    def is_met(self) -> bool:
        """Whether the criterion is met."""
        return self.status is FindingStatus.MET

    @property
    def is_failing(self) -> bool:
        """Whether the criterion applies and is not met, for lack of equipment or of an answer."""
        return self.status in (FindingStatus.UNMET, FindingStatus.UNANSWERED)

    @property
    def is_counted(self) -> bool:
        """Whether the finding enters the score: required, decided, and applying to this ward."""
        return self.criterion.is_counted and self.status is not FindingStatus.NOT_APPLICABLE


@dataclass(frozen=True)
class Rating:
    """The result of one ward, the score from 0 to 100 (rounded down), and every finding behind it.

    ``is_redacted`` where the findings of group G were left out for somebody who may not see them: then it is for showing only.
    """

    ward_code: str
    result: Result
    score: int
    findings: tuple[Finding, ...]
    snapshot: Snapshot | None
    standard: Standard | None
    on: date
    is_redacted: bool = False

    @cached_property
    def unmet(self) -> tuple[Finding, ...]:
        """The counted findings that are not met, blocking ones first."""
        failing = [finding for finding in self.findings if finding.is_counted and finding.is_failing]
        return tuple(sorted(failing, key=lambda finding: not finding.criterion.blocking))

    @cached_property
    def unmet_blocking(self) -> tuple[Finding, ...]:
        """The blocking criteria that are not met."""
        return tuple(finding for finding in self.unmet if finding.criterion.blocking)

    @property
    def counted_weight(self) -> int:
        """The sum of the weights that enter the score: what is recommended, undecided or does not apply stays out."""
        return sum(finding.criterion.weight for finding in self.findings if finding.is_counted)

    @property
    def met_weight(self) -> int:
        """The part of that sum whose criteria are met."""
        return sum(finding.criterion.weight for finding in self.findings if finding.is_counted and finding.is_met)

    @property
    def headline(self) -> str:
        """The headline of a page: what is missing, before any score."""
        if self.result is Result.NO_DATA:
            return "Chưa có phiếu khảo sát nào được duyệt"
        if self.is_redacted:
            return f"Ngoài nhóm an ninh mạng: {self._open_headline}"
        if self.unmet_blocking:
            return f"Thiếu {len(self.unmet_blocking)} tiêu chí bắt buộc"
        if self.result is Result.NOT_READY and self.standard is not None:
            return f"Đủ tiêu chí bắt buộc, điểm {self.score} chưa tới {self.standard.pass_mark}"
        return f"Còn {len(self.unmet)} tiêu chí chưa đạt" if self.unmet else "Đạt mọi tiêu chí"

    @property
    def _open_headline(self) -> str:
        """What is missing among the findings that are left, whatever the result rests on beside them."""
        if self.unmet_blocking:
            return f"thiếu {len(self.unmet_blocking)} tiêu chí bắt buộc"
        return f"còn {len(self.unmet)} tiêu chí chưa đạt" if self.unmet else "đạt mọi tiêu chí"


def rate(snapshot: Snapshot, standard: Standard, on: date) -> Rating:
    """Judge a snapshot against a standard on a date."""
    return conclude(tuple(judge(criterion, snapshot, standard, on) for criterion in standard.criteria), snapshot, standard, on)


def conclude(findings: tuple[Finding, ...], snapshot: Snapshot, standard: Standard, on: date) -> Rating:
    """Score and result that follow from the findings, which are in the order of the standard's criteria."""
    counted = [finding for finding in findings if finding.is_counted]
    score = _score(counted)
    return Rating(snapshot.ward_code, _result(counted, score, standard), score, findings, snapshot, standard, on)


def rating_without_data(ward_code: str, on: date) -> Rating:
    """The rating of a ward without any approved snapshot."""
    return Rating(ward_code, Result.NO_DATA, 0, (), None, None, on)


def judge(criterion: Criterion, snapshot: Snapshot, standard: Standard, on: date) -> Finding:
    """The finding of one criterion on a snapshot. A criterion that is not asked about, or not in force on that day, does not apply."""
    if not criterion.is_asked or not criterion.is_in_force(on):
        return Finding(criterion, FindingStatus.NOT_APPLICABLE, None, 0, 0)
    if criterion.applies_if is not None:
        applies = _read(criterion.applies_if, snapshot, standard, on)
        if applies.missing:
            return Finding(criterion, FindingStatus.UNANSWERED, None, None, 1, applies.missing)
        if not applies.value:
            return Finding(criterion, FindingStatus.NOT_APPLICABLE, None, 0, 0)

    driver = _read(criterion.requirement.per, snapshot, standard, on)
    if driver.missing:
        return Finding(criterion, FindingStatus.UNANSWERED, None, None, 1, driver.missing)
    need = criterion.requirement.need(driver.value)
    if need == 0 and not criterion.requirement.at_most:
        return Finding(criterion, FindingStatus.NOT_APPLICABLE, None, 0, 0)

    have = _read(criterion.measure, snapshot, standard, on)
    if have.missing:
        return Finding(criterion, FindingStatus.UNANSWERED, None, need, max(1, need), have.missing)
    excess = have.value - need if criterion.requirement.at_most else need - have.value
    status = FindingStatus.UNMET if excess > 0 else FindingStatus.MET
    end = _end_of(criterion, snapshot, standard)
    has_part = end is not None and (end >= on) == (status is FindingStatus.MET)
    return Finding(criterion, status, have.value, need, in_one_form(max(0, excess)), ends=end if has_part else None)


def _end_of(criterion: Criterion, snapshot: Snapshot, standard: Standard) -> date | None:
    """The first day on which an answer ends that the measure turns on: not every measure that reads such an answer does."""
    ends = [value for key in criterion.answers if isinstance(value := snapshot.fact(key), date)]
    if not ends:
        return None
    last_day = min(ends)
    then, later = (_read(criterion.measure, snapshot, standard, day) for day in (last_day, last_day + timedelta(days=1)))
    return last_day if then != later else None


def _read(measure: str | None, snapshot: Snapshot, standard: Standard, on: date) -> Reading:
    return Reading() if measure is None else MEASURES[measure].read(snapshot, standard.pc_max_age_years, on)


def _score(counted: list[Finding]) -> int:
    total = sum(finding.criterion.weight for finding in counted)
    met = sum(finding.criterion.weight for finding in counted if finding.is_met)
    return 100 * met // total if total else 0


def _result(counted: list[Finding], score: int, standard: Standard) -> Result:
    blocking = [finding.status for finding in counted if finding.criterion.blocking]
    if FindingStatus.UNMET in blocking:
        return Result.NOT_READY
    if FindingStatus.UNANSWERED in blocking:
        return Result.INCOMPLETE
    return Result.READY if score >= standard.pass_mark else Result.NOT_READY
