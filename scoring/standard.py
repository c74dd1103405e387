"""A standard: the criteria that a ward is judged by, as one immutable value read from TOML."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from inventory.catalogue import GROUPS, load_catalogue
from portal.errors import WardReadinessError
from portal.labels import LabelledEnum
from scoring.measures import MEASURES

REFERENCE_BANNER = "Theo bộ tiêu chuẩn tham chiếu, thành phố chưa ban hành"
SOURCE_LABELS = {
    "Q": "trích nguyên văn",
    "S": "nguồn thứ cấp, cần đối chiếu",
    "M": "hiểu biết chung, cần đối chiếu",
    "A": "giả định, không có giá trị pháp lý",
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

    def need(self, driver: int) -> int:
        """The need for a value of the driver, rounded up with integers only."""
        share = -(-driver * self.times * self.percent // (self.each * 100))
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
    become yes; ``line`` is a kind of connection that is added; ``replaces`` says which old PCs go to liquidation: ``worn`` ones past the
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
    """One criterion: what is measured, how much is needed, what it weighs, and where it comes from."""

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

    @property
    def group(self) -> str:
        """The letter of the criterion's group."""
        return self.code.removeprefix("CR-")[0]

    @property
    def is_counted(self) -> bool:
        """Whether the criterion enters score and result."""
        return self.tier is Tier.REQUIRED and not self.undecided

    @property
    def is_sensitive(self) -> bool:
        """Whether the finding would help an attacker (group G)."""
        return self.group == "G"

    @property
    def unit(self) -> str:
        """The unit of have and need."""
        return MEASURES[self.measure].unit


@dataclass(frozen=True)
class Standard:
    """A version of the criteria. ``pass_mark`` is in points of 100, ``pc_max_age_years`` in whole years."""

    version: str
    name: str
    pass_mark: int
    pc_max_age_years: int
    criteria: tuple[Criterion, ...]
    sha256: str
    issued_number: str = ""
    issued_on: date | None = None

    @property
    def is_issued(self) -> bool:
        """Whether the city has issued it."""
        return bool(self.issued_number)

    @property
    def banner(self) -> str:
        """The line that every map, page and workbook carries."""
        if not self.is_issued or self.issued_on is None:
            return REFERENCE_BANNER
        return f"Theo bộ tiêu chuẩn ban hành tại {self.issued_number} ngày {self.issued_on:%d/%m/%Y}"

    def criterion(self, code: str) -> Criterion:
        """One criterion by its code. Raises KeyError."""
        return {criterion.code: criterion for criterion in self.criteria}[code]


def parse_standard(toml_text: str, issued_number: str = "", issued_on: date | None = None) -> Standard:
    """A standard from its TOML text. Raises StandardError that names the criterion and what to mend."""
    try:
        data = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise StandardError(f"Tệp tiêu chuẩn không đúng định dạng TOML: {error}") from None
    criteria = tuple(_criterion(row) for row in data.get("criteria", []))
    _check_whole(data, criteria)
    return Standard(
        version=data["version"],
        name=data["name"],
        pass_mark=data["pass_mark"],
        pc_max_age_years=data["pc_max_age_years"],
        criteria=criteria,
        sha256=hashlib.sha256(toml_text.encode()).hexdigest(),
        issued_number=issued_number,
        issued_on=issued_on,
    )


def _criterion(row: Mapping[str, Any]) -> Criterion:
    code = row.get("code", "?")
    try:
        criterion = Criterion(
            code=row["code"],
            name=row["name"],
            measure=row["measure"],
            requirement=Requirement(**row["need"]),
            weight=row["weight"],
            blocking=row.get("blocking", False),
            tier=Tier(row.get("tier", "required")),
            remedy=_remedy(row["remedy"]),
            source_text=row["source"],
            source_label=row["label"],
            applies_if=row.get("applies_if"),
            undecided=row.get("undecided", False),
        )
    except KeyError as error:
        raise StandardError(f"Tiêu chí {code}: còn thiếu mục {error}.") from None
    except (TypeError, ValueError) as error:
        raise StandardError(f"Tiêu chí {code}: {error}") from None
    _check_criterion(criterion)
    return criterion


def _remedy(row: Mapping[str, Any]) -> RemedyRule:
    return RemedyRule(
        text=row["text"],
        items=tuple(RemedyItem(**item) for item in row.get("items", [])),
        raises=tuple(row.get("raises", [])),
        sets=tuple(row.get("sets", [])),
        line=row.get("line", ""),
        replaces=row.get("replaces", ""),
    )


def _check_criterion(criterion: Criterion) -> None:
    problems = {
        "nhóm không có trong danh mục": criterion.group not in GROUPS,
        f"không có phép đo “{criterion.measure}”": criterion.measure not in MEASURES,
        f"không có phép đo “{criterion.requirement.per}”": criterion.requirement.per not in {None, *MEASURES},
        f"trọng số {criterion.weight} phải là số nguyên dương": not _is_positive(criterion.weight),
        "mức yêu cầu phải chia cho số dương": not _is_positive(criterion.requirement.each),
        f"nhãn nguồn “{criterion.source_label}” phải là Q, S, M hoặc A": criterion.source_label not in SOURCE_LABELS,
        "tiêu chí khuyến nghị không thể là tiêu chí bắt buộc": criterion.blocking and criterion.tier is Tier.RECOMMENDED,
    }
    problems["máy thay thế phải là “worn” hoặc “any”"] = criterion.remedy.replaces not in ("", "worn", "any")
    for item in criterion.remedy.items:
        problems[f"không có danh mục “{item.item}”"] = item.item not in load_catalogue()
        problems[f"không có phép đo “{item.of}”"] = item.of not in {None, *MEASURES}
    for text, is_wrong in problems.items():
        if is_wrong:
            raise StandardError(f"Tiêu chí {criterion.code}: {text}.")


def _check_whole(data: Mapping[str, Any], criteria: tuple[Criterion, ...]) -> None:
    for key in ("version", "name", "pass_mark", "pc_max_age_years"):
        if key not in data:
            raise StandardError(f"Bộ tiêu chuẩn còn thiếu mục “{key}”.")
    if not criteria:
        raise StandardError("Bộ tiêu chuẩn chưa có tiêu chí nào.")
    if type(data["pass_mark"]) is not int or not 0 < data["pass_mark"] <= 100:
        raise StandardError("Điểm đạt phải là số nguyên từ 1 đến 100.")
    codes = [criterion.code for criterion in criteria]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise StandardError(f"Mã tiêu chí bị trùng: {', '.join(twice)}.")


def _is_positive(number: object) -> bool:
    return type(number) is int and number > 0
