"""Vietnamese text: clean and in NFC, an order of words that both databases share, and a fold that forgets diacritics. Pure."""

import re
import unicodedata
from typing import Any

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(0x61 + index) for index, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


# Controls but tab and line ends, halves of a pair of UTF-16, and the two that are no characters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A line break inside a paragraph of Word, and its page break, as they arrive by the clipboard.
BREAKS = re.compile("[\x0b\x0c]")


def clean_text(text: str) -> str:
    """The text as it is kept: in NFC, as XML can hold it, lines ended by one character, Đ in place of the Icelandic Ð that looks like it."""
    return (
        unicodedata.normalize("NFC", to_xml_text(text))
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("Ð", "Đ")
        .replace("ð", "đ")
    )


def clean_line(text: str) -> str:
    """The same for a field of one line: what broke a line is a blank."""
    return " ".join(clean_text(text).splitlines())


def to_xml_text(text: str) -> str:
    """The text without what XML 1.0 cannot hold, or no workbook, letter or picture could be made of it; breaks of Word are line ends."""
    # Nearly every text of the database comes through here.
    if text.isprintable():
        return text
    return _NOT_XML.sub("", BREAKS.sub("\n", text))


def to_xml_values(value: Any) -> Any:
    """The same value, such as JSON or TOML gives it, with such texts in whatever depth."""
    if isinstance(value, str):
        return to_xml_text(value)
    if isinstance(value, dict):
        return {to_xml_values(key): to_xml_values(part) for key, part in value.items()}
    return [to_xml_values(part) for part in value] if isinstance(value, (list, tuple)) else value


def sort_key(text: str) -> str:
    """A string that sorts by code point as Vietnamese words sort: letters first, then tones, syllable by syllable."""
    letters: list[str] = []
    tones: list[str] = []
    for syllable in clean_text(text).casefold().split():
        tone = "0"
        for char in syllable:
            marks = unicodedata.normalize("NFD", char)
            tone = next((_TONES[mark] for mark in marks if mark in _TONES), tone)
            base = unicodedata.normalize("NFC", "".join(c for c in marks if c not in _TONES))
            letters.append(_RANK.get(base, base))
        letters.append(" ")
        tones.append(tone)
    return "".join(letters).strip() + "\t" + "".join(tones)


def fold(text: str) -> str:
    """``Đống Đa`` and ``dong da`` alike become ``dong da``."""
    decomposed = unicodedata.normalize("NFD", clean_text(text).casefold())
    base_letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(base_letters.replace("đ", "d").split())
