"""Texts in TOML that people write: read with whatever is wrong with them told, and hashed by what they say. Pure."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from typing import Any

from portal.vietnamese import to_xml_values


class TomlError(ValueError):
    """A text that is no TOML, or none that is read here; the message says where."""


def read_toml(text: str) -> dict[str, Any]:
    """What a text says, its strings without what XML cannot hold. Raises TomlError."""
    try:
        values: dict[str, Any] = to_xml_values(tomllib.loads(text))
    except RecursionError:
        raise TomlError("các dấu ngoặc lồng nhau quá sâu") from None
    except tomllib.TOMLDecodeError as error:
        raise TomlError(str(error)) from None
    except ValueError:
        # Python refuses to read a number of thousands of digits.
        raise TomlError("có số quá dài") from None
    return values


def hash_values(values: Mapping[str, Any]) -> str:
    """The sha256 of what a text says: comments and the order of keys do not change it."""
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
