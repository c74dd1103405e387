"""The differences between two standards, as text. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import ConnectionKind
from scoring.rating.measures import MEASURES
from scoring.rating.standard import Criterion, Requirement, Standard

_YES_NO = {True: "có", False: "không"}
_REPLACED = {"worn": "thay máy quá tuổi", "any": "thay máy cũ nhất"}
_DESCRIPTIONS: dict[str, Callable[[Criterion], str]] = {
    "tên": lambda criterion: criterion.name,
    "phép đo": lambda criterion: MEASURES[criterion.measure].label,
    "mức yêu cầu": lambda criterion: describe_need(criterion.requirement),
    "trọng số": lambda criterion: str(criterion.weight),
    "tiêu chí bắt buộc": lambda criterion: _YES_NO[criterion.blocking],
    "mức": lambda criterion: criterion.tier.label,
    "ngưỡng chờ quyết định": lambda criterion: _YES_NO[criterion.undecided],
    "điều kiện áp dụng": lambda criterion: MEASURES[criterion.applies_if].label if criterion.applies_if else "mọi đơn vị",
    "có hiệu lực từ": lambda criterion: _day_text(criterion.effective_from),
    "hết hiệu lực sau": lambda criterion: _day_text(criterion.effective_to),
    "nguồn": lambda criterion: criterion.source_text,
    "nhãn nguồn": lambda criterion: criterion.source_label,
    "giải pháp": lambda criterion: _describe_remedy(criterion),
}


@dataclass(frozen=True)
class Difference:
    """What differs in one criterion, a sentence each, and the reason that the newer standard gives. The standard itself has no code."""

    code: str
    name: str
    sentences: tuple[str, ...]
    reason: str = ""


def list_differences(old: Standard, new: Standard) -> tuple[Difference, ...]:
    """Criterion by criterion in the order of the new standard, then what it drops; nothing where the two judge alike."""
    return tuple(difference for difference in _differences(old, new) if difference.sentences)


def describe_changes(old: Standard, new: Standard) -> tuple[str, ...]:
    """One sentence for each thing that differs, with the code of its criterion."""
    return tuple(
        f"{difference.code}, {sentence}" if difference.code else sentence
        for difference in list_differences(old, new)
        for sentence in difference.sentences
    )


def describe_need(need: Requirement) -> str:
    """``100 % × Số trụ sở làm việc``, ``từ 200 trở lên``, ``không quá 90``."""
    parts = [str(need.constant)] if need.constant or need.per is None else []
    if need.per is not None:
        share = f"{need.percent} % × {_name_measure(need.per)}"
        share += f" × {need.times}" if need.times != 1 else ""
        parts.append(share + (f" : {need.each}" if need.each != 1 else ""))
    text = " + ".join(parts)
    if need.at_least:
        text = f"ít nhất {need.at_least}" if text == "0" else f"{text}, ít nhất {need.at_least}"
    return f"không quá {text}" if need.at_most else text


def _differences(old: Standard, new: Standard) -> Iterator[Difference]:
    yield Difference("", new.name, tuple(_describe_whole(old, new)))
    before = {criterion.code: criterion for criterion in old.criteria}
    after = {criterion.code: criterion for criterion in new.criteria}
    for code, criterion in after.items():
        if code not in before:
            sentences = [f"thêm tiêu chí “{criterion.name}”, trọng số {criterion.weight}"]
        else:
            pairs = ((name, describe(before[code]), describe(criterion)) for name, describe in _DESCRIPTIONS.items())
            sentences = [f"{name}: {was} → {now}" for name, was, now in pairs if was != now]
        yield Difference(code, criterion.name, tuple(sentences), new.reasons.get(code, ""))
    for code, criterion in before.items():
        if code not in after:
            yield Difference(code, criterion.name, (f"bỏ tiêu chí “{criterion.name}”",), new.reasons.get(code, ""))


def _describe_whole(old: Standard, new: Standard) -> Iterator[str]:
    if old.pass_mark != new.pass_mark:
        yield f"Điểm đạt: {old.pass_mark} → {new.pass_mark}"
    if old.pc_max_age_years != new.pc_max_age_years:
        yield f"Tuổi máy tính tối đa: {old.pc_max_age_years} → {new.pc_max_age_years} năm"


def _day_text(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "không định ngày"


def _describe_remedy(criterion: Criterion) -> str:
    rule, catalogue = criterion.remedy, load_catalogue()
    items = ", ".join(
        f"{part.item} {catalogue[part.item].name}"
        + (f" (1 cho {part.each})" if part.each != 1 else "")
        + (f" theo {_name_measure(part.of)}" if part.of else "")
        for part in rule.items
    )
    answers = ", ".join(map(_name_measure, (*rule.raises, *rule.sets)))
    line = ConnectionKind(rule.line).label if rule.line else ""
    return "; ".join(filter(None, (rule.text, items, answers and f"bổ sung: {answers}", line, _REPLACED.get(rule.replaces, ""))))


def _name_measure(name: str) -> str:
    label = MEASURES[name].label
    return f"{label[0].lower()}{label[1:]}"
