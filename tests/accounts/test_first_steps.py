"""What an administrator of a new installation does once: each step with its state on the home page, and the page of the system."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from accounts.identity import Role, Scope
from accounts.models import AuditEntry, User
from accounts.users import AccountDetails, change_details
from inventory.wards.wards import load_wards
from portal.backups.create import create_backup
from portal.clock import today
from portal.database import session_scope
from portal.health import PARTS, check_parts
from tests.factories.office import FIELDS, seen_on
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import set_setting


@pytest.fixture
def administrator(sign_in):
    return sign_in(Role.ADMINISTRATOR)


def states(client):
    """The words of each step by its title, and whether it is done."""
    rows = client.get("/").text.partition("Các bước đầu")[2].split("<li")[1:]
    return ["Đã xong:" in row for row in rows], rows


def test_an_empty_installation_has_every_step_before_it_but_the_ones_that_the_settings_answer(administrator, app, tmp_path):
    set_setting(app, backup_folder=tmp_path / "none")
    done, rows = states(administrator)
    titles = ["Cơ quan", "Người ký", "Ngày mục tiêu", "Thư", "Tài khoản", "Đợt khảo sát", "Sao lưu"]
    assert all(title in row for title, row in zip(titles, rows, strict=True))
    assert done == [False] * 2 + [app.config["SETTINGS"].target_date >= today()] + [False] * 4
    assert f"0/{len(load_wards())} đơn vị có công chức" in rows[4]
    assert "chưa có bản nào" in rows[6]
    assert "xong 0/7" in administrator.get("/").text


def test_each_step_is_done_once_it_is_done(administrator, app, session, tmp_path):
    set_setting(app, backup_folder=tmp_path / "backups", mail_folder=tmp_path / "mail", instance=tmp_path)
    day = (today() + timedelta(days=90)).isoformat()
    administrator.post("/office", data=FIELDS | {"seen": seen_on(administrator.get("/office")), "target_date": day})
    administrator.post("/account/email", data={"email": "quan.tri@example.org"})
    answer = administrator.post("/system/mail", follow_redirects=True)
    assert f"thư thử là một tệp trong {tmp_path / 'mail'}" in answer.text
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    create_user(session, "can.bo", "Người thử", Role.OFFICER, [ward.code for ward in load_wards()], password=PASSWORD)
    session.commit()
    create_backup(app)
    done, rows = states(administrator)
    assert done == [True] * 5 + [False, True], rows
    assert "Trần Thị Thử" in rows[1]
    assert "gửi thử lúc" in rows[3]
    assert "bản mới nhất lúc" in rows[6]
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "mail:test")).all() == ["mail:test"]


def test_two_agencies_need_two_names(administrator):
    two = {"co_agency": "SỞ TÀI CHÍNH", "co_signatory_title": "GIÁM ĐỐC"}
    for name, is_done in (("", False), ("Đỗ Văn Hai", True)):
        form = FIELDS | two | {"co_signatory_name": name, "seen": seen_on(administrator.get("/office"))}
        administrator.post("/office", data=form)
        assert states(administrator)[0][1] is is_done


def test_wards_whose_officer_is_locked_count_as_without(administrator, session):
    create_user(session, "cb1", "Người thử", Role.OFFICER, [load_wards()[0].code], password=PASSWORD)
    session.commit()
    assert "1/126 đơn vị" in administrator.get("/").text
    session.scalars(select(User).where(User.username == "cb1")).one().is_active = False
    session.commit()
    assert "0/126 đơn vị" in administrator.get("/").text


def test_who_is_to_open_the_first_round_needs_an_account(administrator, session):
    assert "chưa có tài khoản chuyên viên thẩm định" in states(administrator)[1][5]
    create_user(session, "tham.dinh", "Người thử", Role.REVIEWER, password=PASSWORD)
    session.commit()
    assert "chuyên viên thẩm định mở ở mục “Đợt khảo sát”" in states(administrator)[1][5]


def test_the_demo_has_its_round(demo_sign_in):
    done, _rows = states(demo_sign_in("quantri"))
    assert done[5]


def test_a_letter_to_nobody_and_one_that_cannot_go_are_told(administrator, app, session):
    assert "chưa có thư điện tử" in administrator.post("/system/mail", follow_redirects=True).text
    administrator.post("/account/email", data={"email": "quan.tri@example.org"})
    set_setting(app, smtp_url="smtp://127.0.0.1:9")
    assert "Kiểm tra SMTP_URL" in administrator.post("/system/mail", follow_redirects=True).text
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "mail:test")).all() == []


def test_the_page_of_the_system_says_what_the_watchdog_reads(administrator, app, tmp_path):
    set_setting(app, backup_folder=tmp_path / "backups", instance=tmp_path, mode="production")
    with app.app_context():
        assert set(check_parts(app.config["SETTINGS"])) == set(PARTS)
    page = administrator.get("/system").text
    assert "Chưa có bản nào" in page
    assert page.count("cần xem</strong>") == 1
    backup = create_backup(app)
    page = administrator.get("/system").text
    assert backup.path.name in page
    assert "cần xem</strong>" not in page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_else_sees_them(sign_in, role):
    client = sign_in(role, [load_wards()[0].code])
    assert "Các bước đầu" not in client.get("/").text
    assert client.get("/system").status_code == 404


def test_who_may_open_the_first_round_is_led_to_its_form_from_home(sign_in, app):
    reviewer = sign_in(Role.REVIEWER)
    assert "Mở đợt đầu tiên" in reviewer.get("/").text
    assert '<details class="panel" open>' in reviewer.get("/rounds/").text
    with session_scope(app.extensions["engine"], writes=True) as session:
        user = session.scalars(select(User).where(User.role == Role.REVIEWER.value)).one()
        change_details(session, user.id, AccountDetails(user.full_name, Role.REVIEWER, Scope.WARDS, wards=("00082",)))
    home = reviewer.get("/").text
    assert "Chưa có đợt khảo sát nào." in home
    assert "Mở đợt đầu tiên" not in home
