"""Enumerations that carry the words of the screen beside the word of the code. Pure."""

from enum import StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """A StrEnum whose members are written ``NAME = "value", "Nhãn trên màn hình"``."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:  # noqa: D102 - the class docstring shows how it is used
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
