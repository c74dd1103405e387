"""A standard: the criteria that a ward is judged by, as one immutable value read from TOML. Pure."""

import re
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from inventory.catalogue import load_catalogue
from inventory.security import is_sensitive_item
from inventory.snapshots.snapshot import ConnectionKind
from portal.codes import find_code_fault
from portal.errors import WardReadinessError
from portal.labels import LabelledEnum
from portal.numbers import Number, divide_up
from portal.toml_text import TomlError, hash_values, read_toml
from scoring.rating.measures import MEASURES, YES_OR_NO, is_fact, required_answers

REFERENCE_BANNER = "Theo bộ tiêu chuẩn tham chiếu, thành phố chưa ban hành"
SOURCE_LABELS = {
    "Q": "trích nguyên văn",
    "S": "nguồn thứ cấp, cần đối chiếu",
    "M": "hiểu biết chung, cần đối chiếu",
    "A": "giả định, không có giá trị pháp lý",
    "Q/A": "nghĩa vụ trích nguyên văn, số lượng là giả định",
}


class StandardError(WardReadinessError):
    """A standard that cannot be read; the message names the criterion and what is wrong with it."""


class Tier(LabelledEnum):
    """Whether a criterion enters the result, or is only shown."""

    REQUIRED = "required", "Bắt buộc tính điểm"
    RECOMMENDED = "recommended", "Khuyến nghị"


@dataclass(frozen=True)
class Requirement:
    """How much is needed: ``constant + ⌈per × times × percent / (each × 100)⌉``, but ``at_least`` that much.

    ``per`` names a measure (staff, counters, sites ...). With ``at_most`` the value is a ceiling that must not be passed.
    """

    constant: int = 0
    per: str | None = None
    times: int = 1
    each: int = 1
    percent: int = 100
    at_least: int = 0
    at_most: bool = False

    def need(self, driver: Number) -> int:
        """The need for a value of the driver, rounded up once and exactly."""
        share = divide_up(driver * self.times * self.percent, self.each * 100)
        return max(self.at_least, self.constant + share)


@dataclass(frozen=True)
class RemedyItem:
    """An item that mends a shortfall: one for every ``each`` missing, or for every ``each`` of the measure ``of``."""

    item: str
    each: int = 1
    of: str | None = None


@dataclass(frozen=True)
class RemedyRule:
    """What mends a criterion. ``raises`` names the facts that grow by the shortfall once it is done, ``sets`` those that
    become yes; ``line`` is a kind of connection that is added; ``replaces`` says which old PCs make room: ``worn`` ones past the
    age of the standard, or ``any``, oldest first.
    """

    text: str
    items: tuple[RemedyItem, ...] = ()
    raises: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    line: str = ""
    replaces: str = ""

    @property
    def money_mends(self) -> bool:
        """Whether buying or leasing something mends the finding."""
        return bool(self.items)


