"""Answers that contradict one another: one row per rule, and the limits that the questionnaire itself names. Pure.

The rules belong to the program, not to a version of the questionnaire: one applies where all questions that it reads are asked, and
answered in the way that it reads. What cannot be true is an error. What may be true is a doubt: a reason lets it pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import Owner
from portal.formats import format_day, format_number
from portal.numbers import Number
from scoring.rating.measures import WARD_OWNERS
from surveys.questionnaire.answers.kinds import kind_of
from surveys.questionnaire.answers.parsing import ParsedAnswer, Problem
from surveys.questionnaire.questions import Question, Questionnaire

PCS = ("A01", "A02")
COUNTER_GROUP = "B"
Answers = Mapping[str, ParsedAnswer]


@dataclass(frozen=True)
class Contradiction(Problem):
    """What is said of answers that contradict one another, at the field where it is corrected. ``about`` are all their questions."""

    about: frozenset[str] = frozenset()
    is_error: bool = True


@dataclass(frozen=True)
class Rule:
    """``reads`` names its questions with their kinds, ``at`` is the one at which it is told, ``group`` that of the equipment it reads too.

    ``find`` gives the sentence; blank where the answers agree, or where too few are known.
    """

    at: str
    reads: Mapping[str, str]
    find: Callable[[Answers], str]
    is_error: bool = True
    group: str = ""


def find_contradictions(questionnaire: Questionnaire, answers: Answers) -> tuple[Contradiction, ...]:
    """The contradictions between answers that are not wrong by themselves, each told once."""
    found = [
        _told_at(questionnaire.by_key[rule.at], message, [*rule.reads, *_of_group(answers, rule.group)], is_error=rule.is_error)
        for rule in RULES
        if _applies(rule, questionnaire, answers) and (message := rule.find(answers))
    ]
    limits = (
        contradiction
        for question in questionnaire.questions
        for find in (_excess, _end_before_start)
        for contradiction in find(questionnaire, question, answers)
    )
    return (*found, *limits)


def _applies(rule: Rule, questionnaire: Questionnaire, answers: Answers) -> bool:
    return all(key in answers and questionnaire.by_key[key].kind == kind for key, kind in rule.reads.items())


def _told_at(question: Question, message: str, about: list[str], *, is_error: bool = True) -> Contradiction:
    return Contradiction(kind_of(question).main_field(question), question.key, message, frozenset(about), is_error)


def _no_staff(answers: Answers) -> str:
    if _number(answers, "staff_total") != 0:
        return ""
    return "Đơn vị nào cũng có cán bộ, công chức; đang ghi 0 người. Ghi tổng số người theo biên chế được giao và hợp đồng."


def _staff_groups(answers: Answers) -> str:
    groups = [_number(answers, key) for key in ("staff_vi", "staff_vii", "staff_viii")]
    total, sum_of_groups = _number(answers, "staff_total"), sum(count or 0 for count in groups)
    # A field has room for one sentence: a total of none is told by itself.
    if not total or None in groups or sum_of_groups == total:
        return ""
    return f"Tổng số là {format_number(total)} nhưng ba nhóm chức danh cộng lại là {format_number(sum_of_groups)}. Sửa cho khớp."


def _no_site(answers: Answers) -> str:
    if _number(answers, "sites") != 0:
        return ""
    return "Đơn vị nào cũng có ít nhất 1 trụ sở làm việc; đang ghi 0. Ghi số trụ sở, kể cả trụ sở chính."


def _unknown_links(answers: Answers) -> str:
    sites = _number(answers, "sites")
    if sites is None or sites <= 1 or not answers["sites_linked"].unknown:
        return ""
    return (
        f"Đơn vị khai {format_number(sites)} trụ sở nên câu này quyết định tiêu chí nối trụ sở phụ về trụ sở chính. "
        "Ghi số trụ sở phụ đã nối (chưa nối thì ghi 0), hoặc ghi lý do chưa nắm được và ngày dự kiến có số liệu."
    )


def _counters_of_the_centre(answers: Answers) -> str:
    if not _centre_owns_all_counters(answers) or _has_unknown_counters(answers):
        return ""
    return (
        "Đơn vị trả lời “Có” nhưng mọi thiết bị quầy đã khai đều của Trung tâm Phục vụ hành chính công TP. "
        "Chọn “Không”, hoặc sửa đơn vị sở hữu của thiết bị quầy."
    )


def _known_counters_of_the_centre(answers: Answers) -> str:
    if not _centre_owns_all_counters(answers) or not _has_unknown_counters(answers):
        return ""
    return (
        "Đơn vị trả lời “Có” nhưng mọi thiết bị quầy đã nắm được đều của Trung tâm Phục vụ hành chính công TP. "
        "Chọn “Không”, hoặc ghi rõ đơn vị còn sở hữu thiết bị quầy nào."
    )


def _centre_owns_all_counters(answers: Answers) -> bool:
    """Whether each item of the counters is answered, and all that was declared is the centre's."""
    items = [answers[key] for key in _of_group(answers, COUNTER_GROUP)]
    lots = [lot for answer in items for lot in answer.lots]
    is_complete = all(answer.answered and not answer.problems for answer in items)
    all_of_centre = bool(lots) and all(lot.owner is Owner.CITY_CENTRE for lot in lots)
    return answers["owns_counters"].fact is True and is_complete and all_of_centre


