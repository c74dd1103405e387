"""A finding in one Vietnamese sentence: what is missing, how much, by which criterion and source. Pure."""

from inventory.catalogue import load_catalogue
from inventory.snapshots.snapshot import ConnectionKind
from portal.formats import format_day, format_number
from scoring.rating.measures import MEASURES
from scoring.rating.rating import Finding, FindingStatus
from scoring.rating.standard import SOURCE_LABELS


def explain(finding: Finding) -> str:
    """One sentence, with the criterion and the clause that it rests on."""
    criterion = finding.criterion
    return f"{verdict(finding)} ({criterion.code}; {criterion.source_text})."


def verdict(finding: Finding) -> str:
    """The finding in one clause, without code and source."""
    name = finding.criterion.name
    if finding.status is FindingStatus.NOT_APPLICABLE:
        if not finding.criterion.is_asked:
            return f"{name}: không áp dụng, không hỏi trong các đợt khảo sát"
        days = finding.criterion.effective_from, finding.criterion.effective_to
        in_force = " và ".join(f"{preposition} {day:%d/%m/%Y}" for preposition, day in zip(("từ", "đến"), days, strict=True) if day)
        return f"{name}: không áp dụng cho đơn vị này" + (f" (hiệu lực {in_force})" if in_force else "")
    if finding.status is FindingStatus.UNANSWERED:
        return f"{name}: chưa có câu trả lời cho “{'”, “'.join(answer_label(key) for key in finding.missing)}”"
    if MEASURES[finding.criterion.measure].is_yes_or_no:
        return f"{name}: {_say_yes_or_no(finding)}"
    have, need = (format_number(number or 0) for number in (finding.have, finding.need))
    if finding.criterion.requirement.at_most:
        level = "trong mức" if finding.is_met else "vượt mức"
        return f"{name}: {level}, đang là {have} {finding.unit}, không được quá {need} {finding.unit}"
    end = format_day(finding.ends) if finding.ends else ""
    if finding.is_met:
        return f"{name}: đạt, có {have}/cần {need} {finding.unit}" + (f"; hạn sớm nhất: hết ngày {end}" if end else "")
    lack = f"{name}: thiếu {format_number(finding.shortfall)} {finding.unit} (có {have}/cần {need})"
    return f"{lack}; có phần đã hết hạn ngày {end}" if end else lack


def _say_yes_or_no(finding: Finding) -> str:
    if finding.ends is None:
        return "đã có" if finding.is_met else "chưa có"
    return f"{'còn hạn đến hết' if finding.is_met else 'đã hết hạn'} ngày {format_day(finding.ends)}"


def explain_source(finding: Finding) -> str:
    """The label of the source and what it means: ``Q – trích nguyên văn``."""
    label = finding.criterion.source_label
    return f"{label} – {SOURCE_LABELS[label]}"


def answer_label(key: str) -> str:
    """The label on screen of an answer that a measure reads."""
    if key in MEASURES:
        return MEASURES[key].label
    if key in load_catalogue():
        return load_catalogue()[key].name
    if key in {kind.value for kind in ConnectionKind}:
        return f"Đường truyền: {ConnectionKind(key).label}"
    return key
