"""Every page that any test opens is looked over; a fault says how to mend it."""

import re

import html5lib
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

FORGIVEN = {"expected-doctype-but-got-start-tag"}


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


def check_page(text: str, path: str) -> None:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    faults = [fault for fault in parser.errors if fault[1] not in FORGIVEN]
    assert not faults, f"{path} is not valid HTML: {faults[:3]}"
    page = BeautifulSoup(text, "html.parser")
    headings = [" ".join(heading.get_text().split()) for heading in page.find_all("h1")]
    assert len(headings) == 1, f"{path} has {len(headings)} h1: give it one"
    title = " ".join(page.title.get_text().split())
    assert title.startswith(headings[0]), f"{path}: let the title “{title}” begin with the h1 “{headings[0]}”"
    words = f" {' '.join(page.get_text(' ').lower().split())} "
    for wrong, right in OTHER_WORDS.items():
        assert f" {wrong} " not in words, f"{path} says “{wrong}”: the word is “{right}”"
    for tag in page.select("svg title, [data-colour-label]"):
        assert not re.search(r"^\s|\n|\s$", tag.get_text()), (
            f"{path}: {tag} is shown and read with its line breaks: it may have none"
        )
    ids = [tag["id"] for tag in page.find_all(id=True)]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    assert not twice, f"{path}: these ids stand twice: {twice}"
    labelled = {label.get("for") for label in page.find_all("label")}
    for tag in page.find_all(["input", "select", "textarea"]):
        is_hidden = tag.get("type") in ("hidden", "submit")
        assert is_hidden or tag.get("id") in labelled or tag.get("aria-label"), f"{path}: give a label to {str(tag)[:120]}"
    for tag in page.find_all("script"):
        assert tag.get("src"), f"{path}: move the inline script into static"
    for tag in page.find_all(True):
        assert "style" not in tag.attrs, f"{path}: move the style of {str(tag)[:80]} into static"
        for name in ("src", "href", "action"):
            outside = str(tag.attrs.get(name, "")).startswith(("http:", "https:", "//"))
            assert not outside or tag.name == "svg", f"{path} asks an outside host: {tag.attrs[name]}"
