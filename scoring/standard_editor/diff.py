"""The differences between two standards, as text. Pure."""

from collections.abc import Callable, Iterator
from datetime import date

from scoring.rating.measures import MEASURES
from scoring.rating.standard import Criterion, Requirement, Standard

_YES_NO = {True: "có", False: "không"}
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


def describe_changes(old: Standard, new: Standard) -> tuple[str, ...]:
    """One sentence for each thing that differs, in the order of the new standard; nothing where the two judge alike."""
    return tuple(_changes(old, new))


def describe_need(need: Requirement) -> str:
    """``100 % × Số trụ sở làm việc``, ``từ 200 trở lên``, ``không quá 90``."""
    parts = [str(need.constant)] if need.constant or need.per is None else []
    if need.per is not None:
        label = MEASURES[need.per].label
        share = f"{need.percent} % × {label[0].lower()}{label[1:]}"
        share += f" × {need.times}" if need.times != 1 else ""
        parts.append(share + (f" : {need.each}" if need.each != 1 else ""))
    text = " + ".join(parts)
    if need.at_least:
        text = f"ít nhất {need.at_least}" if text == "0" else f"{text}, ít nhất {need.at_least}"
    return f"không quá {text}" if need.at_most else text


def _changes(old: Standard, new: Standard) -> Iterator[str]:
    if old.pass_mark != new.pass_mark:
        yield f"Điểm đạt: {old.pass_mark} → {new.pass_mark}"
    if old.pc_max_age_years != new.pc_max_age_years:
        yield f"Tuổi máy tính tối đa: {old.pc_max_age_years} → {new.pc_max_age_years} năm"
    before = {criterion.code: criterion for criterion in old.criteria}
    after = {criterion.code: criterion for criterion in new.criteria}
    for code, criterion in after.items():
        if code not in before:
            yield f"{code}: thêm tiêu chí “{criterion.name}”, trọng số {criterion.weight}"
            continue
        for name, describe in _DESCRIPTIONS.items():
            if describe(before[code]) != describe(criterion):
                yield f"{code}, {name}: {describe(before[code])} → {describe(criterion)}"
    for code in before.keys() - after.keys():
        yield f"{code}: bỏ tiêu chí “{before[code].name}”"


def _day_text(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "không định ngày"


def _describe_remedy(criterion: Criterion) -> str:
    rule = criterion.remedy
    items = ", ".join(
        part.item + (f" (1 cho {part.each})" if part.each != 1 else "") + (f" theo {part.of}" if part.of else "")
        for part in rule.items
    )
    extras = ", ".join((*rule.raises, *rule.sets, *filter(None, (rule.line, rule.replaces))))
    return "; ".join(filter(None, (rule.text, items, extras)))