def _has_unknown_counters(answers: Answers) -> bool:
    return any(answers[key].unknown for key in _of_group(answers, COUNTER_GROUP))


def _main_site_without(main_site: str, everywhere: str, words: str) -> Callable[[Answers], str]:
    """That the main office has what was counted nowhere."""

    def find(answers: Answers) -> str:
        has_one, count = answers[main_site].fact is True, _count(answers[everywhere])
        return f"Đơn vị trả lời “Có” nhưng {words} đang ghi 0. Sửa một trong hai câu." if has_one and count == 0 else ""

    return find


def _main_site_too_warm(answers: Answers) -> str:
    sites, kept = _number(answers, "sites"), _number(answers, "sites_temperature")
    if not sites or kept != sites or answers["main_site_temperature"].fact is not False:
        return ""
    return (
        f"Đơn vị trả lời “Không” nhưng câu đếm số trụ sở giữ được nhiệt độ ghi {format_number(kept)}, bằng số trụ sở làm việc. "
        "Sửa một trong hai câu."
    )


def _licence_of_nothing(answers: Answers) -> str:
    licence, count = answers["main_firewall_until"].fact, _count(answers["G01"])
    if count != 0 or not licence:
        return ""
    return (
        "Đơn vị ghi hạn bản quyền nhưng số tường lửa dùng được, còn bản quyền (của đơn vị hoặc thuê, mượn) đang ghi 0. "
        "Bản quyền còn hạn thì sửa số lượng; đã hết hạn thì ghi lý do."
    )


def _of_group(answers: Answers, group: str) -> list[str]:
    """The questions on equipment of a group of the catalogue."""
    catalogue = load_catalogue()
    return [key for key in answers if group and key in catalogue and catalogue[key].group == group]


RULES = (
    # A ward has an office and people: none of either is a slip.
    Rule("staff_total", {"staff_total": "count"}, _no_staff),
    Rule("staff_total", dict.fromkeys(("staff_total", "staff_vi", "staff_vii", "staff_viii"), "count"), _staff_groups),
    Rule("sites", {"sites": "count"}, _no_site),
    # It may be true that nobody has counted yet.
    Rule("sites_linked", dict.fromkeys(("sites", "sites_linked"), "count"), _unknown_links, is_error=False),
    # Who owns nothing of the counters does not own them; where an item is not known yet, that one may be the ward's.
    Rule("owns_counters", {"owns_counters": "yesno"}, _counters_of_the_centre, group=COUNTER_GROUP),
    Rule("owns_counters", {"owns_counters": "yesno"}, _known_counters_of_the_centre, is_error=False, group=COUNTER_GROUP),
    # What stands at the main office is counted among those of all offices.
    Rule(
        "main_site_ups",
        {"main_site_ups": "yesno", "F01": "equipment"},
        _main_site_without("main_site_ups", "F01", "số bộ lưu điện còn dùng được của đơn vị hoặc thuê, mượn"),
    ),
    Rule(
        "main_site_cabinet",
        {"main_site_cabinet": "yesno", "F06": "equipment"},
        _main_site_without("main_site_cabinet", "F06", "số bộ khóa, kiểm soát ra vào còn dùng được của đơn vị hoặc thuê, mượn"),
    ),
    Rule(
        "main_site_temperature",
        {"main_site_temperature": "yesno", "sites_temperature": "count"},
        _main_site_without("main_site_temperature", "sites_temperature", "số trụ sở giữ được nhiệt độ phòng thiết bị"),
    ),
    Rule(
        "main_site_temperature",
        {"main_site_temperature": "yesno", "sites_temperature": "count", "sites": "count"},
        _main_site_too_warm,
    ),
    # A licence that has ended is counted no longer.
    Rule("main_firewall_until", {"main_firewall_until": "until", "G01": "equipment"}, _licence_of_nothing, is_error=False),
)


