"""Vietnamese text: NFC, an order of words that both databases share, and a fold that forgets diacritics for search. Pure."""

import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(0x61 + index) for index, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def to_nfc(text: str) -> str:
    """The text in NFC, with the Icelandic Ð that the eye cannot tell from Đ put right."""
    return unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")


def sort_key(text: str) -> str:
    """A string that sorts by code point as Vietnamese words sort: letters first, then tones, syllable by syllable."""
    letters: list[str] = []
    tones: list[str] = []
    for syllable in to_nfc(text).casefold().split():
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
    decomposed = unicodedata.normalize("NFD", to_nfc(text).casefold())
    base_letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(base_letters.replace("đ", "d").split())
