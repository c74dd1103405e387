"""The text of a brief: the same sections for the page, the PDF and the document. Pure. Every sentence is made from its figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exports.brief.brief import Brief, money_text
from inventory.catalogue import GROUPS
from inventory.wards.wards import Ward
from portal.formats import format_day, format_number, format_percent
from scoring.actions.action import name_in_text
from scoring.rating.rating import Result

# As many as one page holds without crowding.
MAX_NAMES, MAX_CRITERIA, MAX_DUTIES = 6, 5, 6
INK = "#1f2933"
DEMO = "SỐ LIỆU MINH HỌA: mọi con số là giả định, không phải số liệu thật của đơn vị nào."


@dataclass(frozen=True)
class Table:
    """A small table: heads, and rows of as many cells. ``figures`` are the places of the columns that hold figures."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[int, ...] = ()


@dataclass(frozen=True)
class Card:
    """A large figure and its label, with the colour of its edge."""

    figure: str
    label: str
    colour: str


@dataclass(frozen=True)
class Section:
    """From top to bottom: a heading, a table, sentences, a numbered list, and a note in small letters."""

    heading: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    steps: tuple[str, ...] = ()
    note: str = ""


def title(brief: Brief) -> str:
    """``Tóm tắt mức độ đáp ứng: Phường Cửa Nam``."""
    return f"Tóm tắt mức độ đáp ứng: {brief.scope.name}"


def origin(brief: Brief) -> str:
    """The line that stands beside every figure: the standard, how many wards are behind it, and the date of the data."""
    as_of = f"số liệu tính đến ngày {format_day(brief.as_of)}" if brief.as_of else "chưa có số liệu"
    coverage = "" if brief.rating else f" · tổng hợp từ {brief.approved}/{len(brief.scope.wards)} đơn vị đã thẩm định"
    return f"{brief.standard.banner}{coverage} · {as_of}"


def source(brief: Brief) -> str:
    """Where the figures come from, and the day on which the brief was made."""
    return f"Nguồn: phiếu khảo sát đã duyệt của các xã, phường; bảng giá đang dùng. Lập ngày {format_day(brief.on)}."


def deadline(brief: Brief) -> str:
    """``Quá hạn 238 ngày so với ngày 31/03/2026``, ``Còn 5 ngày đến hạn …``."""
    day = format_day(brief.target)
    if brief.days_left < 0:
        return f"Quá hạn {format_number(-brief.days_left)} ngày so với ngày {day}"
    return f"Còn {format_number(brief.days_left)} ngày đến hạn {day}" if brief.days_left else f"Hôm nay là hạn {day}"


def cards(brief: Brief) -> tuple[Card, ...]:
    """The figures that the page leads with: the results, or the result of one ward; then the deadline."""
    days = brief.days_left
    deadline_card = Card(f"{format_number(abs(days))} ngày", "quá hạn" if days < 0 else "đến hạn", "#a3202f" if days < 0 else INK)
    if brief.rating is None:
        result_cards = tuple(Card(str(brief.counts[result]), result.label.lower(), result.colour) for result in Result)
        return (*result_cards, deadline_card)
    rating = brief.rating
    if rating.snapshot is None:
        return (Card(rating.result.label, "kết quả", rating.result.colour), deadline_card)
    return (
        Card(rating.result.label, "kết quả", rating.result.colour),
        Card(f"{rating.score}/100", f"điểm, điểm đạt {brief.standard.pass_mark}", INK),
        Card(str(len(rating.unmet_blocking)), f"tiêu chí bắt buộc chưa đạt{', ngoài nhóm G' if rating.is_redacted else ''}", INK),
        deadline_card,
    )


def sections(brief: Brief) -> tuple[Section, ...]:
    """The page from top to bottom; an empty section is left out."""
    candidates = (
        _result_section(brief),
        _members_section(brief),
        _change_section(brief),
        _missing_section(brief),
        _money_section(brief),
        _steps_section(brief),
        _duties_section(brief),
    )
    return tuple(section for section in candidates if section is not None)


