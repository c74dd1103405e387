"""Every page that any test opens is looked over; a fault says how to mend it."""

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient

IGNORED_ERRORS = {"expected-doctype-but-got-start-tag"}
SVG = "{http://www.w3.org/2000/svg}svg"


class CheckedClient(FlaskClient):
    """A client that reads each HTML answer as strictly as a validator."""

    def open(self, *args, **kwargs):
        answer = super().open(*args, **kwargs)
        if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303, 308):
            check_page(answer.get_data(as_text=True), answer.request.path)
        return answer


# Other words for what has its word in the field's own language.
RIGHT_TERMS = {
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


JOINED_SENTENCES = re.compile(r"[a-zà-ỹ)]{2}[.!?][A-ZĐÀ-Ỹ][a-zà-ỹ]")

# Pages that were looked over already: the same bytes have the same faults.
_sound_digests: set[bytes] = set()


def check_page(text: str, path: str) -> None:
    digest = sha256(text.encode()).digest()
    if digest in _sound_digests:
        return
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(text)
    faults = [fault for fault in parser.errors if fault[1] not in IGNORED_ERRORS]
    assert not faults, f"{path} is not valid HTML: {faults[:3]}"
    # Comments have a function for a tag; the names in a drawing begin with their name space.
    tags = [tag for tag in page.iter() if isinstance(tag.tag, str)]
    headings = [text_of(tag) for tag in tags if tag.tag == "h1"]
    assert len(headings) == 1, f"{path} has {len(headings)} h1: give it one"
    title = next(text_of(tag) for tag in tags if tag.tag == "title")
    assert title.startswith(headings[0]), f"{path}: let the title “{title}” begin with the h1 “{headings[0]}”"
    page_text = f" {text_of(page, separator=' ').lower()} "
    for wrong_term, right_term in RIGHT_TERMS.items():
        assert f" {wrong_term} " not in page_text, f"{path} says “{wrong_term}”: the word is “{right_term}”"
    # A block of a template takes the line break behind it along.
    joined = [text for tag in tags for text in (tag.text, tag.tail) if text and JOINED_SENTENCES.search(text)]
    assert not joined, f"{path}: put a blank between the sentences of “{' '.join(joined[0].split())}”"
    # Browsers show and read these as they are broken.
    for tag in tags:
        if tag.tag.endswith("}title") or tag.get("data-colour-label") is not None:
            label = "".join(tag.itertext())
            assert not re.search(r"^\s|\n|\s$", label), (
                f"{path}: “{label}” is shown and read with its line breaks: it may have none"
            )
    duplicate_ids = sorted(name for name, count in Counter(tag.get("id") for tag in tags).items() if name and count > 1)
    assert not duplicate_ids, f"{path}: these ids stand twice: {duplicate_ids}"
    labelled_ids = {tag.get("for") for tag in tags if tag.tag == "label"}
    for tag in tags:
        if tag.tag in ("input", "select", "textarea"):
            is_hidden = tag.get("type") in ("hidden", "submit")
            assert is_hidden or tag.get("id") in labelled_ids or tag.get("aria-label"), f"{path}: give a label to {show(tag)}"
        if tag.tag == "script":
            assert tag.get("src"), f"{path}: move the inline script into static"
        assert "style" not in tag.attrib, f"{path}: move the style of {show(tag)} into static"
        for name in ("src", "href", "action"):
            is_outside = tag.get(name, "").startswith(("http:", "https:", "//"))
            assert not is_outside or tag.tag == SVG, f"{path} asks an outside host: {tag.get(name)}"
    _sound_digests.add(digest)


def text_of(tag: Element, separator: str = "") -> str:
    """The text that is read, white space as one blank."""
    return " ".join(separator.join(_texts(tag)).split())


def _texts(tag: Element) -> Iterator[str]:
    if isinstance(tag.tag, str) and tag.tag not in ("script", "style"):
        yield tag.text or ""
        for child in tag:
            yield from _texts(child)
            yield child.tail or ""


def show(tag: Element) -> str:
    return f"<{tag.tag} {dict(tag.items())}>"[:120]
