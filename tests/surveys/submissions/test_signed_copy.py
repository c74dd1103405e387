"""The print carries a code and a way back to the record; the scan of the signed paper is compared with what stands now."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
import segno
from bs4 import BeautifulSoup
from PIL import Image
from sqlalchemy import select

from portal.checked_files import FileError
from surveys.checks.entries import entries_of
from surveys.checks.states import CollectionState
from surveys.models import Submission
from surveys.questionnaire.questions import load_questionnaire
from surveys.submissions.evidence import MAX_SIGNED, attach_signed_copy, content_code, find_signed_copy
from surveys.submissions.submissions import save_fields

MINE = "00082"


@pytest.fixture
def mine(demo_session):
    return demo_session.scalars(select(Submission).where(Submission.ward_code == MINE)).one()


@pytest.fixture
def store(tmp_path):
    return str(tmp_path / "evidence")


def scan():
    buffer = BytesIO()
    Image.new("RGB", (40, 60), "white").save(buffer, "PNG")
    return buffer.getvalue()


def drawn(page):
    """What the QR code of a page draws."""
    return page.select_one(".a4-seal svg path")["d"]


def path_of(address):
    """What the QR code of an address draws."""
    return re.search(r' d="([^"]+)"', segno.make(address, error="m").svg_inline(scale=3, border=2))[1]


def test_the_code_stands_for_the_answers(demo_session, mine):
    first = content_code(mine)
    assert len(first) == 12
    save_fields(demo_session, mine, {"A03.note": "để ở tầng 2"}, entries_of(mine), "Công chức")
    changed = content_code(mine)
    save_fields(demo_session, mine, {"A03.note": ""}, entries_of(mine), "Công chức")
    assert (changed == first, content_code(mine) == first) == (False, True)


def test_the_print_has_the_code_and_a_qr_of_the_record(demo_session, demo_sign_in, mine):
    number, code = mine.id, content_code(mine)
    demo_session.rollback()
    page = BeautifulSoup(demo_sign_in("canbo").get(f"/surveys/{number}/print").data, "html.parser")
    assert f"Mã nội dung: {code}" in page.select_one(".a4-seal").get_text()
    assert drawn(page) == path_of(f"http://127.0.0.1:8000/surveys/{number}/?ban={code}")
    overview = demo_sign_in("canbo")
    assert "giống nội dung hiện tại" in overview.get(f"/surveys/{number}/?ban={code}").text
    assert "khác nội dung hiện tại" in overview.get(f"/surveys/{number}/?ban=000000000000").text


def test_the_empty_print_asks_everything_that_the_ward_answers_and_fills_nothing_in(demo_session, demo_sign_in, mine):
    number, staff = mine.id, entries_of(mine)["staff_total"]
    demo_session.rollback()
    page = BeautifulSoup(demo_sign_in("canbo").get(f"/surveys/{number}/print-empty").data, "html.parser")
    assert drawn(page) == path_of(f"http://127.0.0.1:8000/surveys/{number}/")
    labels = [cell.get_text(strip=True) for cell in page.select("tbody th")]
    assert labels == [question.label for question in load_questionnaire().questions if question.asked_of == "ward"]
    assert not any(staff in cell.get_text() for cell in page.select("tbody td"))


def test_a_later_change_differs_from_the_signed_copy(demo_session, demo_sign_in, mine, store):
    attach_signed_copy(demo_session, store, mine, content_code(mine).upper(), "phiếu ký.png", scan(), "Công chức")
    number = mine.id
    demo_session.commit()
    pages = [("canbo", f"/surveys/{number}/"), ("canbo", f"/surveys/{number}/print"), ("thamdinh", f"/review/{number}")]
    assert not any("khác với bản đã ký" in demo_sign_in(who).get(path).text for who, path in pages)
    mine = demo_session.get(Submission, number)
    save_fields(demo_session, mine, {"A03.note": "để ở tầng 2"}, entries_of(mine), "Công chức")
    demo_session.commit()
    assert all("khác với bản đã ký" in demo_sign_in(who).get(path).text for who, path in pages)


@pytest.mark.parametrize("code", ["", "xyz", "12345678901", "gggggggggggg", "1234567890123"])
def test_a_code_that_no_print_carries_is_refused(demo_session, mine, store, code):
    with pytest.raises(FileError, match="12 chữ số"):
        attach_signed_copy(demo_session, store, mine, code, "a.png", scan(), "Công chức")


def test_the_paper_may_come_after_sending_and_the_newest_counts(demo_session, mine, store):
    mine.state = CollectionState.SENT.value
    for turn in range(MAX_SIGNED):
        attach_signed_copy(demo_session, store, mine, f"{turn:012d}", "a.png", scan(), "Công chức")
    assert find_signed_copy(demo_session, mine).content_hash == f"{MAX_SIGNED - 1:012d}"
    with pytest.raises(FileError, match="không gửi thêm"):
        attach_signed_copy(demo_session, store, mine, "0" * 12, "a.png", scan(), "Công chức")


def test_the_page_takes_the_scan_and_keeps_a_wrong_code(demo_app, demo_session, demo_sign_in, mine, store):
    demo_app.config["SETTINGS"] = replace(demo_app.config["SETTINGS"], evidence_url=store)
    number, code = mine.id, content_code(mine)
    demo_session.rollback()
    client = demo_sign_in("canbo")
    wrong = client.post(
        f"/surveys/{number}/signed-copy", data={"code": "sai", "file": (BytesIO(scan()), "a.png")}, follow_redirects=True
    )
    assert BeautifulSoup(wrong.data, "html.parser").select_one("#code")["value"] == "sai"
    told = client.post(
        f"/surveys/{number}/signed-copy", data={"code": code, "file": (BytesIO(scan()), "a.png")}, follow_redirects=True
    ).text
    assert "Nội dung hiện tại giống bản đã ký." in told