@dataclass(frozen=True)
class Criterion:
    """One criterion: what is measured, how much is needed, what it weighs, and where it comes from.

    It judges from ``effective_from`` to ``effective_to``, both days included; None leaves that side open. Where ``is_asked`` is False no
    round asks what it judges by, and it applies to nobody.
    """

    code: str
    name: str
    measure: str
    requirement: Requirement
    weight: int
    blocking: bool
    tier: Tier
    remedy: RemedyRule
    source_text: str
    source_label: str
    applies_if: str | None = None
    undecided: bool = False
    effective_from: date | None = None
    effective_to: date | None = None
    is_asked: bool = True

    def is_in_force(self, on: date) -> bool:
        """Whether the criterion judges on a day."""
        return (self.effective_from or on) <= on <= (self.effective_to or on)

    @property
    def group(self) -> str:
        """The letter of the criterion's group."""
        return group_letter(self.code)

    @cached_property
    def is_counted(self) -> bool:
        """Whether the criterion enters score and result."""
        return self.tier is Tier.REQUIRED and not self.undecided

    @property
    def is_sensitive(self) -> bool:
        """Whether the finding would help an attacker (group G)."""
        return is_sensitive_item(self.group)

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The keys of the answers that the criterion needs, in the order in which its measures read them."""
        measures = filter(None, (self.measure, self.requirement.per))
        keys = [key for measure in measures for key in required_answers(measure)]
        return tuple(dict.fromkeys([*keys, *filter(None, [self.applies_if])]))

    @cached_property
    def reads(self) -> frozenset[str]:
        """The keys of all answers that may change the finding: with one kind of line all kinds, which are compared with each other."""
        kinds = frozenset(ConnectionKind)
        return frozenset(self.answers) | (frozenset() if kinds.isdisjoint(self.answers) else kinds)

    @property
    def unit(self) -> str:
        """The unit of have and need."""
        return MEASURES[self.measure].unit


@dataclass(frozen=True)
class Standard:
    """A version of the criteria. ``pass_mark`` is in points of 100, ``pc_max_age_years`` in whole years.

    ``follows`` is the version that its text was made from, ``reasons`` say by criterion why it differs from that one; ``note`` is what
    readers of the criteria are told beside them.
    """

    version: str
    name: str
    pass_mark: int
    pc_max_age_years: int
    criteria: tuple[Criterion, ...]
    sha256: str
    issued_number: str = ""
    issued_on: date | None = None
    # Part of addresses: the version, but for one from before it had to be a code.
    code: str = ""
    follows: str = ""
    note: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def not_asked(self) -> tuple[str, ...]:
        """The codes of the criteria that no round asks about."""
        return tuple(criterion.code for criterion in self.criteria if not criterion.is_asked)

    @cached_property
    def fingerprint(self) -> str:
        """What findings rest on: the published text, and which of its criteria nobody is asked about."""
        return " ".join((self.sha256, *self.not_asked))

    @property
    def is_issued(self) -> bool:
        """Whether the city has issued it."""
        return bool(self.issued_number)

    @property
    def banner(self) -> str:
        """The line that every map, page and workbook shows."""
        if not self.is_issued or self.issued_on is None:
            return REFERENCE_BANNER
        return f"Theo bộ tiêu chuẩn ban hành tại {self.issued_number} ngày {self.issued_on:%d/%m/%Y}"

    def criterion(self, code: str) -> Criterion:
        """One criterion by its code. Raises KeyError."""
        return {criterion.code: criterion for criterion in self.criteria}[code]


def without_questions(standard: Standard, codes: Collection[str]) -> Standard:
    """The standard with some of its criteria applying to nobody, since nobody is asked about them. Its text is what was published."""
    criteria = tuple(replace(criterion, is_asked=criterion.code not in codes) for criterion in standard.criteria)
    return replace(standard, criteria=criteria) if codes else standard


def group_letter(code: str) -> str:
    """The letter of the group of a criterion's code: ``G`` of ``CR-G1``."""
    return code.removeprefix("CR-")[0]


# Larger numbers were meant in another unit: basis points, or months.
MAX_PERCENT, MAX_AGE = 1000, 30
# In characters, as on the pages of the editor.
MAX_VERSION, MAX_NAME, MAX_SOURCE, MAX_REMEDY, MAX_NOTE, MAX_REASON = 32, 200, 1000, 500, 2000, 500
# Pages that stand where the version of a standard stands in an address.
RESERVED_VERSIONS = frozenset({"drafts"})
_SHARES = (YES_OR_NO, "%")
_CRITERION_HEADER = re.compile(r"\s*\[\[\s*criteria\s*\]\]")
_STANDARD_KEYS = {"version", "name", "pass_mark", "pc_max_age_years", "criteria", "follows", "note", "changes"}
_CHANGE_KEYS = {"criteria", "reason"}
_CRITERION_KEYS = {
    *("code", "name", "measure", "need", "weight", "blocking", "tier", "undecided", "applies_if", "source", "label", "remedy"),
    *("effective_from", "effective_to"),
}
_NEED_KEYS = {"constant", "per", "times", "each", "percent", "at_least", "at_most"}
_REMEDY_KEYS = {"text", "items", "raises", "sets", "line", "replaces"}
_ITEM_KEYS = {"item", "each", "of"}


