"""The TOML text of a standard, edited in place: comments and the order of untouched parts stay as they are. Pure."""

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import Table

from scoring.rating.standard import StandardError

Value = str | int | bool


def edit_standard(text: str, values: Mapping[str, Value]) -> str:
    """The text with other values of the standard itself (version, name, pass mark, age of PCs)."""
    document = tomlkit.parse(text)
    document.update(values)
    return tomlkit.dumps(document)


def remove_history(text: str) -> str:
    """The text without what it says of the version before it: what is made from it has another one, and reasons of its own."""
    document = tomlkit.parse(text)
    for key in ("follows", "changes"):
        document.pop(key, None)
    return tomlkit.dumps(document)


def edit_criterion(text: str, code: str, values: Mapping[str, Any]) -> str:
    """The text with other values of one criterion; ``None`` removes a value. Raises StandardError for an unknown code.

    ``need`` is a mapping of its own and replaces the old one; ``remedy_text`` is the sentence of the remedy.
    """
    document = tomlkit.parse(text)
    row: Table | None = next((row for row in document["criteria"] if row["code"] == code), None)
    if row is None:
        raise StandardError(f"Không có tiêu chí {code} trong bản thảo này.")
    _set_values(row, values)
    return tomlkit.dumps(document)


def add_criterion(text: str, code: str, values: Mapping[str, Any]) -> str:
    """The text with a new criterion at the end."""
    document = tomlkit.parse(text)
    row = tomlkit.table()
    row["code"] = code
    row["remedy"] = tomlkit.table()
    _set_values(row, values)
    document["criteria"].append(row)
    return tomlkit.dumps(document)


def remove_criterion(text: str, code: str) -> str:
    """The text without one criterion. Raises StandardError for an unknown code."""
    document = tomlkit.parse(text)
    codes = [row["code"] for row in document["criteria"]]
    if code not in codes:
        raise StandardError(f"Không có tiêu chí {code} trong bản thảo này.")
    del document["criteria"][codes.index(code)]
    return tomlkit.dumps(document)


def next_version(version: str) -> str:
    """``2026.1`` gives ``2026.2``; a version that does not end in a number gets one."""
    head, _, tail = version.rpartition(".")
    return f"{head}.{int(tail) + 1}" if head and tail.isdecimal() else f"{version}.1"


def _set_values(row: Table, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if key == "remedy_text":
            row["remedy"]["text"] = value
        elif value is None:
            row.pop(key, None)
        elif key == "need":
            need = tomlkit.inline_table()
            need.update(value)
            row["need"] = need
        else:
            row[key] = value
