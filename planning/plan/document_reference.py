"""How a letter and its workbook name each other: the kind and sign of the letter, and one short code on both. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from portal.labels import LabelledEnum

_CONJUNCTIONS = ("VÀ", "CỦA")
# Grave, acute, tilde, hook above, dot below.
_WITHOUT_TONE = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))


class LetterKind(LabelledEnum):
    """What the agencies send to the city: a proposal asks for a decision, a report for an opinion."""

    PROPOSAL = "proposal", "Tờ trình"
    REPORT = "report", "Báo cáo"

    @property
    def sign(self) -> str:
        """The abbreviation in the sign of the document (NĐ 30/2020/NĐ-CP, Phụ lục III)."""
        return "TTr" if self is LetterKind.PROPOSAL else "BC"


@dataclass(frozen=True)
class Reference:
    """What ties a letter to its workbook. ``sha256`` is the hash of the content of the plan when the file was made."""

    kind: LetterKind
    agency: str
    plan_id: int
    revision: int
    sha256: str

    @property
    def code(self) -> str:
        """The code that stands on both: plan, revision, first eight of the hash: ``PA1.2.0A1B2C3D``."""
        return f"PA{self.plan_id}.{self.revision}.{self.sha256[:8].upper()}"

    @property
    def sign(self) -> str:
        """``/TTr-STC``: the clerk adds the number before it."""
        return sign_of(self.kind, self.agency)

    @property
    def letter(self) -> str:
        """The letter as its annexes name it, with room for number and day."""
        return name_letter(self.kind, self.agency)

    @property
    def workbook_file(self) -> str:
        """The name of the workbook's file."""
        return f"phuong-an-dau-tu-{self.plan_id}.xlsx"


def name_letter(kind: LetterKind, agency: str) -> str:
    """A letter of an agency as its annexes name it, with room for number and day."""
    return f"{kind.label} số      {sign_of(kind, agency)} ngày      tháng      năm      "


def sign_of(kind: LetterKind, agency: str) -> str:
    """The sign of such a letter: ``/TTr-STC``."""
    return f"/{kind.sign}-{initials(agency)}"


def initials(agency: str) -> str:
    """``SỞ TÀI CHÍNH`` gives ``STC``, ``ỦY BAN NHÂN DÂN`` gives ``UBND``: of each word but the conjunctions, without its tone."""
    words = re.findall(r"[^\W\d_]+", agency.upper())
    letters = unicodedata.normalize("NFD", "".join(word[0] for word in words if word not in _CONJUNCTIONS))
    return unicodedata.normalize("NFC", letters.translate(_WITHOUT_TONE))