def parse_standard(toml_text: str, issued_number: str = "", issued_on: date | None = None, code: str = "") -> Standard:
    """A standard from its TOML text. Raises StandardError that names the criterion and what to correct.

    The hash is that of the content: comments and the order of keys do not change it. ``code`` is that of a published standard; that of a
    new one is its version.
    """
    try:
        data = read_toml(toml_text)
    except TomlError as error:
        raise StandardError(f"Tệp tiêu chuẩn không đúng định dạng TOML: {error}") from None
    _check_standard(data)
    fault = find_code_fault(code or data["version"], MAX_VERSION, RESERVED_VERSIONS)
    if fault:
        raise StandardError(f"Phiên bản của bộ tiêu chuẩn chưa dùng được. {fault}")
    header_lines = [number for number, line in enumerate(toml_text.splitlines(), 1) if _CRITERION_HEADER.match(line)]
    lines_of_criteria = header_lines if len(header_lines) == len(data["criteria"]) else [None] * len(data["criteria"])
    criteria = tuple(_criterion_at_line(row, line) for row, line in zip(data["criteria"], lines_of_criteria, strict=True))
    codes = [criterion.code for criterion in criteria]
    duplicates = sorted({code for code in codes if codes.count(code) > 1})
    if duplicates:
        occurrences = ", ".join(f"{code} (dòng {', '.join(_line_numbers(toml_text, code))})" for code in duplicates)
        raise StandardError(f"Mã tiêu chí bị trùng: {occurrences}.")
    return Standard(
        version=data["version"],
        name=data["name"],
        pass_mark=data["pass_mark"],
        pc_max_age_years=data["pc_max_age_years"],
        criteria=criteria,
        sha256=hash_values(data),
        issued_number=issued_number,
        issued_on=issued_on,
        code=code or data["version"],
        follows=data.get("follows", ""),
        note=data.get("note", ""),
        reasons=_parse_reasons(data.get("changes", [])),
    )


def _parse_reasons(rows: Any) -> dict[str, str]:
    """By criterion: why it differs from the version before."""
    location = "Mục “changes”"
    _refuse(location, {"phải là danh sách": not isinstance(rows, list)})
    reasons: dict[str, str] = {}
    for row in rows:
        _check_table(row, location, _CHANGE_KEYS, required=("criteria", "reason"))
        codes = row["criteria"]
        _refuse(
            location,
            {
                "“criteria” phải là danh sách mã tiêu chí": not isinstance(codes, list) or not all(map(_is_text, codes)),
                "lý do không được để trống": not _is_text(row["reason"]),
                f"lý do không quá {MAX_REASON} ký tự": _is_longer(row["reason"], MAX_REASON),
            },
        )
        twice = ", ".join(sorted(reasons.keys() & set(codes)))
        _refuse(location, {f"có hai lý do cho {twice}": bool(twice)})
        reasons |= dict.fromkeys(codes, row["reason"])
    return reasons


def _line_numbers(toml_text: str, code: str) -> list[str]:
    return [str(number) for number, line in enumerate(toml_text.splitlines(), 1) if re.match(rf'\s*code\s*=\s*"{code}"', line)]


def _criterion_at_line(row: object, line: int | None) -> Criterion:
    try:
        return _parse_criterion(_require_table(row))
    except StandardError as error:
        raise StandardError(f"{error.message} (tiêu chí bắt đầu ở dòng {line})" if line else error.message) from None


