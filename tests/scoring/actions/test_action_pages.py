"""Actions on their pages and in their table: who may see, give out, report; that nothing unclear is saved; and the reminders."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from accounts.identity import Identity, Role, Scope
from accounts.models import AuditEntry, User, UserWard
from portal.clock import now, today
from portal.errors import NotFoundError
from portal.reminders import reminder_lines
from scoring.actions.action import ActionError, ActionState, PublicBody
from scoring.actions.register import (
    change_action,
    complete_action,
    create_actions,
    get_action,
    list_actions,
    list_open_actions,
    may_report,
    reopen_action,
)
from scoring.actions.reminders import DAYS_BEFORE, action_reminders
from scoring.models import REQUIRED_TEXTS, ActionRecord
from tests.factories.actions import LEADER, OTHER, SIX_CLARITIES, WARD, WARDS, assign_action, make_clarities, make_owner


def page_of(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return BeautifulSoup(answer.data, "html.parser")


def form_values(owner_id, **changes):
    return {"ward": WARD, "owner": str(owner_id), "due": (today() + timedelta(days=5)).isoformat(), **SIX_CLARITIES, **changes}


@pytest.mark.both_databases
def test_an_action_is_given_changed_done_and_opened_again(session):
    owner = make_owner(session)
    number = assign_action(session, owner)
    action = get_action(session, LEADER, number)
    assert (action.ward, action.clarities, action.owner_name) == (WARDS[WARD], make_clarities(owner), "Người can.bo")
    assert action.state(today()) is ActionState.OPEN
    change_action(session, number, 1, make_clarities(owner, 9, task="Mua bổ sung 9 máy tính"), today())
    complete_action(session, number, "9 máy, biên bản số 1", "Người can.bo")
    session.commit()
    done_action = get_action(session, LEADER, number)
    assert (done_action.state(today()), done_action.done_on, done_action.delivered) == (
        ActionState.DONE,
        today(),
        "9 máy, biên bản số 1",
    )
    assert done_action.clarities.task == "Mua bổ sung 9 máy tính"
    assert list_open_actions(session) == []
    reopen_action(session, number, "Thiếu một máy")
    session.commit()
    reopened_action = get_action(session, LEADER, number)
    assert (reopened_action.state(today()), reopened_action.delivered, reopened_action.revision) == (ActionState.OPEN, "", 4)


@pytest.mark.both_databases
@pytest.mark.parametrize("part", REQUIRED_TEXTS)
def test_the_table_itself_refuses_what_is_unclear(session, part):
    owner = make_owner(session)
    row = {
        **SIX_CLARITIES,
        "owner_id": owner,
        "due": today(),
        "criterion": "",
        "created_by": "",
        "created_at": now(),
        "revision": 1,
    }
    session.execute(insert(ActionRecord).values(**row))
    with pytest.raises(IntegrityError):
        session.execute(insert(ActionRecord).values(**{**row, part: ""}))


@pytest.mark.both_databases
def test_of_many_actions_all_are_saved_or_none(session):
    owner = make_owner(session, role=Role.REVIEWER, wards=())
    plans = [(WARDS[WARD], make_clarities(owner)), (WARDS[OTHER], make_clarities(owner, -1))]
    with pytest.raises(ActionError, match="Thời hạn đã qua"):
        create_actions(session, plans, "Người giao", today())
    session.rollback()
    assert list_actions(session, LEADER) == []


def test_two_who_change_at_once_do_not_overwrite_each_other(session):
    owner = make_owner(session)
    number = assign_action(session, owner)
    change_action(session, number, 1, make_clarities(owner, task="Bản của người thứ nhất"), today())
    with pytest.raises(ActionError, match="Người khác vừa sửa"):
        change_action(session, number, 1, make_clarities(owner, task="Bản của người thứ hai"), today())


def test_a_deadline_that_has_passed_may_stay_but_not_be_chosen(session):
    owner = make_owner(session)
    number = assign_action(session, owner, days=-3)
    change_action(session, number, 1, make_clarities(owner, -3, task="Cùng thời hạn đã qua"), today())
    with pytest.raises(ActionError, match="Thời hạn đã qua"):
        change_action(session, number, 2, make_clarities(owner, -2), today())


def test_what_is_done_is_neither_changed_nor_reported_twice(session):
    owner = make_owner(session)
    number = assign_action(session, owner)
    with pytest.raises(ActionError):
        complete_action(session, number, "  ", "Ai đó")
    with pytest.raises(ActionError):
        reopen_action(session, number, "Chưa từng xong")
    complete_action(session, number, "Đã bàn giao", "Ai đó")
    with pytest.raises(ActionError, match="đã báo xong"):
        complete_action(session, number, "Đã bàn giao", "Ai khác")
    with pytest.raises(ActionError, match="Mở lại"):
        change_action(session, number, 2, make_clarities(owner), today())


def test_a_person_of_a_ward_sees_the_actions_of_that_ward_only(session):
    owner = make_owner(session, role=Role.REVIEWER, wards=())
    own_number, other_number, city_number = (assign_action(session, owner, ward) for ward in (WARD, OTHER, None))
    person = Identity(0, "x", "X", Role.OFFICER, frozenset({WARD}))
    assert [action.id for action in list_actions(session, person)] == [own_number]
    assert {action.id for action in list_actions(session, LEADER)} == {own_number, other_number, city_number}
    assert [action.id for action in list_actions(session, LEADER, OTHER)] == [other_number]
    for hidden_number in (other_number, city_number):
        with pytest.raises(NotFoundError):
            get_action(session, person, hidden_number)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_report_an_action_done(session, role):
    owner = make_owner(session, role=Role.PLANNER, wards=())
    action = get_action(session, LEADER, assign_action(session, owner))
    wards = frozenset({WARD}) if role.is_of_ward else None
    assert may_report(Identity(0, "x", "X", role, wards), action) is role.is_of_ward
    assert may_report(Identity(owner, "x", "X", role, wards), action) is (role not in (Role.LEADER, Role.ADMINISTRATOR))
    if role.is_of_ward:
        assert not may_report(Identity(0, "x", "X", role, frozenset({OTHER})), action)


@pytest.mark.parametrize("role", [Role.LEADER, Role.REVIEWER])
def test_who_may_assign_gives_an_action_out_and_it_is_written_down(session, sign_in, role):
    owner = make_owner(session)
    session.commit()
    answer = sign_in(role).post("/actions/new", data=form_values(owner))
    assert answer.status_code == 302
    [action] = list_actions(session, LEADER)
    assert answer.location == f"/actions/{action.id}"
    assert (action.clarities.contact, action.clarities.authority) == ("0900 000 000", PublicBody.FINANCE)
    [line] = session.scalars(select(AuditEntry).where(AuditEntry.action == "action:create"))
    assert (line.subject, line.after["ward"], line.after["task"]) == (f"action {action.id}", WARD, SIX_CLARITIES["task"])


@pytest.mark.parametrize("part", ["owner", "task", "due", "unit", "head", "deliverable", "evidence", "authority"])
@pytest.mark.parametrize("value", ["", "   "])
def test_no_action_is_saved_with_one_clarity_missing_and_nothing_typed_is_lost(session, sign_in, part, value):
    owner = make_owner(session)
    session.commit()
    page = page_of(sign_in(Role.LEADER).post("/actions/new", data=form_values(owner, **{part: value})), 400)
    assert list_actions(session, LEADER) == []
    assert page.select_one(f"#{part}-error").get_text(strip=True)
    assert page.select_one(f"#{part}")["aria-invalid"] == "true"
    for field in {"task", "deliverable", "evidence"} - {part}:
        assert page.select_one(f"#{field}").get_text() == SIX_CLARITIES[field]
    for field in {"contact", "head"} - {part}:
        assert page.select_one(f"#{field}")["value"] == SIX_CLARITIES[field]
    for field in {"owner", "unit", "authority"} - {part}:
        assert page.select_one(f"#{field} option[selected]")["value"] == form_values(owner)[field]


def test_a_person_is_clear_by_the_address_of_the_account_or_by_what_was_typed(session, sign_in):
    owner_with_address, owner_without_address = make_owner(session), make_owner(session, "khong.thu", email="")
    session.commit()
    client = sign_in(Role.LEADER)
    page = page_of(client.post("/actions/new", data=form_values(owner_without_address, contact="")), 400)
    assert "chưa có thư điện tử" in page.select_one("#contact-error").get_text()
    assert client.post("/actions/new", data=form_values(owner_with_address, contact="")).status_code == 302
    [action] = list_actions(session, LEADER)
    assert action.clarities.contact == "can.bo@example.org"


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("due", "2020-01-01", "Thời hạn đã qua"),
        ("due", "ngày mai", "Ngày chưa đúng"),
        ("task", "Mua", "Cần từ 10 đến 1000 ký tự"),
        ("task", "x" * 1001, "Cần từ 10 đến 1000 ký tự"),
        ("head", "x" * 201, "Cần từ 3 đến 200 ký tự"),
        ("contact", "x" * 201, "Không được dài quá 200 ký tự"),
        ("unit", "nobody", "Hãy chọn một mục"),
        ("owner", "999999", "Hãy chọn một mục"),
    ],
)
def test_an_error_stands_beside_its_field_with_what_was_typed(session, sign_in, part, value, message):
    owner = make_owner(session)
    session.commit()
    page = page_of(sign_in(Role.LEADER).post("/actions/new", data=form_values(owner, **{part: value})), 400)
    assert message in page.select_one(f"#{part}-error").get_text()
    field = page.select_one(f"#{part}")
    assert field.name == "select" or value in (field.get("value", ""), field.get_text())
    assert list_actions(session, LEADER) == []


def test_a_person_who_cannot_see_the_ward_cannot_own_its_action(session, sign_in):
    stranger = make_owner(session, wards=(OTHER,))
    leader = make_owner(session, "lanh.dao.tp", Role.LEADER, ())
    session.commit()
    client = sign_in(Role.LEADER)
    for owner in (stranger, leader):
        page = page_of(client.post("/actions/new", data=form_values(owner)), 400)
        assert page.select_one("#owner-error")
    assert page_of(client.post("/actions/new", data={**form_values(stranger), "ward": "", "city": "1"}), 404)
    assert list_actions(session, LEADER) == []


def test_many_wards_get_one_action_each_with_their_own_people_and_names(session, sign_in):
    first, second = make_owner(session), make_owner(session, "can.bo.hai", wards=(OTHER,), email="hai@example.org")
    session.commit()
    form = form_values("officer", contact="", ward=[WARD, OTHER], task="Mua máy tính cho [đơn vị]", head="Chủ tịch UBND [đơn vị]")
    answer = sign_in(Role.REVIEWER).post("/actions/new", data=form)
    assert answer.location == "/actions"
    actions = {action.ward.code: action for action in list_actions(session, LEADER)}
    assert {code: action.clarities.owner_id for code, action in actions.items()} == {WARD: first, OTHER: second}
    assert actions[OTHER].clarities.task == "Mua máy tính cho phường Hoàn Kiếm"
    assert actions[WARD].clarities.head == "Chủ tịch UBND phường Cửa Nam"
    assert actions[OTHER].clarities.contact == "hai@example.org"
    assert session.query(AuditEntry).where(AuditEntry.action == "action:create").count() == 2


def test_of_many_wards_none_gets_an_action_while_one_has_nobody(session, sign_in):
    make_owner(session)
    session.commit()
    page = page_of(sign_in(Role.REVIEWER).post("/actions/new", data=form_values("officer", ward=[WARD, OTHER])), 400)
    assert "Phường Hoàn Kiếm" in page.select_one("#owner-error").get_text()
    assert len(page.select('[name="ward"][checked]')) == 2
    assert list_actions(session, LEADER) == []


def test_the_city_has_actions_of_its_own(session, sign_in):
    owner = make_owner(session, role=Role.PLANNER, wards=())
    session.commit()
    form = {**form_values(owner, unit="finance"), "city": "1"}
    del form["ward"]
    assert sign_in(Role.LEADER).post("/actions/new", data=form).status_code == 302
    [action] = list_actions(session, LEADER)
    assert (action.ward, action.place) == (None, "Toàn thành phố")


@pytest.mark.parametrize("query", ["?ward=99999", "?ward=x", "?ward=00082&ward=1"])
def test_a_ward_that_is_none_gets_no_action(sign_in, query):
    assert sign_in(Role.LEADER).get(f"/actions/new{query}").status_code == 404


@pytest.fixture
def reviewer_of_one_ward(demo_session, demo_sign_in):
    user = demo_session.scalars(select(User).where(User.username == "thamdinh2")).one()
    user.scope, user.wards = Scope.WARDS.value, [UserWard(ward_code=OTHER)]
    demo_session.commit()
    return demo_sign_in("thamdinh2")


def test_what_another_ward_answered_is_read_at_no_door_of_assigning(reviewer_of_one_ward, demo_session):
    client, place = reviewer_of_one_ward, {"ward": "00004", "criterion": "CR-A1"}
    assert client.get("/actions/new", query_string=place).status_code == 404
    assert client.get("/actions/new?city=1").status_code == 404
    assert 'href="/actions/new?city=1"' not in client.get("/actions").text
    for query in ("", "?result=no_data", "?criterion=CR-A1"):
        boxes = page_of(client.get(f"/actions/wards{query}")).select('[name="ward"]')
        assert {box["value"] for box in boxes} <= {OTHER}
    owner = make_owner(demo_session, "nguoi.lam", Role.REVIEWER, ())
    demo_session.commit()
    for elsewhere in ({"ward": "00004"}, {"ward": [OTHER, "00004"]}, {"ward": "", "city": "1"}):
        assert client.post("/actions/new", data=form_values(owner) | elsewhere).status_code == 404


def test_a_criterion_of_network_security_is_given_out_within_the_scope_and_to_whom_may_see_it(reviewer_of_one_ward, demo_session):
    owner = make_owner(demo_session, "nguoi.chi", Role.PLANNER, ())
    demo_session.commit()
    assert reviewer_of_one_ward.get(f"/actions/new?ward={OTHER}&criterion=CR-G3").status_code == 200
    form = form_values(owner, ward=OTHER, criterion="CR-G3")
    page = page_of(reviewer_of_one_ward.post("/actions/new?criterion=CR-A1", data=form), 400)
    assert page.select_one("#owner-error")


def test_nobody_chosen_is_told(sign_in, session):
    owner = make_owner(session)
    session.commit()
    client = sign_in(Role.LEADER)
    form = form_values(owner)
    del form["ward"]
    assert "Chưa chọn xã, phường nào" in page_of(client.post("/actions/new", data=form), 400).get_text()
    assert client.get("/actions/new").location == "/actions/wards"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("wards", [(WARD,), (OTHER,)])
def test_each_role_and_ward_at_each_door_of_an_action(session, sign_in, role, wards):
    number = assign_action(session, make_owner(session))
    client = sign_in(role, wards if role.is_of_ward else ())
    may_see = role is not Role.ADMINISTRATOR and (not role.is_of_ward or wards == (WARD,))
    may_assign = role in (Role.LEADER, Role.REVIEWER)
    may_complete = may_see and role.is_of_ward
    assert client.get(f"/actions/{number}").status_code == (200 if may_see else 404)
    assert client.get(f"/actions/{number}/change").status_code == (200 if may_assign else 404)
    assert client.post(f"/actions/{number}/done", data={"delivered": ""}).status_code == (400 if may_complete else 404)
    assert client.post(f"/actions/{number}/reopening", data={"reason": ""}).status_code == (400 if may_assign else 404)
    assert list_actions(session, LEADER)[0].revision == 1
    session.rollback()
    if role is not Role.ADMINISTRATOR:
        assert (f'href="/actions/{number}"' in client.get("/actions").text) is may_see
        row_count = load_workbook(BytesIO(client.get("/actions/list.xlsx").data)).active.max_row
        assert row_count == (5 if may_see else 4)


def test_it_is_changed_on_its_page_and_the_change_is_written_down(session, sign_in):
    owner = make_owner(session)
    number = assign_action(session, owner)
    client = sign_in(Role.REVIEWER)
    page = page_of(client.get(f"/actions/{number}/change"))
    assert page.select_one("#task").get_text() == SIX_CLARITIES["task"]
    revision = page.select_one('[name="revision"]')["value"]
    form = form_values(owner, task="Thuê 8 máy tính trong 3 năm", revision=revision)
    assert client.post(f"/actions/{number}/change", data=form).status_code == 302
    conflict_page = page_of(client.post(f"/actions/{number}/change", data={**form, "task": "Bản gõ sau"}), 400)
    assert "Người khác vừa sửa" in conflict_page.select_one(".alert-danger").get_text()
    assert conflict_page.select_one("#task").get_text() == "Bản gõ sau"
    [line] = session.scalars(select(AuditEntry).where(AuditEntry.action == "action:change"))
    assert (line.before["task"], line.after["task"]) == (SIX_CLARITIES["task"], "Thuê 8 máy tính trong 3 năm")


def test_the_owner_reports_it_done_and_the_leader_may_open_it_again(session, sign_in):
    number = assign_action(session, make_owner(session, "nguoi-officer"))
    owner, leader = sign_in(Role.OFFICER, [WARD]), sign_in(Role.LEADER)
    assert "Báo đã xong việc này" in owner.get(f"/actions/{number}").text
    assert "Báo đã xong việc này" not in leader.get(f"/actions/{number}").text
    page = page_of(owner.post(f"/actions/{number}/done", data={"delivered": "  "}), 400)
    assert page.select_one("#delivered-error")
    assert owner.post(f"/actions/{number}/done", data={"delivered": "8 máy, biên bản số 5"}).status_code == 302
    page = page_of(owner.post(f"/actions/{number}/done", data={"delivered": "Lần hai, gõ lại"}), 400)
    assert "đã báo xong việc này" in page.select_one("#delivered-error").get_text()
    assert page.select_one("#delivered").get_text() == "Lần hai, gõ lại"
    assert "8 máy, biên bản số 5" in leader.get(f"/actions/{number}").text
    assert leader.get(f"/actions/{number}/change").status_code == 400
    assert leader.post(f"/actions/{number}/reopening", data={"reason": "Còn thiếu 1 máy"}).status_code == 302
    text = page_of(leader.get(f"/actions/{number}")).get_text()
    assert "mở lại việc: Còn thiếu 1 máy" in text
    assert "còn 5 ngày" in text
    lines = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"action {number}").order_by(AuditEntry.id))
    assert list(lines) == ["action:complete", "action:reopen"]


def test_each_role_has_its_actions_on_the_home_page(session, sign_in):
    assign_action(session, make_owner(session, "nguoi-officer"), days=-2, task="Việc của công chức phường")
    assign_action(
        session,
        make_owner(session, "nguoi-planner", Role.PLANNER, ()),
        None,
        -9,
        task="Việc của chuyên viên tài chính",
        unit=PublicBody.FINANCE,
    )
    assign_action(
        session, make_owner(session, "nguoi-reviewer", Role.REVIEWER, ()), OTHER, 4, task="Việc của chuyên viên thẩm định"
    )

    def home_text(role, wards=()):
        return page_of(sign_in(role, wards).get("/")).get_text(" ")

    leader = home_text(Role.LEADER)
    assert "Việc cần làm của thành phố" in leader
    # A ward whose action is late is among those to decide on; an action of the city stands in the list of actions.
    assert re.search(r"cần quyết định.*quá hạn 2 ngày.*Việc của chuyên viên tài chính.*quá hạn 9 ngày", leader, re.DOTALL)
    assert "Việc của chuyên viên thẩm định" not in leader
    for role, wards, task in (
        (Role.OFFICER, [WARD], "Việc của công chức phường"),
        (Role.WARD_HEAD, [WARD], "Việc của công chức phường"),
        (Role.WARD_HEAD, [OTHER], None),
        (Role.PLANNER, (), "Việc của chuyên viên tài chính"),
        (Role.REVIEWER, (), "Việc của chuyên viên thẩm định"),
    ):
        name = f"lanh-dao-{wards[0]}" if role is Role.WARD_HEAD else None
        text = page_of(sign_in(role, wards, name).get("/")).get_text(" ")
        assert "Việc cần làm của tôi" in text
        assert "tài chính" not in text or role is Role.PLANNER
        assert task is None or task in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("?state=overdue", 1),
        ("?state=open", 1),
        ("?state=done", 1),
        ("?q=cua+nam", 2),
        ("?q=MUA+bo+sung", 3),
        ("?ward=00070", 1),
        ("?district=Quận+Hoàn+Kiếm&state=open", 1),
        ("?owner=0", 0),
        ("?criterion=CR-A1", 1),
        ("?mine=1", 0),
        ("?state=<b>&q=" + "x" * 5000, 0),
    ],
)
def test_the_list_and_its_workbook_show_the_same_by_the_filter(session, sign_in, query, count):
    owner = make_owner(session, role=Role.PLANNER, wards=())
    assign_action(session, owner, WARD, -3)
    assign_action(session, owner, OTHER, 3, criterion="CR-A1")
    complete_action(session, assign_action(session, owner, WARD, 3), "Đã bàn giao", "Ai đó")
    session.commit()
    client = sign_in(Role.LEADER)
    page = page_of(client.get(f"/actions{query}"))
    assert len(page.select("tbody th")) == count
    sheet = load_workbook(BytesIO(client.get(f"/actions/list.xlsx{query}").data)).active
    titles = [row[4].value for row in sheet.iter_rows(min_row=5) if row[0].value]
    assert titles == [cell.get_text(strip=True) for cell in page.select("tbody th")]


def test_the_workbook_holds_words_on_network_security_only_by_choice_and_formulas_never(session, sign_in):
    owner = make_owner(session)
    assign_action(session, owner, task="Mua tường lửa cho trụ sở hai", criterion="CR-G1", deliverable="Tường lửa lắp xong")
    assign_action(session, owner, task="=1+1 là việc phải làm")
    client = sign_in(Role.LEADER)
    plain_sheet, full_sheet = (
        load_workbook(BytesIO(client.get(f"/actions/list.xlsx{query}").data)).active for query in ("", "?security=1")
    )
    texts = [" ".join(str(cell.value) for row in sheet.iter_rows() for cell in row) for sheet in (plain_sheet, full_sheet)]
    assert "ường lửa" not in texts[0]
    assert "CR-G1" not in texts[0]
    assert "Mua tường lửa" in texts[1]
    assert "Tường lửa lắp xong" in texts[1]
    assert [cell.data_type for row in full_sheet.iter_rows(min_row=5) for cell in row if str(cell.value).startswith("=")] == ["s"]
    assert "ường lửa" not in client.get("/actions").text
    assert "ường lửa" not in client.get("/").text
    lines = [line.after for line in session.scalars(select(AuditEntry).where(AuditEntry.action == "action:download"))]
    assert [line["security"] for line in lines] == [False, True]


def test_a_red_ward_and_its_criteria_lead_to_a_form_that_is_filled_in(demo_sign_in):
    leader = demo_sign_in("lanhdao")
    page = page_of(leader.get(f"/readiness/wards/{OTHER}"))
    links = [link["href"] for link in page.select('a[href^="/actions/new"]')]
    assert links[0] == f"/actions/new?ward={OTHER}"
    assert len(links) > 3
    for link in links:
        form = page_of(leader.get(link))
        for part in ("task", "deliverable", "evidence"):
            assert form.select_one(f"#{part}").get_text().strip(), link
        assert form.select_one("#head")["value"] == "Chủ tịch UBND phường Hoàn Kiếm"
        assert form.select_one("#owner option[selected]").get_text().startswith("Công chức")
        assert date.fromisoformat(form.select_one("#due")["value"]) > today()
    officer = page_of(demo_sign_in("canbo").get(f"/readiness/wards/{OTHER}"))
    assert not officer.select('a[href^="/actions/new"]')
    assert officer.select('a[href^="/actions/"]')


def test_an_action_that_stands_is_told_before_another_is_given(demo_sign_in, demo_session):
    [first, *_] = [action for action in list_actions(demo_session, LEADER, OTHER) if action.clarities.criterion]
    page = page_of(demo_sign_in("lanhdao").get(f"/actions/new?ward={OTHER}&criterion={first.clarities.criterion}"))
    assert f"việc số {first.id}" in page.select_one(".alert-warning").get_text()


def test_wards_are_chosen_by_what_they_lack(demo_sign_in):
    leader = demo_sign_in("lanhdao")
    red_boxes = page_of(leader.get("/actions/wards")).select('[name="ward"]')
    filtered_boxes = page_of(leader.get("/actions/wards?criterion=CR-A1&all=1")).select('[name="ward"]')
    assert 0 < len(filtered_boxes) < len(red_boxes)
    assert all(box.has_attr("checked") for box in filtered_boxes)
    assert not any(box.has_attr("checked") for box in red_boxes)
    codes = "&".join(f"ward={box['value']}" for box in filtered_boxes)
    form = page_of(leader.get(f"/actions/new?{codes}&criterion=CR-A1"))
    assert "CR-A1" in form.select_one("#task").get_text()
    assert form.select_one("#head")["value"] == "Chủ tịch UBND [đơn vị]"
    assert len(form.select('[name="ward"][checked]')) == len(filtered_boxes)


def test_the_demo_has_actions_in_every_state_and_says_that_they_are_made_up(demo_session):
    actions = list_actions(demo_session, LEADER)
    assert all("(minh họa)" in action.clarities.task for action in actions)
    assert {action.state(date(2026, 3, 2)) for action in actions} == set(ActionState)
    assert any(action.ward is None for action in actions)


@pytest.mark.parametrize(("days", "is_reminded"), [(DAYS_BEFORE + 1, False), (DAYS_BEFORE, True), (0, True), (-2, True)])
def test_an_owner_is_reminded_shortly_before_the_deadline_and_after_it(session, days, is_reminded):
    owner = make_owner(session)
    assign_action(session, owner, days=days)
    assert (owner in action_reminders(session, today(), "http://x")) is is_reminded


def test_a_reminder_tells_the_longest_overdue_first_and_nothing_secret_and_nothing_done(session, app):
    owner = make_owner(session)
    assign_action(session, owner, days=1, task="Việc sắp đến hạn của đơn vị")
    assign_action(session, owner, days=-4, task="Việc quá hạn của đơn vị")
    assign_action(session, owner, days=-1, task="Mua tường lửa cho trụ sở", criterion="CR-G1")
    complete_action(session, assign_action(session, owner, days=-9, task="Việc đã xong từ lâu"), "Đã bàn giao", "Ai đó")
    lines = reminder_lines(app)(session, today())[owner]
    assert lines[1] == "- Phường Cửa Nam: Việc quá hạn của đơn vị; quá hạn 4 ngày."
    assert len(lines) == 5
    assert "tường lửa" not in " ".join(lines)
    assert lines[-1].endswith("/actions?mine=1")


def test_whoever_gives_actions_out_finds_the_reminder_to_copy(session, sign_in):
    number = assign_action(session, make_owner(session), days=-1)
    message = page_of(sign_in(Role.LEADER).get(f"/actions/{number}")).select_one("#message").get_text()
    assert "Kính gửi Người can.bo" in message
    assert message.endswith(f"http://127.0.0.1:8000/actions/{number}")


def test_an_owner_whose_account_is_closed_is_marked(session, sign_in):
    owner = make_owner(session)
    number = assign_action(session, owner)
    session.get(User, owner).is_active = False
    session.commit()
    client = sign_in(Role.LEADER)
    assert "đã khóa" in client.get(f"/actions/{number}").text
    assert page_of(client.get(f"/actions/{number}/change")).select_one("#owner option[selected]") is None