def _result_section(brief: Brief) -> Section:
    if brief.rating is not None:
        return Section("Kết quả hiện nay", (*_ward_result(brief), f"{deadline(brief)}."))
    total, counts = len(brief.scope.wards), brief.counts
    share = format_percent(counts[Result.READY] / total)
    others = ", ".join(f"{counts[result]} {result.label.lower()}" for result in Result if result is not Result.READY)
    return Section(
        "Kết quả hiện nay", (f"{counts[Result.READY]}/{total} đơn vị đáp ứng ({share}); {others}.", f"{deadline(brief)}.")
    )


def _ward_result(brief: Brief) -> Iterable[str]:
    rating = brief.rating
    assert rating is not None
    yield f"{rating.result.label}. {rating.headline}."
    if rating.snapshot is not None:
        yield f"Điểm {rating.score}/100, điểm đạt {brief.standard.pass_mark}."
    if brief.grade is not None:
        yield f"Độ tin cậy: {brief.grade.label.lower()}."


def _members_section(brief: Brief) -> Section | None:
    rows = tuple((member.ward.full_name, member.result.label, member.headline) for member in brief.members)
    return Section("Từng xã, phường", table=Table(("Xã, phường", "Kết quả", "Điều chính"), rows)) if rows else None


def _change_section(brief: Brief) -> Section:
    note = "Hai đợt xét theo cùng bộ tiêu chuẩn đang dùng, cùng một ngày."
    heading = "Thay đổi so với đợt trước"
    if not brief.change.compared:
        return Section(heading, ("Chưa có đợt trước để so.",))
    if brief.rating is not None:
        return Section(heading, tuple(_ward_change(brief)), note=note)
    change, total = brief.change, len(brief.scope.wards)
    sentences = [f"So được {change.compared}/{total} đơn vị: đáp ứng {change.ready_before} → {change.ready_now}."]
    sentences += [f"Mới đáp ứng: {_list_wards(change.gained)}." if change.gained else "Không có đơn vị nào mới đáp ứng."]
    sentences += [f"Không còn đáp ứng: {_list_wards(change.lost)}." if change.lost else "Không có đơn vị nào thôi đáp ứng."]
    return Section(heading, tuple(sentences), note=note)


def _ward_change(brief: Brief) -> Iterable[str]:
    previous, current = brief.previous, brief.rating
    assert previous is not None
    assert previous.snapshot is not None
    assert current is not None
    as_of = format_day(previous.snapshot.as_of)
    yield f"{brief.previous_round} ({as_of}): {previous.result.label.lower()}, {previous.score} điểm. Nay: {current.result.label.lower()}, {current.score} điểm."


def _missing_section(brief: Brief) -> Section | None:
    heading = "Thiếu nhiều nhất" if brief.rating is None else "Còn thiếu"
    if not brief.approved:
        return None
    page_owner = "từng đơn vị" if brief.rating is None else "đơn vị"
    security = (f"Có tiêu chí thuộc nhóm G. {GROUPS['G']} chưa đạt; xem trang của {page_owner}.",) if brief.has_security else ()
    if brief.is_redacted:
        security = (f"Không kể nhóm G. {GROUPS['G']}: số liệu nhạy cảm.",)
    listed, rest = brief.missing[:MAX_CRITERIA], len(brief.missing) - MAX_CRITERIA
    more = (f"Và {rest} tiêu chí khác.",) if rest > 0 else ()
    if not listed:
        nothing = ("Không còn tiêu chí nào chưa đạt.",) if brief.is_redacted or not security else ()
        return Section(heading, (*nothing, *security))
    if brief.rating is not None:
        rows = tuple(
            (f"{criterion.verdict[0].upper()}{criterion.verdict[1:]}", _yes_no(is_blocking=criterion.is_blocking))
            for criterion in listed
        )
        return Section(heading, (*more, *security), Table(("Tiêu chí chưa đạt", "Bắt buộc"), rows))
    counts = tuple(
        (criterion.name, _yes_no(is_blocking=criterion.is_blocking), f"{criterion.wards}/{brief.approved}") for criterion in listed
    )
    return Section(heading, (*more, *security), Table(("Tiêu chí chưa đạt", "Bắt buộc", "Số đơn vị"), counts, (2,)))