def _parse_criterion(row: Mapping[str, Any]) -> Criterion:
    location = f"Tiêu chí {row.get('code', '?')}"
    _check_table(
        row, location, _CRITERION_KEYS, required=("code", "name", "measure", "need", "weight", "source", "label", "remedy")
    )
    _refuse(
        location,
        {
            "mã phải có dạng CR-A1, với nhóm từ A đến I": not re.fullmatch(r"CR-[A-I][1-9][0-9]?", str(row["code"])),
            "tên không được để trống": not _is_text(row["name"]),
            f"tên không quá {MAX_NAME} ký tự": _is_longer(row["name"], MAX_NAME),
            f"không có phép đo “{row['measure']}”": not _is_one_of(row["measure"], MEASURES),
            f"trọng số {row['weight']} phải là số nguyên dương": not _is_count(row["weight"], 1),
            "nguồn không được để trống": not _is_text(row["source"]),
            f"nguồn không quá {MAX_SOURCE} ký tự": _is_longer(row["source"], MAX_SOURCE),
            f"nhãn nguồn “{row['label']}” phải là {', '.join(SOURCE_LABELS)}": not _is_one_of(row["label"], SOURCE_LABELS),
            "mục “tier” phải là “required” hoặc “recommended”": not _is_one_of(row.get("tier", "required"), set(Tier)),
            "mục “blocking” và “undecided” phải là true hoặc false": not _are_flags(row.get("blocking"), row.get("undecided")),
            f"không có thông tin “{row.get('applies_if')}” để xét áp dụng": row.get("applies_if") is not None
            and not _is_fact(row["applies_if"]),
            "ngày hiệu lực phải là ngày, dạng 2026-07-01": not _are_days(row.get("effective_from"), row.get("effective_to")),
            "tiêu chí khuyến nghị không thể là tiêu chí bắt buộc": row.get("blocking") is True and row.get("tier") == "recommended",
        },
    )
    effective_from, effective_to = row.get("effective_from"), row.get("effective_to")
    _refuse(
        location,
        {
            "ngày hết hiệu lực phải từ ngày có hiệu lực trở đi": bool(
                effective_from and effective_to and effective_to < effective_from
            )
        },
    )
    return Criterion(
        code=row["code"],
        name=row["name"],
        measure=row["measure"],
        requirement=_parse_requirement(row["need"], row["measure"], location),
        weight=row["weight"],
        blocking=row.get("blocking", False),
        tier=Tier(row.get("tier", "required")),
        remedy=_parse_remedy(row["remedy"], location),
        source_text=row["source"],
        source_label=row["label"],
        applies_if=row.get("applies_if"),
        undecided=row.get("undecided", False),
        effective_from=effective_from,
        effective_to=effective_to,
    )


def _parse_requirement(row: Mapping[str, Any], measure: str, location: str) -> Requirement:
    _check_table(row, f"{location}, mục “need”", _NEED_KEYS)
    counts = {key: row[key] for key in ("constant", "times", "percent", "at_least") if key in row}
    invalid = ", ".join(key for key, value in counts.items() if not _is_count(value))
    _refuse(
        location,
        {
            f"mục “{invalid}” phải là số nguyên không âm": bool(invalid),
            "mức yêu cầu phải chia cho số dương": not _is_count(row.get("each", 1), 1),
            f"không có phép đo “{row.get('per')}”": not _is_one_of(row.get("per"), {None, *MEASURES}),
            "mục “at_most” phải là true hoặc false": not _are_flags(row.get("at_most")),
            "mức yêu cầu chưa nói cần bao nhiêu": not {"constant", "per", "at_least"} & row.keys(),
        },
    )
    need = Requirement(**row)
    _check_unit(need, measure, location)
    return need


def _check_unit(need: Requirement, measure: str, location: str) -> None:
    """Refuse a need that its measure cannot be compared with, or that compares the measure with itself."""
    unit, per = MEASURES[measure].unit, MEASURES[need.per].unit if need.per else ""
    fixed_need = max(need.constant, need.at_least)
    _refuse(
        location,
        {
            f"mức yêu cầu lấy chính phép đo “{measure}” làm căn cứ nên không so được gì": need.per == measure,
            f"căn cứ “{need.per}” tính theo {per}, không phải số đếm": per in _SHARES,
            f"phép đo “{measure}” tính theo {unit} nên mức yêu cầu không theo căn cứ nào": unit in _SHARES and need.per is not None,
            f"phép đo “{measure}” là câu có/không nên mức yêu cầu là 1, không phải {fixed_need}": unit == YES_OR_NO
            and fixed_need > 1,
            f"phép đo “{measure}” tính theo % nên mức yêu cầu không quá 100, không phải {fixed_need}": unit == "%"
            and fixed_need > 100,
            f"tỷ lệ {need.percent} % quá lớn; 100 là bằng đúng căn cứ": need.percent > MAX_PERCENT,
        },
    )


