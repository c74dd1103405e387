"""An export as one value: its tables row by row, and its standard. Pure."""

import csv
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from exports.open_data.verification.rows import ExportError, Row

STANDARD = "standard.toml"
COLUMNS = {
    "wards.csv": "code",
    "facts.csv": "ward_code key value",
    "equipment.csv": "ward_code item year owner good degraded unused",
    "connections.csv": "ward_code kind provider contracted_mbps measured_mbps",
    "measures.csv": "measure kind security",
    "criteria.csv": (
        "code name measure constant per times each percent at_least at_most weight blocking tier applies_if source source_label "
        "undecided effective_from effective_to is_asked"
    ),
    "findings.csv": "ward_code criterion status have need shortfall",
    "ratings.csv": "ward_code result score as_of standard pass_mark pc_max_age_years rated_on standard_sha256",
    "plan_lines.csv": "ward_code item quantity moved months unit_price later_prices amount method",
}
# An apostrophe keeps such a text from being a formula.
_ESCAPED = re.compile(r"'(?=[=+\-@\t\r])")


@dataclass(frozen=True)
class Export:
    """The tables by the names of their files, the standard, and the hash of its content."""

    tables: Mapping[str, list[Row]]
    standard: Mapping[str, Any]
    sha256: str

    @property
    def has_security(self) -> bool:
        """Whether network security (group G) was exported too: only then are results in it."""
        return any(row["result"] for row in self.tables["ratings.csv"]) or any(
            row["criterion"].startswith("CR-G") for row in self.tables["findings.csv"]
        )


def parse_export(files: Mapping[str, bytes]) -> Export:
    """An export from the contents of its files. Raises ExportError."""
    tables = {name: list(_read_rows(name, _text(name, files[name]), columns.split())) for name, columns in COLUMNS.items()}
    try:
        standard = tomllib.loads(_text(STANDARD, files[STANDARD]))
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{STANDARD} không đúng định dạng TOML: {error}.") from None
    kinds = {"version": str, "pass_mark": int, "pc_max_age_years": int, "criteria": list}
    wrong = [key for key, kind in kinds.items() if not isinstance(standard.get(key), kind)]
    if wrong:
        raise ExportError(f"{STANDARD} thiếu hoặc ghi sai mục {', '.join(wrong)}.")
    return Export(tables, standard, _hash(standard))


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExportError(f"{name} không phải là văn bản UTF-8.") from None


def _read_rows(name: str, text: str, columns: Iterable[str]) -> Iterable[Row]:
    lines = csv.reader(StringIO(text, newline=""))
    heading = next(lines, [])
    missing = [column for column in columns if column not in heading]
    if missing:
        raise ExportError(f"{name} thiếu cột {', '.join(missing)}. Xuất lại bằng phiên bản này của chương trình.")
    for cells in lines:
        if len(cells) != len(heading):
            raise ExportError(f"{name}, dòng {lines.line_num}: có {len(cells)} ô, tiêu đề có {len(heading)} cột.")
        yield Row(
            name,
            lines.line_num,
            dict(zip(heading, (_ESCAPED.sub("", cell, 1) if cell[:1] == "'" else cell for cell in cells), strict=True)),
        )


def _hash(standard: Mapping[str, Any]) -> str:
    """SHA-256 of the content: comments and the order of keys do not count."""
    content = json.dumps(standard, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(content.encode()).hexdigest()