def _yes_no(*, is_blocking: bool) -> str:
    return "có" if is_blocking else "không"


def _money_section(brief: Brief) -> Section | None:
    money, heading = brief.money, "Kinh phí cần bổ sung để đáp ứng"
    if not money.priced + money.beyond_money:
        return None
    sentences = []
    if money.priced:
        subject = "" if brief.rating else f"{money.priced} đơn vị đáp ứng được nếu bố trí kinh phí: "
        sentence = f"{subject}{money_text(money.capital, money.recurrent)}."
        sentences.append(f"{sentence[0].upper()}{sentence[1:]}")
    if money.beyond_money:
        sentences.append(_beyond_money(brief))
    note = "Phương án đầu tư tính theo thuế suất và giá gia hạn của từng năm nên có thể khác." if money.priced else ""
    if money.without_evidence:
        unproven = f"{money.without_evidence}/{money.items} danh mục dùng đơn giá tham khảo, chưa có căn cứ giá"
        note = f"Số tiền là dự kiến: {unproven}. {note}".rstrip()
    return Section(heading, tuple(sentences), note=note)


def _beyond_money(brief: Brief) -> str:
    if brief.rating is None:
        return (
            f"{brief.money.beyond_money} đơn vị bố trí kinh phí vẫn chưa đủ điều kiện: còn tiêu chí phải trả lời hoặc xử lý trước."
        )
    blockers = brief.money.blockers
    names = (
        f" Cần trả lời hoặc xử lý trước: {'; '.join(blockers[:MAX_NAMES])}{_count_others(len(blockers), 'tiêu chí')}."
        if blockers
        else ""
    )
    return f"Bố trí kinh phí vẫn chưa đủ điều kiện.{names}"


def _steps_section(brief: Brief) -> Section:
    if not brief.is_suggested:
        rows = tuple((step.task, step.unit, f"{format_day(step.due)}, {step.state}") for step in brief.steps if step.due)
        return Section("Việc cần làm tiếp", table=Table(("Việc", "Trách nhiệm", "Hạn"), rows))
    heading = "Gợi ý việc cần làm tiếp"
    if not brief.steps:
        return Section(heading, ("Chưa giao việc nào, và không có gợi ý nào tính được từ số liệu.",))
    return Section(
        heading,
        ("Chưa giao việc nào; dưới đây là gợi ý tính từ số liệu, chưa phải quyết định.",),
        steps=tuple(f"{step.task}." for step in brief.steps),
    )


def _duties_section(brief: Brief) -> Section | None:
    rows = tuple((duty.unit, str(duty.count), str(duty.overdue), format_day(duty.due)) for duty in brief.duties[:MAX_DUTIES])
    table = Table(("Đơn vị", "Việc chưa xong", "Quá hạn", "Hạn sớm nhất"), rows, (1, 2)) if rows else None
    sentences = []
    if len(brief.duties) > MAX_DUTIES:
        sentences.append(f"Và {len(brief.duties) - MAX_DUTIES} đơn vị khác còn việc chưa xong.")
    if brief.without_data and brief.rating is None:
        sentences.append(f"Chưa có số liệu, vì chưa có phiếu khảo sát nào được duyệt: {_list_wards(brief.without_data)}.")
    elif brief.without_data:
        sentences.append(f"{brief.scope.name} chưa có số liệu, vì chưa có phiếu khảo sát nào được duyệt.")
    return Section("Ai còn nợ việc gì, đến khi nào", tuple(sentences), table) if table or sentences else None


def _list_wards(wards: Sequence[Ward]) -> str:
    """``12 đơn vị: phường Ba Đình, … và 6 đơn vị khác``."""
    names = ", ".join(name_in_text(ward) for ward in wards[:MAX_NAMES])
    return f"{len(wards)} đơn vị: {names}{_count_others(len(wards), 'đơn vị')}"


def _count_others(count: int, noun: str) -> str:
    return f" và {count - MAX_NAMES} {noun} khác" if count > MAX_NAMES else ""
