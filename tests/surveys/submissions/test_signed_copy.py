"""The print carries a code and a way back to the record; the scan of the signed paper is compared with what stands now."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
import segno
from bs4 import BeautifulSoup
from PIL import Image
from sqlalchemy import select

from portal.checked_files import FileError, check_file
from portal.kept_files import keep_file
from surveys.checks.entries import entries_of
from surveys.checks.states import CollectionState
from surveys.models import Submission
from surveys.submissions.evidence import MAX_SIGNED, attach_signed_copy, content_code, find_signed_copy
from surveys.submissions.submissions import save_fields
from tests.factories.questionnaires import shipped_questionnaire

WARD_CODE = "00082"


def attach_scan(session, url, submission, code, name, data, by):
    return attach_signed_copy(session, submission, code, keep_file(url, name, check_file(data)), by)


@pytest.fixture
def submission(demo_session):
    return demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()


@pytest.fixture
def store_url(tmp_path):
    return str(tmp_path / "evidence")


def scan():
    buffer = BytesIO()
    Image.new("RGB", (40, 60), "white").save(buffer, "PNG")
    return buffer.getvalue()


def qr_path(page):
    """What the QR code of a page draws."""
    return page.select_one(".a4-seal svg path")["d"]


def expected_qr_path(address):
    """What the QR code of an address draws."""
    return re.search(r' d="([^"]+)"', segno.make(address, error="m").svg_inline(scale=3, border=2))[1]


def test_the_code_stands_for_the_answers(demo_session, submission):
    first_code = content_code(submission)
    assert len(first_code) == 12
    save_fields(demo_session, submission, {"A03.note": "để ở tầng 2"}, entries_of(submission), "Công chức")
    changed_code = content_code(submission)
    save_fields(demo_session, submission, {"A03.note": ""}, entries_of(submission), "Công chức")
    assert (changed_code == first_code, content_code(submission) == first_code) == (False, True)


def test_the_print_has_the_code_and_a_qr_of_the_record(demo_session, demo_sign_in, submission):
    submission_id, code = submission.id, content_code(submission)
    demo_session.rollback()
    page = BeautifulSoup(demo_sign_in("canbo").get(f"/surveys/{submission_id}/print").data, "html.parser")
    assert f"Mã nội dung: {code}" in page.select_one(".a4-seal").get_text()
    assert qr_path(page) == expected_qr_path(f"http://127.0.0.1:8000/surveys/{submission_id}/?ban={code}")
    client = demo_sign_in("canbo")
    assert "giống nội dung hiện tại" in client.get(f"/surveys/{submission_id}/?ban={code}").text
    assert "khác nội dung hiện tại" in client.get(f"/surveys/{submission_id}/?ban=000000000000").text


def test_the_empty_print_asks_everything_that_the_ward_answers_and_fills_nothing_in(demo_session, demo_sign_in, submission):
    submission_id, staff_total = submission.id, entries_of(submission)["staff_total"]
    demo_session.rollback()
    page = BeautifulSoup(demo_sign_in("canbo").get(f"/surveys/{submission_id}/print-empty").data, "html.parser")
    assert qr_path(page) == expected_qr_path(f"http://127.0.0.1:8000/surveys/{submission_id}/")
    labels = [cell.get_text(strip=True) for cell in page.select("tbody th")]
    assert labels == [question.label for question in shipped_questionnaire().questions if question.asked_of == "ward"]
    assert not any(staff_total in cell.get_text() for cell in page.select("tbody td"))


def test_a_later_change_differs_from_the_signed_copy(demo_session, demo_sign_in, submission, store_url):
    attach_scan(demo_session, store_url, submission, content_code(submission).upper(), "phiếu ký.png", scan(), "Công chức")
    submission_id = submission.id
    demo_session.commit()
    pages = [
        ("canbo", f"/surveys/{submission_id}/"),
        ("canbo", f"/surveys/{submission_id}/print"),
        ("thamdinh", f"/review/{submission_id}"),
    ]
    assert not any("khác với bản đã ký" in demo_sign_in(username).get(path).text for username, path in pages)
    submission = demo_session.get(Submission, submission_id)
    save_fields(demo_session, submission, {"A03.note": "để ở tầng 2"}, entries_of(submission), "Công chức")
    demo_session.commit()
    assert all("khác với bản đã ký" in demo_sign_in(username).get(path).text for username, path in pages)


@pytest.mark.parametrize("code", ["", "xyz", "12345678901", "gggggggggggg", "1234567890123"])
def test_a_code_that_no_print_carries_is_refused(demo_session, submission, store_url, code):
    with pytest.raises(FileError, match="12 chữ số"):
        attach_scan(demo_session, store_url, submission, code, "a.png", scan(), "Công chức")


def test_the_paper_may_come_after_sending_and_the_newest_counts(demo_session, submission, store_url):
    submission.state = CollectionState.SENT.value
    for number in range(MAX_SIGNED):
        attach_scan(demo_session, store_url, submission, f"{number:012d}", "a.png", scan(), "Công chức")
    assert find_signed_copy(demo_session, submission).content_hash == f"{MAX_SIGNED - 1:012d}"
    with pytest.raises(FileError, match="không gửi thêm"):
        attach_scan(demo_session, store_url, submission, "0" * 12, "a.png", scan(), "Công chức")


def test_the_page_takes_the_scan_and_keeps_a_wrong_code(demo_app, demo_session, demo_sign_in, submission, store_url):
    demo_app.config["SETTINGS"] = replace(demo_app.config["SETTINGS"], evidence_url=store_url)
    submission_id, code = submission.id, content_code(submission)
    demo_session.rollback()
    client = demo_sign_in("canbo")
    answer = client.post(
        f"/surveys/{submission_id}/signed-copy", data={"code": "sai", "file": (BytesIO(scan()), "a.png")}, follow_redirects=True
    )
    assert BeautifulSoup(answer.data, "html.parser").select_one("#code")["value"] == "sai"
    page_text = client.post(
        f"/surveys/{submission_id}/signed-copy", data={"code": code, "file": (BytesIO(scan()), "a.png")}, follow_redirects=True
    ).text
    assert "Nội dung hiện tại giống bản đã ký." in page_text
