"""The pages of whoever manages accounts: find, create, change, and let somebody stand in."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.identity import SCOPES, Role, Scope
from accounts.models import AuditEntry, StandIn, User
from accounts.scopes import ScopeError, check_scope, covered_wards
from portal.clock import today
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import client_of, enter

OFFICER = {"username": "can.bo", "full_name": "Người thử", "role": "officer", "scope": "wards", "wards": ["00070", "00082"]}


@pytest.fixture
def administrator(sign_in):
    return sign_in(Role.ADMINISTRATOR)


def look(session, query):
    """What is stored now, without holding the lock that a writing session takes with its first question."""
    session.rollback()
    rows = list(session.scalars(query))
    session.expunge_all()
    session.rollback()
    return rows


def user_of(session, username):
    return look(session, select(User).where(User.username == username))[0]


def change(session, row, **values):
    """Store other values in a row that was looked at."""
    row = session.merge(row)
    for name, value in values.items():
        setattr(row, name, value)
    session.commit()


@pytest.mark.parametrize(
    ("entered", "message"),
    [
        ({"wards": "99999"}, "Hãy chọn một mục trong danh sách"),
        ({"wards": []}, "phải ghi ít nhất một xã, phường"),
        ({"scope": "city"}, "làm việc theo phạm vi “Danh sách xã, phường”"),
        ({"role": "leader"}, "làm việc theo phạm vi “Toàn thành phố”"),
        ({"role": "reviewer", "scope": "former_district"}, "Chọn một quận, huyện, thị xã"),
        ({"username": "ab"}, "cần 3 đến 64 ký tự"),
        ({"username": "nguoi-administrator"}, "Đã có tài khoản"),
        ({"full_name": "x" * 201}, "Không được dài quá 200 ký tự"),
        ({"email": "khong phai"}, "Viết theo dạng ten@co-quan.vn"),
    ],
)
def test_an_account_that_makes_no_sense_is_told_and_stays_typed(administrator, entered, message):
    form = OFFICER | entered
    page = administrator.post("/users/new", data=form)
    assert page.status_code == 400
    assert message in page.text
    assert f'value="{form["username"]}"' in page.text
    assert page.text.count(" checked>") == len([code for code in form["wards"] if len(code) == 5 and code != "99999"])


def test_a_new_account_is_given_on_a_slip_with_the_address(administrator, app):
    page = administrator.post("/users/new", data=OFFICER).text
    assert "http://127.0.0.1:8000" in page
    assert "can.bo" in page
    answer = administrator.get("/users?q=cua nam").text
    assert "Phường Hoàn Kiếm, Phường Cửa Nam" in answer
    assert "Có 1 tài khoản." in answer


def test_a_reset_and_a_lock_by_page_do_what_they_say_and_leave_their_lines(app, administrator, session):
    create_user(session, "thu.ha", "Nguyễn Thu Hà", Role.REVIEWER, password=PASSWORD)
    session.commit()
    address = f"/users/{user_of(session, 'thu.ha').id}"
    slip = administrator.post(f"{address}/reset").text
    [password] = re.findall(r"Mật khẩu một lần:\s*<code[^>]*>([a-z0-9-]+)</code>", slip)
    assert enter(app.test_client(), "thu.ha", password).status_code == 302
    for active in ("0", "1"):
        administrator.post(f"{address}/active", data={"active": active})
    entries = look(session, select(AuditEntry).where(AuditEntry.subject == "account thu.ha").order_by(AuditEntry.id))
    assert [(entry.username, entry.action, entry.after) for entry in entries] == [
        ("nguoi-administrator", "account:reset-password", None),
        ("thu.ha", "account:sign-in", None),
        ("nguoi-administrator", "account:set-active", {"active": False}),
        ("nguoi-administrator", "account:set-active", {"active": True}),
    ]


def test_an_account_is_found_whatever_its_diacritics(administrator, session):
    create_user(session, "thu.ha", "Nguyễn Thu Hà", Role.OFFICER, ["00070"])
    create_user(session, "ai.do", "Trần Đức", Role.REVIEWER)
    session.commit()
    for query, count in (("q=nguyen thu ha", 1), ("q=HOÀN KIẾM", 1), ("role=reviewer", 1), ("state=closed", 0), ("q=khong co", 0)):
        assert f"Có {count} tài khoản." in administrator.get(f"/users?{query}").text


def test_what_an_account_may_do_changes_with_the_next_page(app, administrator, session, sign_in):
    person = sign_in(Role.REVIEWER)
    name = "nguoi-reviewer"
    assert person.get("/rounds/").status_code == 200
    form = {
        "username": name,
        "full_name": "Tên mới",
        "role": "reviewer",
        "scope": "former_district",
        "former_district": "Quận Hoàn Kiếm",
    }
    path = f"/users/{user_of(session, name).id}"
    assert administrator.post(path, data=form).location == path
    # Rounds and standards are of the whole city.
    assert person.get("/rounds/").status_code == 404
    assert person.get("/review/").status_code == 200
    with app.app_context():
        assert {"00070", "00082"} == covered_wards(user_of(session, name))
    administrator.post(path, data=form | {"role": "planner", "scope": "city"})
    assert person.get("/review/").status_code == 404
    assert person.get("/prices/").status_code == 200
    entry = look(session, select(AuditEntry).where(AuditEntry.action == "account:change").order_by(AuditEntry.id))[0]
    assert entry.before == {
        "full_name": "Người thử Chuyên viên thẩm định",
        "role": "Chuyên viên thẩm định",
        "scope": "Toàn thành phố",
    }
    assert entry.after["former_district"] == "Quận Hoàn Kiếm"


def test_the_last_administrator_keeps_the_role(administrator, session):
    user = user_of(session, "nguoi-administrator")
    form = {"username": user.username, "full_name": "X", "role": "leader", "scope": "city"}
    assert "quản trị hệ thống cuối cùng" in administrator.post(f"/users/{user.id}", data=form).text


def test_a_change_that_is_refused_keeps_what_was_typed(administrator, session):
    create_user(session, "thu.ha", "Nguyễn Thu Hà", Role.OFFICER, ["00070"])
    session.commit()
    form = {"username": "thu.ha", "full_name": "Tên vừa gõ", "role": "officer", "scope": "wards", "wards": []}
    page = administrator.post(f"/users/{user_of(session, 'thu.ha').id}", data=form)
    assert page.status_code == 400
    assert 'value="Tên vừa gõ"' in page.text
    assert user_of(session, "thu.ha").full_name == "Nguyễn Thu Hà"


def test_each_role_says_what_it_may_answer_for():
    assert set(SCOPES) == set(Role)
    for role, scopes in SCOPES.items():
        for scope in set(Scope) - set(scopes):
            with pytest.raises(ScopeError):
                check_scope(role, scope, "Quận Hoàn Kiếm", ["00070"])


def test_a_list_without_a_ward_covers_nothing(app, session, sign_in):
    reviewer = sign_in(Role.REVIEWER)
    change(session, user_of(session, "nguoi-reviewer"), scope=Scope.WARDS.value)
    with app.app_context():
        assert covered_wards(user_of(session, "nguoi-reviewer")) == frozenset()
    assert reviewer.get("/review/").status_code == 200
    assert "Không xã, phường nào" in sign_in(Role.ADMINISTRATOR).get("/users").text


class TestAReviewerOfADistrict:
    """Sees, and decides on, the submissions of the district alone."""

    @pytest.fixture
    def reviewer(self, demo_app, demo_session):
        user = demo_session.scalars(select(User).where(User.username == "thamdinh2")).one()
        user.scope, user.former_district = Scope.FORMER_DISTRICT.value, "Quận Hoàn Kiếm"
        demo_session.commit()
        return client_of(demo_app, "thamdinh2")

    def test_the_queue_holds_no_other_ward(self, reviewer, demo_sign_in):
        assert "/review/" in demo_sign_in("thamdinh").get("/review/").text
        assert 'name="submission"' not in reviewer.get("/review/").text

    def test_no_other_submission_is_opened_or_approved(self, reviewer, demo_sign_in):
        number = re.search(r"/review/(\d+)", demo_sign_in("thamdinh").get("/review/").text)[1]
        assert reviewer.get(f"/review/{number}").status_code == 404
        assert reviewer.post(f"/review/{number}/approve").status_code == 404
        assert reviewer.post("/review/approve", data={"submission": number}).status_code == 404


class TestStandingIn:
    """Somebody acts for whoever is away, under both names, from a day to a day."""

    FORM = {"deputy": "lam.thay", "document": "Quyết định số 12/QĐ-UBND ngày 01/3/2026"}  # noqa: RUF012 - never changed

    @pytest.fixture
    def people(self, session):
        create_user(session, "di.vang", "Trần Đi Vắng", Role.WARD_HEAD, ["00082"], password=PASSWORD)
        create_user(session, "lam.thay", "Lê Làm Thay", Role.OFFICER, ["00070"], password=PASSWORD)
        session.commit()

    def record(self, administrator, session, days=(0, 30), **other):
        path = f"/users/{user_of(session, 'di.vang').id}/stand-ins"
        since, until = (today() + timedelta(days=number) for number in days)
        return administrator.post(path, data=self.FORM | {"since": since.isoformat(), "until": until.isoformat()} | other)

    def test_a_deputy_chooses_to_act_and_is_named_with_the_absent(self, app, people, administrator, session):
        assert self.record(administrator, session).status_code == 302
        deputy = client_of(app, "lam.thay")
        assert deputy.get("/inventory/wards/00082").status_code == 404
        page = deputy.get("/").text
        assert "Làm thay Trần Đi Vắng" in page
        (stand_in,) = look(session, select(StandIn.id))
        assert deputy.post(f"/account/acting/{stand_in}").location == "/"
        page = deputy.get("/").text
        assert "Đang làm thay: Lê Làm Thay (làm thay Trần Đi Vắng)." in page
        assert "Lãnh đạo UBND xã, phường" in page
        assert deputy.get("/inventory/wards/00082").status_code == 200
        assert deputy.get("/inventory/wards/00070").status_code == 404
        deputy.post("/account/email", data={"email": "moi@example.org"})
        entry = look(session, select(AuditEntry).order_by(AuditEntry.id.desc()))[0]
        assert (entry.username, entry.acts_for, entry.action) == ("lam.thay", "di.vang", "account:set-email")
        assert "lam.thay (làm thay di.vang)" in administrator.get("/audit?person=di.vang").text
        deputy.post("/account/acting/end")
        assert deputy.get("/inventory/wards/00082").status_code == 404

    def test_it_ends_with_its_day_or_when_it_is_taken_back(self, app, people, administrator, session):
        self.record(administrator, session)
        deputy, (row,) = client_of(app, "lam.thay"), look(session, select(StandIn))
        deputy.post(f"/account/acting/{row.id}")
        administrator.post(f"/users/{row.absent_id}/stand-ins/{row.id}/end")
        assert deputy.get("/inventory/wards/00082").status_code == 404
        assert deputy.post(f"/account/acting/{row.id}").status_code == 404

    def test_what_is_pressed_after_its_end_is_not_done_as_oneself(self, app, people, administrator, session):
        self.record(administrator, session)
        deputy, (row,) = client_of(app, "lam.thay"), look(session, select(StandIn))
        deputy.post(f"/account/acting/{row.id}")
        change(session, row, since=today() - timedelta(days=2), until=today() - timedelta(days=1))
        back = {"Referer": "http://localhost/account/password"}
        assert deputy.post("/account/email", data={"email": "moi@example.org"}, headers=back).location == "/account/password"
        assert user_of(session, "lam.thay").email == ""
        assert "Ủy quyền làm thay Trần Đi Vắng đã kết thúc." in deputy.get("/account/password").text
        assert "đã kết thúc" not in deputy.get("/account/password").text
        assert deputy.post("/account/email", data={"email": "moi@example.org"}).location == "/account/password"
        assert user_of(session, "lam.thay").email == "moi@example.org"

    def test_whoever_acted_until_it_ended_may_still_sign_out(self, app, people, administrator, session):
        self.record(administrator, session)
        deputy, (row,) = client_of(app, "lam.thay"), look(session, select(StandIn))
        deputy.post(f"/account/acting/{row.id}")
        administrator.post(f"/users/{row.absent_id}/stand-ins/{row.id}/end")
        assert deputy.post("/sign-out").location == "/sign-in"

    @pytest.mark.parametrize("changes", [{"role": "administrator", "scope": "city"}, {"is_active": False}])
    def test_nobody_acts_for_whoever_has_become_an_administrator_or_left(self, app, people, administrator, session, changes):
        self.record(administrator, session)
        deputy, (row,) = client_of(app, "lam.thay"), look(session, select(StandIn))
        deputy.post(f"/account/acting/{row.id}")
        change(session, user_of(session, "di.vang"), **changes)
        assert deputy.get("/users").status_code == deputy.get("/inventory/wards/00082").status_code == 404
        assert "Làm thay Trần Đi Vắng" not in deputy.get("/").text

    @pytest.mark.parametrize("days", [(1, 5), (-9, -1)])
    def test_it_does_not_hold_outside_its_days(self, app, people, administrator, session, days):
        self.record(administrator, session)
        (row,) = look(session, select(StandIn))
        change(session, row, since=today() + timedelta(days=days[0]), until=today() + timedelta(days=days[1]))
        deputy = client_of(app, "lam.thay")
        assert "Làm thay Trần" not in deputy.get("/").text
        assert deputy.post(f"/account/acting/{row.id}").status_code == 404

    def test_nobody_else_acts_by_it(self, app, people, administrator, session):
        self.record(administrator, session)
        create_user(session, "ke.la", "Kẻ Lạ", Role.OFFICER, ["00070"], password=PASSWORD)
        session.commit()
        assert client_of(app, "ke.la").post(f"/account/acting/{look(session, select(StandIn.id))[0]}").status_code == 404

    @pytest.mark.parametrize(
        ("other", "message"),
        [
            ({"deputy": "di.vang"}, "phải là người khác"),
            ({"deputy": "khong.co"}, "Không có tài khoản mang tên đăng nhập này"),
            ({"deputy": "nguoi-administrator"}, "không làm thay ai"),
            ({"until": "2020-01-01"}, "Ngày kết thúc phải từ hôm nay"),
            ({"since": "2020-01-01", "until": "2020-01-02"}, "Ngày kết thúc phải từ hôm nay"),
            ({"document": ""}, "Hãy điền ô này"),
        ],
    )
    def test_what_makes_no_sense_is_told_and_stays_typed(self, people, administrator, session, other, message):
        page = self.record(administrator, session, **other)
        assert page.status_code == 400
        assert message in page.text
        assert f'value="{(self.FORM | other)["deputy"]}"' in page.text

    def test_the_same_person_is_not_named_twice_for_the_same_days(self, people, administrator, session):
        assert self.record(administrator, session).status_code == 302
        assert "đã được ủy quyền trong khoảng ngày ấy" in self.record(administrator, session, days=(10, 40)).text


def test_sign_in_pages_of_a_deputy_keep_their_own_account(app, session, sign_in):
    """Whoever stands in changes their own password, never the one of the absent."""
    create_user(session, "lam.thay", "Lê Làm Thay", Role.OFFICER, ["00070"], password=PASSWORD)
    session.commit()
    client = app.test_client()
    enter(client, "lam.thay", PASSWORD)
    assert client.get("/account/password").status_code == 200


class TestManyAtOnce:
    """The table is taken along, filled in, looked at once more, and becomes slips to print."""

    @pytest.fixture
    def filled(self, administrator):
        book = load_workbook(BytesIO(administrator.get("/users/table.xlsx").data))
        sheet = book.active
        sheet["A5"], sheet["B5"] = "thu.ha", "Nguyễn Thu Hà"
        for column, value in enumerate(["duc.anh", "Trần Đức Anh", "Chuyên viên thẩm định"], start=1):
            sheet.cell(sheet.max_row + (column == 1), column, value)
        return book

    def send(self, administrator, book, **fields):
        buffer = BytesIO()
        book.save(buffer)
        buffer.seek(0)
        return administrator.post("/users/import", data={"file": (buffer, "bang.xlsx")} | fields)

    def test_a_rehearsal_creates_nothing_and_what_it_showed_is_created(self, administrator, filled, session):
        page = self.send(administrator, filled)
        assert "Sẽ tạo 2 tài khoản dưới đây." in page.text
        assert "Phường Hoàn Kiếm" in page.text
        assert look(session, select(User.username)) == ["nguoi-administrator"]
        content = re.search(r'name="content" value="([^"]+)"', page.text)[1]
        slips = administrator.post("/users/import", data={"content": content, "do": "take"}, follow_redirects=True)
        assert slips.text.count("Mật khẩu một lần:") == 2
        assert re.search(r"Nguyễn Thu Hà</strong> · Công chức xã, phường</p>\s*<p[^>]*>Phường Hoàn Kiếm</p>", slips.text)
        assert set(look(session, select(User.username))) == {"nguoi-administrator", "thu.ha", "duc.anh"}
        password = re.search(r"thu\.ha</code></p>\s*<p[^>]*>Mật khẩu một lần: <code>([^<]+)</code>", slips.text)[1]
        assert enter(administrator.application.test_client(), "thu.ha", password).status_code == 302

    def test_every_mistake_is_told_with_its_row_and_nothing_is_created(self, administrator, filled, session):
        filled.active["C5"], filled.active["A6"] = "Vua", "x"
        page = self.send(administrator, filled)
        assert page.status_code == 400
        assert re.search(r"Dòng 5: Vai trò “Vua” không có", page.text)
        assert "Dòng 6: " in page.text
        assert look(session, select(User.username)) == ["nguoi-administrator"]

    def test_a_ward_may_be_named(self, administrator, filled, session):
        filled.active["D5"] = "phuong cua nam; Phường Hoàn Kiếm"
        assert "Phường Cửa Nam, Phường Hoàn Kiếm" in self.send(administrator, filled).text
        filled.active["D5"] = "Phường Không Có"
        assert "Không có xã, phường nào mang mã hoặc tên “Phường Không Có”" in self.send(administrator, filled).text

    def test_an_empty_table_is_told(self, administrator):
        book = load_workbook(BytesIO(administrator.get("/users/table.xlsx").data))
        assert "chưa có dòng nào được điền" in self.send(administrator, book).text
