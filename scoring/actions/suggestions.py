"""What an action may say, suggested from a ward or from a criterion that is not met: a start to edit, never a decision. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from scoring.actions.action import WARD_PLACE, Body
from scoring.rating.explain import name_answer, verdict
from scoring.rating.rating import Finding, FindingStatus, Rating, Result
from scoring.rating.standard import Criterion

DAYS = 14
NAMED = 3
SECURITY = "tiêu chí an ninh mạng (xem trang của đơn vị)"
HANDED_OVER = "Biên bản bàn giao, nghiệm thu; hiện trạng mới trong phiếu khảo sát đã duyệt"
WRITTEN = "Văn bản, ảnh hoặc tệp chứng minh đính kèm phiếu khảo sát đã duyệt"


@dataclass(frozen=True)
class Suggestion:
    """The fields that a form begins with."""

    task: str
    due: date
    deliverable: str
    evidence: str
    authority: Body
    unit: Body = Body.WARD
    head: str = f"Chủ tịch UBND {WARD_PLACE}"


def suggest_for_finding(finding: Finding, on: date, target: date) -> Suggestion:
    """From what one ward lacks, with the figures of its finding."""
    criterion = finding.criterion
    if finding.status is FindingStatus.UNANSWERED:
        asked = "”, “".join(name_answer(key) for key in finding.missing)
        due = suggest_day(on, target, buys=False)
        task = f"Trả lời trong phiếu khảo sát: “{asked}” (tiêu chí {criterion.code})."
        return Suggestion(task, due, _met(criterion), WRITTEN, Body.WARD)
    return _suggest(f"{criterion.remedy.text}. {verdict(finding)}.", criterion, on, target)


def suggest_for_criterion(criterion: Criterion, on: date, target: date) -> Suggestion:
    """For many wards that lack the same: without the figures of any of them."""
    return _suggest(f"{criterion.remedy.text}, để đạt tiêu chí {criterion.code} “{criterion.name}”.", criterion, on, target)


def suggest_for_ward(rating: Rating, on: date, target: date) -> Suggestion:
    """From all that a ward lacks, blocking criteria first. What would help an attacker is not named."""
    if rating.result is Result.NO_DATA:
        task = "Hoàn thành và gửi phiếu khảo sát hạ tầng CNTT."
        return Suggestion(task, suggest_day(on, target, buys=False), "Phiếu khảo sát đã duyệt", WRITTEN, Body.WARD)
    missing = rating.unmet_blocking or rating.unmet
    named = list(dict.fromkeys(SECURITY if one.criterion.is_sensitive else one.criterion.name for one in missing))
    more = f" và {len(named) - NAMED} tiêu chí khác" if len(named) > NAMED else ""
    lacking = f": {'; '.join(named[:NAMED])}{more}" if named else ""
    buys = any(one.criterion.remedy.money_mends for one in missing)
    return Suggestion(
        f"Bổ sung để đơn vị đáp ứng. {rating.headline}{lacking}.",
        suggest_day(on, target, buys=buys),
        "Kết quả đánh giá của đơn vị là đáp ứng",
        HANDED_OVER if buys else WRITTEN,
        Body.FINANCE if buys else Body.WARD,
    )


def suggest_for_many(on: date, target: date) -> Suggestion:
    """For wards that have nothing in common but that they are not ready."""
    return Suggestion(
        "Bổ sung các tiêu chí chưa đạt (xem trang của đơn vị) để đơn vị đáp ứng.",
        suggest_day(on, target, buys=True),
        "Kết quả đánh giá của đơn vị là đáp ứng",
        HANDED_OVER,
        Body.FINANCE,
    )


def suggest_for_city(on: date, target: date) -> Suggestion:
    """For the city itself: it lacks nothing that could be read off, so the words are left to be typed."""
    return Suggestion("", suggest_day(on, target, buys=False), "", "", Body.CITY, Body.SCIENCE, "")


def suggest_day(on: date, target: date, *, buys: bool) -> date:
    """A deadline. Buying takes the whole time to the target date of the city; what needs none of that, and everything once the
    target date has passed, gets the next working day in a fortnight.
    """
    fortnight = on + timedelta(days=DAYS)
    if on < target and (buys or target < fortnight):
        return target
    return fortnight + timedelta(days=max(0, 7 - fortnight.weekday()) if fortnight.weekday() > 4 else 0)


def _suggest(task: str, criterion: Criterion, on: date, target: date) -> Suggestion:
    buys = criterion.remedy.money_mends
    return Suggestion(
        task,
        suggest_day(on, target, buys=buys),
        _met(criterion),
        HANDED_OVER if buys else WRITTEN,
        Body.FINANCE if buys else Body.WARD,
    )


def _met(criterion: Criterion) -> str:
    return f"Tiêu chí {criterion.code} “{criterion.name}” đạt"
