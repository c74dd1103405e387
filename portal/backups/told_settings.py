"""The settings that a manifest tells: how the installation was set, without anything that would let somebody in. Pure."""

import re
from dataclasses import fields
from typing import Any

SECRET = re.compile(r"secret_key|password|token")


def tell_settings(settings: Any) -> dict[str, str]:
    """Each setting as text, but for the secret ones; an address without its password and its query."""
    values = {field.name: str(getattr(settings, field.name)) for field in fields(settings)}
    return {name: _without_password(value) for name, value in values.items() if not SECRET.search(name)}


def _without_password(text: str) -> str:
    if "://" not in text:
        return text
    # Up to the last @: a password that was not encoded may hold anything.
    return re.sub(r"://([^:@/]*):.*@", r"://\1@", text).partition("?")[0]