def _excess(questionnaire: Questionnaire, question: Question, answers: Answers) -> list[Contradiction]:
    """A part that exceeds its whole, told at a field that the ward can correct."""
    keys = PCS if question.at_most == "pcs" else (question.at_most,)
    wholes = [whole for whole in questionnaire.questions if whole.key in keys and whole.key in answers]
    value, limit = _number(answers, question.key), _limit(wholes, answers)
    if value is None or limit is None:
        return []
    most = max(0, limit - question.at_most_less)
    if value <= most:
        return []
    about = [question.key, *(whole.key for whole in wholes)]
    of_ward = [whole for whole in wholes if whole.asked_of == "ward"]
    if question.asked_of == "city" and of_ward:
        message = (
            f"Số này là {format_number(limit)}, nhưng câu “{question.label}” do thành phố trả lời là {format_number(value)}. "
            "Sửa số này; nếu số của thành phố sai thì hỏi bộ phận thẩm định."
        )
        return [_told_at(of_ward[0], message, about)]
    subject = "Đơn vị khai" if of_ward else "Thành phố trả lời"
    unit = "máy còn dùng được (của đơn vị hoặc thuê, mượn)" if answers[wholes[0].key].items else wholes[0].unit
    whole = f"{format_number(limit)} {unit}".strip()
    questions = " và ".join(f"“{whole.label}”" for whole in wholes)
    cure = "Sửa một trong hai câu." if len(wholes) == 1 else "Sửa một trong các câu này."
    message = (
        f"{subject} {whole} ở câu {questions} nên câu này nhiều nhất là {format_number(most)}; "
        f"đang ghi {format_number(value)}. {cure}"
    )
    return [_told_at(question, message, about)]


def _end_before_start(questionnaire: Questionnaire, question: Question, answers: Answers) -> list[Contradiction]:
    """A day that lies before the one on which what it ends began."""
    start = questionnaire.question(question.not_before) if question.not_before else None
    if start is None:
        return []
    began, ends = (answers[key].fact if key in answers else None for key in (start.key, question.key))
    if not isinstance(began, date) or not isinstance(ends, date) or began <= ends:
        return []
    message = f"Ngày {format_day(ends)} trước ngày {format_day(began)} ở câu “{start.label}”. Sửa một trong hai câu."
    return [_told_at(question, message, [start.key, question.key])]


def _limit(wholes: list[Question], answers: Answers) -> Number | None:
    """The answer of the whole: its number, or the working machines that the ward owns or leases, as they are rated."""
    counts = [_count(answers[whole.key]) for whole in wholes]
    known = [count for count in counts if count is not None]
    return sum(known, start=0) if known and len(known) == len(counts) else None


def _count(answer: ParsedAnswer) -> Number | None:
    """How many an answer says that there are: its number, or the working machines that the ward owns or leases."""
    if answer.fact is not None:
        return answer.fact if isinstance(answer.fact, Number) and not isinstance(answer.fact, bool) else None
    if not answer.items or answer.unknown or answer.problems:
        return None
    return sum(lot.working for lot in answer.lots if lot.owner in WARD_OWNERS)


def _number(answers: Answers, key: str) -> Number | None:
    answer = answers.get(key)
    return _count(answer) if answer is not None and answer.fact is not None else None
