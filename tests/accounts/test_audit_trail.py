"""The audit trail: read in words, searched by person, ward, kind and day, and taken along as a workbook."""

from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook

from accounts import audit
from accounts.identity import Identity, Role
from portal.clock import HANOI, now

LAWYER = Identity(7, "thu.ha", "Thu Hà", Role.REVIEWER, None)


@pytest.fixture
def administrator(sign_in, session):
    client = sign_in(Role.ADMINISTRATOR)
    audit.log(session, LAWYER, "submission:approve", "ward 00082", before="sent", after="approved")
    audit.log(session, None, "account:import", "file =1+1.xlsx", after={"accounts": 3, "role": "=HYPERLINK(1)"})
    session.commit()
    return client


@pytest.mark.both_databases
def test_it_speaks_in_words_and_is_filtered(administrator):
    today = now().astimezone(HANOI).date().isoformat()
    approved, imported = "duyệt phiếu</td>", "file =1+1.xlsx"
    everything = administrator.get("/audit").text
    assert "xã, phường 00082" in everything
    assert "số tài khoản: 3" in everything
    for query, has_approved, has_imported in (
        ("person=thu.ha", True, False),
        ("ward=00082", True, False),
        ("action=account:import", False, True),
        ("subject=xlsx", False, True),
        (f"since={today}&until={today}", True, True),
        ("until=2020-01-01", False, False),
        ("since=x&until=9999-12-31", True, True),
    ):
        page = administrator.get(f"/audit?{query}").text
        assert (approved in page, "tệp =1+1.xlsx" in page) == (has_approved, has_imported), (query, imported)
    for query in ("page=999999999999999999999", "page=-1", "subject=%25"):
        assert administrator.get(f"/audit?{query}").status_code == 200


def test_lines_stay_in_the_order_of_the_acts_where_the_clock_was_set_back(administrator, session):
    with time_machine.travel("2020-01-01 01:00Z"):
        audit.log(session, LAWYER, "submission:return", "ward 00070")
        session.commit()
    assert "yêu cầu bổ sung phiếu</td>" in administrator.get("/audit").text.partition("duyệt phiếu</td>")[0]


def test_a_workbook_holds_what_the_page_finds_and_says_so_in_the_trail(administrator):
    answer = administrator.get("/audit.xlsx?person=thu.ha")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet["A2"].value.endswith("SỐ LIỆU MINH HỌA.")
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert [row[1:5] for row in rows] == [("thu.ha", None, "duyệt phiếu", "xã, phường 00082")]
    assert "tải nhật ký hệ thống</td>" in administrator.get("/audit").text
    book = load_workbook(BytesIO(administrator.get("/audit.xlsx?action=account:import").data))
    assert {cell.data_type for row in book.active.iter_rows(min_row=5) for cell in row} <= {"inlineStr", "s", "n"}


def test_a_workbook_that_does_not_hold_all_says_so(administrator, monkeypatch):
    monkeypatch.setattr("accounts.views.audit.MAX_EXPORTED", 1)
    sheet = load_workbook(BytesIO(administrator.get("/audit.xlsx").data)).active
    assert "1 dòng, mới nhất trước; còn dòng cũ hơn, hãy lọc theo ngày để tải tiếp" in sheet["A2"].value
    assert [row[3] for row in sheet.iter_rows(min_row=5, values_only=True)] == ["tạo hàng loạt tài khoản"]
