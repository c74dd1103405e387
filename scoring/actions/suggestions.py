"""Suggested texts of an action, from a ward or from a criterion that is not met: a start to edit, never a decision. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from scoring.actions.action import WARD_PLACEHOLDER, PublicBody
from scoring.rating.explain import answer_label, verdict
from scoring.rating.rating import Finding, FindingStatus, Rating, Result
from scoring.rating.redaction import redact_rating, sees_nothing
from scoring.rating.standard import Criterion

DEFAULT_DAYS = 14
MAX_NAMED = 3
READY = "Kết quả đánh giá của đơn vị là đáp ứng"
UNNAMED = "Bổ sung các tiêu chí chưa đạt (xem trang của đơn vị) để đơn vị đáp ứng."
HANDOVER_RECORD = "Biên bản bàn giao, nghiệm thu; hiện trạng mới trong phiếu khảo sát đã duyệt"
WRITTEN_PROOF = "Văn bản, ảnh hoặc tệp chứng minh đính kèm phiếu khảo sát đã duyệt"


@dataclass(frozen=True)
class Suggestion:
    """The initial values of a form."""

    task: str
    due: date
    deliverable: str
    evidence: str
    authority: PublicBody
    unit: PublicBody = PublicBody.WARD
    head: str = f"Chủ tịch UBND {WARD_PLACEHOLDER}"


def suggest_for_finding(finding: Finding, on: date, target: date) -> Suggestion:
    """For what one ward lacks, with the figures of its finding."""
    criterion = finding.criterion
    if finding.status is FindingStatus.UNANSWERED:
        questions = "”, “".join(answer_label(key) for key in finding.missing)
        due = suggest_deadline(on, target, needs_purchase=False)
        task = f"Trả lời trong phiếu khảo sát: “{questions}” (tiêu chí {criterion.code})."
        return Suggestion(task, due, _deliverable(criterion), WRITTEN_PROOF, PublicBody.WARD)
    return _suggest_remedy(f"{criterion.remedy.text}. {verdict(finding)}.", criterion, on, target)


def suggest_for_criterion(criterion: Criterion, on: date, target: date) -> Suggestion:
    """For many wards that lack the same: without the figures of any of them."""
    return _suggest_remedy(f"{criterion.remedy.text}, để đạt tiêu chí {criterion.code} “{criterion.name}”.", criterion, on, target)


def suggest_for_ward(rating: Rating, on: date, target: date) -> Suggestion:
    """For everything that a ward lacks, blocking criteria first. More people read an action than may see network security (group G), so
    that no word, number or day of it rests on that group, whoever gives it out.
    """
    if rating.result is Result.NO_DATA:
        task = "Hoàn thành và gửi phiếu khảo sát hạ tầng CNTT."
        return Suggestion(
            task, suggest_deadline(on, target, needs_purchase=False), "Phiếu khảo sát đã duyệt", WRITTEN_PROOF, PublicBody.WARD
        )
    shown = redact_rating(rating, sees_nothing)
    missing = shown.unmet_blocking or shown.unmet
    if not missing:
        return suggest_for_many(on, target)
    names = [finding.criterion.name for finding in missing]
    remainder = f" và {len(names) - MAX_NAMED} tiêu chí khác" if len(names) > MAX_NAMED else ""
    needs_purchase = any(finding.criterion.remedy.money_mends for finding in missing)
    return Suggestion(
        f"Bổ sung để đơn vị đáp ứng. {shown.headline}: {'; '.join(names[:MAX_NAMED])}{remainder}.",
        suggest_deadline(on, target, needs_purchase=needs_purchase),
        READY,
        HANDOVER_RECORD if needs_purchase else WRITTEN_PROOF,
        PublicBody.FINANCE if needs_purchase else PublicBody.WARD,
    )


def suggest_for_many(on: date, target: date) -> Suggestion:
    """For wards that share nothing but not being ready."""
    return Suggestion(
        UNNAMED,
        suggest_deadline(on, target, needs_purchase=True),
        READY,
        HANDOVER_RECORD,
        PublicBody.FINANCE,
    )


def suggest_for_city(on: date, target: date) -> Suggestion:
    """For the city itself: no figure says what it lacks, so the texts start empty."""
    return Suggestion("", suggest_deadline(on, target, needs_purchase=False), "", "", PublicBody.CITY, PublicBody.SCIENCE, "")


def suggest_deadline(on: date, target: date, *, needs_purchase: bool) -> date:
    """A deadline. Buying takes the whole time to the target date of the city; what needs none of that, and everything once the
    target date has passed, gets the next working day in a fortnight.
    """
    fortnight = on + timedelta(days=DEFAULT_DAYS)
    if on < target and (needs_purchase or target < fortnight):
        return target
    return fortnight + timedelta(days=max(0, 7 - fortnight.weekday()) if fortnight.weekday() > 4 else 0)


def _suggest_remedy(task: str, criterion: Criterion, on: date, target: date) -> Suggestion:
    needs_purchase = criterion.remedy.money_mends
    return Suggestion(
        task,
        suggest_deadline(on, target, needs_purchase=needs_purchase),
        _deliverable(criterion),
        HANDOVER_RECORD if needs_purchase else WRITTEN_PROOF,
        PublicBody.FINANCE if needs_purchase else PublicBody.WARD,
    )


def _deliverable(criterion: Criterion) -> str:
    return f"Tiêu chí {criterion.code} “{criterion.name}” đạt"