def _parse_remedy(row: Mapping[str, Any], location: str) -> RemedyRule:
    _check_table(row, f"{location}, mục “remedy”", _REMEDY_KEYS, required=("text",))
    items, raises, sets = row.get("items", []), row.get("raises", []), row.get("sets", [])
    _refuse(
        location,
        {
            "giải pháp không được để trống": not _is_text(row["text"]),
            f"giải pháp không quá {MAX_REMEDY} ký tự": _is_longer(row["text"], MAX_REMEDY),
            "mục “items”, “raises”, “sets” phải là danh sách": not all(isinstance(part, list) for part in (items, raises, sets)),
        },
    )
    unknown = ", ".join(str(key) for key in (*raises, *sets) if not _is_fact(key))
    _refuse(
        location,
        {
            f"không có thông tin “{unknown}”": bool(unknown),
            f"không có loại đường truyền “{row.get('line')}”": not _is_one_of(row.get("line", ""), {"", *ConnectionKind}),
            "máy thay thế phải là “worn” hoặc “any”": not _is_one_of(row.get("replaces", ""), {"", "worn", "any"}),
        },
    )
    return RemedyRule(
        text=row["text"],
        items=tuple(_parse_remedy_item(item, location) for item in items),
        raises=tuple(raises),
        sets=tuple(sets),
        line=row.get("line", ""),
        replaces=row.get("replaces", ""),
    )


def _parse_remedy_item(row: Mapping[str, Any], location: str) -> RemedyItem:
    _check_table(row, f"{location}, mục “items”", _ITEM_KEYS, required=("item",))
    _refuse(
        location,
        {
            f"không có danh mục “{row['item']}”": not _is_one_of(row["item"], load_catalogue()),
            "số lượng giải pháp phải chia cho số dương": not _is_count(row.get("each", 1), 1),
            f"không có phép đo “{row.get('of')}”": not _is_one_of(row.get("of"), {None, *MEASURES}),
        },
    )
    return RemedyItem(**row)


def _check_standard(data: Mapping[str, Any]) -> None:
    _check_table(data, "Bộ tiêu chuẩn", _STANDARD_KEYS, required=("version", "name", "pass_mark", "pc_max_age_years"))
    _refuse(
        "Bộ tiêu chuẩn",
        {
            "phiên bản và tên phải là chữ, không được để trống": not (_is_text(data["version"]) and _is_text(data["name"])),
            f"tên không quá {MAX_NAME} ký tự": _is_longer(data["name"], MAX_NAME),
            "Điểm đạt phải là số nguyên từ 1 đến 100": not _is_count(data["pass_mark"], 1) or data["pass_mark"] > 100,
            f"tuổi máy tính tối đa phải là số năm nguyên từ 1 đến {MAX_AGE}": (
                not _is_count(data["pc_max_age_years"], 1) or data["pc_max_age_years"] > MAX_AGE
            ),
            "chưa có tiêu chí nào": not isinstance(data.get("criteria"), list) or not data["criteria"],
            "mục “follows” và “note” phải là chữ": not all(isinstance(data.get(key, ""), str) for key in ("follows", "note")),
            f"ghi chú không quá {MAX_NOTE} ký tự": _is_longer(data.get("note", ""), MAX_NOTE),
        },
    )


def _require_table(row: object) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise StandardError("Bộ tiêu chuẩn: mỗi tiêu chí phải là một bảng các mục.")
    return row


def _check_table(row: object, location: str, keys: set[str], required: Iterable[str] = ()) -> None:
    if not isinstance(row, dict):
        raise StandardError(f"{location}: phải là một bảng các mục.")
    for key in required:
        if key not in row:
            raise StandardError(f"{location}: còn thiếu mục “{key}”.")
    unknown = sorted(row.keys() - keys)
    if unknown:
        raise StandardError(f"{location}: không có mục “{'”, “'.join(unknown)}”.")


def _refuse(location: str, problems: Mapping[str, bool]) -> None:
    for text, is_wrong in problems.items():
        if is_wrong:
            raise StandardError(f"{location}: {text}.")


def _is_count(number: object, minimum: int = 0) -> bool:
    return type(number) is int and number >= minimum


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_longer(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) > most


def _is_one_of(value: object, allowed: Container[str | None]) -> bool:
    return (value is None or isinstance(value, str)) and value in allowed


def _is_fact(value: object) -> bool:
    return isinstance(value, str) and is_fact(value)


def _are_days(*values: object) -> bool:
    return all(value is None or type(value) is date for value in values)


def _are_flags(*values: object) -> bool:
    return all(value is None or isinstance(value, bool) for value in values)
