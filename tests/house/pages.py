"""Every page that any test opens is looked over; a fault says how to mend it."""

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient

FORGIVEN = {"expected-doctype-but-got-start-tag"}
SVG = "{http://www.w3.org/2000/svg}svg"


class CheckedClient(FlaskClient):
    """A client that reads each HTML answer as strictly as a validator."""

    def open(self, *args, **kwargs):
        answer = super().open(*args, **kwargs)
        if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303, 308):
            check_page(answer.get_data(as_text=True), answer.request.path)
        return answer


# Other words for what has its word in the field's own language.
OTHER_WORDS = {
    "phiếu điều tra": "phiếu khảo sát",
    "không đáp ứng": "chưa đáp ứng",
    "máy quét": "máy scan",
    "bộ tiêu chí": "bộ tiêu chuẩn",
    "khảo sát viên": "công chức xã, phường",
    "trả lại phiếu": "yêu cầu bổ sung",
    "điểm liệt": "tiêu chí bắt buộc",
    "luân chuyển": "điều chuyển",
    "nhật ký kiểm toán": "nhật ký hệ thống",
    "đã phê duyệt phiếu": "đã duyệt phiếu",
    "token": "chứng thư chữ ký số",
    "user": "tài khoản",
}


# Pages that were looked over already: the same bytes have the same faults.
_sound: set[bytes] = set()


def check_page(text: str, path: str) -> None:
    digest = sha256(text.encode()).digest()
    if digest in _sound:
        return
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(text)
    faults = [fault for fault in parser.errors if fault[1] not in FORGIVEN]
    assert not faults, f"{path} is not valid HTML: {faults[:3]}"
    # Comments have a function for a tag; the names in a drawing begin with their name space.
    tags = [tag for tag in page.iter() if isinstance(tag.tag, str)]
    headings = [text_of(tag) for tag in tags if tag.tag == "h1"]
    assert len(headings) == 1, f"{path} has {len(headings)} h1: give it one"
    title = next(text_of(tag) for tag in tags if tag.tag == "title")
    assert title.startswith(headings[0]), f"{path}: let the title “{title}” begin with the h1 “{headings[0]}”"
    words = f" {text_of(page, between=' ').lower()} "
    for wrong, right in OTHER_WORDS.items():
        assert f" {wrong} " not in words, f"{path} says “{wrong}”: the word is “{right}”"
    # Browsers show and read these as they are broken.
    for tag in tags:
        if tag.tag.endswith("}title") or tag.get("data-colour-label") is not None:
            shown = "".join(tag.itertext())
            assert not re.search(r"^\s|\n|\s$", shown), (
                f"{path}: “{shown}” is shown and read with its line breaks: it may have none"
            )
    twice = sorted(name for name, count in Counter(tag.get("id") for tag in tags).items() if name and count > 1)
    assert not twice, f"{path}: these ids stand twice: {twice}"
    labelled = {tag.get("for") for tag in tags if tag.tag == "label"}
    for tag in tags:
        if tag.tag in ("input", "select", "textarea"):
            is_hidden = tag.get("type") in ("hidden", "submit")
            assert is_hidden or tag.get("id") in labelled or tag.get("aria-label"), f"{path}: give a label to {show(tag)}"
        if tag.tag == "script":
            assert tag.get("src"), f"{path}: move the inline script into static"
        assert "style" not in tag.attrib, f"{path}: move the style of {show(tag)} into static"
        for name in ("src", "href", "action"):
            is_outside = tag.get(name, "").startswith(("http:", "https:", "//"))
            assert not is_outside or tag.tag == SVG, f"{path} asks an outside host: {tag.get(name)}"
    _sound.add(digest)


def text_of(tag: Element, between: str = "") -> str:
    """The text that is read, white space as one blank."""
    return " ".join(between.join(_texts(tag)).split())


def _texts(tag: Element) -> Iterator[str]:
    if isinstance(tag.tag, str) and tag.tag not in ("script", "style"):
        yield tag.text or ""
        for child in tag:
            yield from _texts(child)
            yield child.tail or ""


def show(tag: Element) -> str:
    return f"<{tag.tag} {dict(tag.items())}>"[:120]
