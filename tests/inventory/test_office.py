"""The office: the environment's until somebody changes it, then version after version, on every page and file that names it."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.identity import Role
from accounts.models import AuditEntry
from inventory.models import OfficeVersion
from inventory.office.store import find_office, office_of
from planning.scenarios.loading import get_plan_record, plan_office
from planning.scenarios.scenarios import finalise_plan, revise_plan
from portal.clock import now
from portal.database import session_scope
from portal.settings import read_settings
from tests.factories.office import FIELDS, seen_on
from tests.support.applications import client_of, set_setting


@pytest.fixture
def administrator(sign_in):
    return sign_in(Role.ADMINISTRATOR)


def test_the_environment_says_it_until_somebody_changes_it(app, session):
    settings = app.config["SETTINGS"]
    assert find_office(session, settings) == office_of(settings)


@pytest.mark.both_databases
def test_a_change_makes_a_version_and_a_line_of_the_trail(session, administrator):
    page = administrator.get("/office")
    assert "SỞ TÀI CHÍNH" in page.text
    assert "Các lần thay đổi" not in page.text
    assert administrator.post("/office", data=FIELDS | {"seen": seen_on(page)}).status_code == 302
    page = administrator.get("/office")
    assert "Đã lưu." in page.text
    assert "Trần Thị Thử" in page.text.partition("Các lần thay đổi")[2]
    administrator.post("/office", data=FIELDS | {"seen": seen_on(page), "target_date": "31/07/2026"})
    versions = session.scalars(select(OfficeVersion).order_by(OfficeVersion.id)).all()
    assert [version.office["target_date"] for version in versions] == ["2026-06-30", "2026-07-31"]
    assert versions[0].by == "Người thử Quản trị hệ thống"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "office:change").order_by(AuditEntry.id.desc())).first()
    assert (entry.before, entry.after) == ({"target_date": "2026-06-30"}, {"target_date": "2026-07-31"})


def test_to_save_what_stands_already_confirms_it_once(session, administrator):
    page = administrator.get("/office")
    standing = find_office(session, read_settings({"TARGET_DATE": "2026-03-31"})).to_values()
    session.rollback()
    administrator.post("/office", data=standing | {"seen": seen_on(page)})
    again = administrator.post("/office", data=standing | {"seen": seen_on(administrator.get("/office"))}, follow_redirects=True)
    assert "Không có gì đổi." in again.text
    assert len(session.scalars(select(OfficeVersion)).all()) == 1


def test_who_changes_what_another_has_changed_meanwhile_is_told_and_loses_nothing(session, administrator):
    page = administrator.get("/office")
    administrator.post("/office", data=FIELDS | {"seen": seen_on(page)})
    late = administrator.post("/office", data=FIELDS | {"seen": seen_on(page), "contact": "Số khác"})
    assert late.status_code == 409
    assert "Người thử Quản trị hệ thống đã lưu một bản khác" in late.text
    assert 'value="Số khác"' in late.text
    assert administrator.post("/office", data=FIELDS | {"seen": seen_on(late), "contact": "Số khác"}).status_code == 302
    assert len(session.scalars(select(OfficeVersion)).all()) == 2


def test_who_saves_a_page_of_versions_that_are_gone_is_told_and_loses_nothing(administrator):
    late = administrator.post("/office", data=FIELDS | {"seen": "7", "contact": "Số khác"})
    assert late.status_code == 409
    assert "các bản đã lưu không còn nữa" in late.text
    assert 'value="Số khác"' in late.text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("agency", "", "Hãy điền ô này."),
        ("contact", " ", "Hãy điền ô này."),
        ("contact", "x" * 301, "Không được dài quá 300 ký tự."),
        ("target_date", "30/02/2026", "Ngày chưa đúng."),
        ("target_date", "31/12/9026", "Năm phải từ 2000 đến 2100."),
        ("target_date", "0026-06-30", "Năm phải từ 2000 đến 2100."),
        ("co_agency", "SỞ TÀI CHÍNH", "Có cơ quan cùng lập thì phải có chức vụ người ký của cơ quan ấy."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_changes_nothing(session, administrator, field, value, message):
    answer = administrator.post("/office", data=FIELDS | {"seen": "", field: value})
    assert answer.status_code == 400
    assert message in answer.text
    assert "Trần Thị Thử" in answer.text
    assert session.scalars(select(OfficeVersion)).all() == []


def test_every_page_and_file_names_the_office_of_now(demo_sign_in):
    administrator = demo_sign_in("quantri")
    administrator.post("/office", data=FIELDS | {"seen": seen_on(administrator.get("/office"))})
    assert "Tổ giúp việc, điện thoại 024 0000 0000" in demo_sign_in("canbo").get("/").text
    assert "30/06/2026" in demo_sign_in("lanhdao").get("/readiness").text
    planner = demo_sign_in("taichinh")
    book = load_workbook(BytesIO(planner.get("/plans/1/workbook.xlsx").data), read_only=True)
    words = {str(cell) for sheet in book for row in sheet.iter_rows(max_row=200, values_only=True) for cell in row if cell}
    assert "SỞ KHOA HỌC VÀ CÔNG NGHỆ" in words
    assert "Trần Thị Thử" in words
    assert not [word for word in words if "SỞ TÀI CHÍNH" in word]


def test_the_files_of_a_final_plan_stay_what_they_were_when_it_was_fixed(demo_app, demo_sign_in):
    """Whoever signed the paper of then, and the map of then, whatever the office and the city are now."""
    planner, administrator = demo_sign_in("taichinh"), demo_sign_in("quantri")
    with demo_app.app_context(), session_scope(demo_app.extensions["engine"], writes=True) as session:
        finalise_plan(session, get_plan_record(session, 1), "Người trình")
    addresses = [f"/plans/1/{name}" for name in ("letter.docx", "workbook.xlsx", "wards/00070/workbook.xlsx")]
    before = [planner.get(address).data for address in addresses]
    administrator.post("/office", data=FIELDS | {"seen": seen_on(administrator.get("/office"))})
    with time_machine.travel(now() + timedelta(days=30)):
        planner = client_of(demo_app, "taichinh")
        assert [planner.get(address).data for address in addresses] == before
        revision = planner.post("/plans/1/revision", data={"note": "Người ký mới"}).headers["Location"]
        letter = Document(BytesIO(planner.get(f"{revision}/letter.docx").data))
    assert "Trần Thị Thử" in {line.text for table in letter.tables for cell in table.rows[0].cells for line in cell.paragraphs}


def test_a_final_plan_is_signed_by_whom_its_content_names_whatever_is_stored_beside_it(demo_app):
    with demo_app.app_context(), session_scope(demo_app.extensions["engine"], writes=True) as session:
        record = get_plan_record(session, 1)
        finalise_plan(session, record, "Người trình")
        before = plan_office(session, record)
        set_setting(demo_app, agency="SỞ KHÁC", signatory_name="Người Khác", contact="Số mới")
        assert plan_office(session, record) == replace(before, contact="Số mới")
        revision = revise_plan(session, record, "Người ký mới", "Một")
        assert plan_office(session, revision).agency == "SỞ KHÁC"


def test_a_change_of_the_environment_no_longer_counts_once_the_page_has_been_saved(app, administrator):
    administrator.post("/office", data=FIELDS | {"seen": seen_on(administrator.get("/office"))})
    set_setting(app, contact="Số cũ")
    assert "Số cũ" not in administrator.get("/office").text
