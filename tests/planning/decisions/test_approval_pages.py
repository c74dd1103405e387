"""A plan on its way: changed by one, checked by another, submitted, sent back, decided; and no way round the second person."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from accounts.models import AuditEntry, BrowserSession, User
from accounts.stand_ins import begin_acting, create_stand_in
from inventory.models import PriceListRecord, PriceRecord
from planning.models import PlanDecision, PlanRecord
from planning.scenarios.loading import get_plan_record, plan_of
from portal.clock import today
from portal.database import session_scope
from portal.formats import format_number
from tests.support.applications import client_of, set_setting

PDF = b"%PDF-1.4\n%%EOF"


def state_of(app, plan_id=1):
    with session_scope(app.extensions["engine"], writes=False) as session:
        return session.get_one(PlanRecord, plan_id).state


def told(answer):
    """What the page says, as one line."""
    page = BeautifulSoup(answer.data, "html.parser").main
    return " ".join(page.get_text(" ").split())


def act_for(app, deputy, absent):
    """The client of somebody who stands in for another."""
    client = client_of(app, deputy)
    with session_scope(app.extensions["engine"], writes=True) as session:
        people = {user.username: user for user in session.scalars(select(User))}
        row = create_stand_in(session, people[absent], people[deputy], today(), today() + timedelta(days=3), "UQ 1", "Quản trị")
        session.flush()
        newest = session.scalars(select(BrowserSession).order_by(BrowserSession.id.desc()).limit(1)).one()
        begin_acting(session, newest.id, people[deputy].id, row.id)
    return client


def rest_on_draft(app):
    """Let the plan rest on the list of prices that is still edited; gives its number."""
    with session_scope(app.extensions["engine"], writes=True) as session:
        list_id = session.scalars(select(PriceListRecord.id).where(PriceListRecord.published_at.is_(None))).one()
        session.get_one(PlanRecord, 1).price_list_id = list_id
    return list_id


def fields_of(answer):
    """What a form holds as its page shows it."""
    page = BeautifulSoup(answer.data, "html.parser")
    form = {
        tag["name"]: tag.get("value", "") for tag in page.select("main input[name]") if tag.get("type") not in ("checkbox", "file")
    }
    form |= {tag["name"]: (tag.select_one("[selected]") or tag.option)["value"] for tag in page.select("main select[name]")}
    return form | {tag["name"]: tag.get_text().strip() for tag in page.select("main textarea[name]")}


def entry(**changes):
    """A decision that may be recorded, as the form sends it."""
    form = {"kind": "approval", "number": "12/QĐ-UBND", "day": today().isoformat(), "body": "UBND Thành phố", "total": "1000000"}
    return form | {"pot-0-amount": "1.000.000", "file": (BytesIO(PDF), "quyet dinh.pdf")} | changes


class TestCheckAndSubmit:
    def test_who_changed_it_last_does_not_check_it(self, planners, change_line, demo_app):
        first, second = planners
        change_line(first)
        page = first.get("/plans/1/approval")
        assert "một chuyên viên tài chính khác kiểm tra" in told(page)
        assert "/plans/1/check" not in page.text
        refused = first.post("/plans/1/check", data={"changes": "1"}, follow_redirects=True)
        assert "phải là người khác với người sửa phương án sau cùng" in told(refused)
        assert "chưa được kiểm tra" in told(first.post("/plans/1/submission", data={"changes": "1"}, follow_redirects=True))
        assert state_of(demo_app) == "draft"
        assert "Đã ghi là đã kiểm tra" in told(second.post("/plans/1/check", data={"changes": "1"}, follow_redirects=True))
        assert "Đã trình" in told(first.post("/plans/1/submission", data={"changes": "1"}, follow_redirects=True))
        assert state_of(demo_app) == "submitted"
        assert "đã trình" in told(first.get("/plans"))
        assert "Mã kiểm tra nội dung" in first.get("/plans/1").text

    def test_who_gives_it_a_name_takes_no_hand_in_what_it_says(self, planners, change_line, demo_app):
        first, second = planners
        change_line(first)
        second.post("/plans/1/name", data={"name": "Phương án thử", "note": ""})
        assert "phải là người khác" in told(first.post("/plans/1/check", data={"changes": "2"}, follow_redirects=True))
        second.post("/plans/1/check", data={"changes": "2"})
        assert state_of(demo_app) == "checked"

    def test_what_nobody_changed_is_seen_by_two_people_too(self, planners, demo_app):
        first, second = planners
        first.post("/plans/1/check", data={"changes": "0"})
        refused = first.post("/plans/1/submission", data={"changes": "0"}, follow_redirects=True)
        assert "khác với người đã kiểm tra" in told(refused)
        second.post("/plans/1/submission", data={"changes": "0"})
        assert state_of(demo_app) == "submitted"

    def test_nobody_checks_by_standing_in_for_the_other(self, planners, change_line, demo_app):
        first, _second = planners
        deputy = act_for(demo_app, "taichinh", "taichinh2")
        change_line(first)
        assert "kể cả khi làm thay" in told(deputy.post("/plans/1/check", data={"changes": "1"}, follow_redirects=True))
        assert state_of(demo_app) == "draft"

    def test_what_was_done_in_somebodys_place_is_done_by_both(self, planners, change_line, demo_app):
        first, second = planners
        deputy = act_for(demo_app, "taichinh", "taichinh2")
        change_line(deputy)
        for client in (first, second, deputy):
            assert "kể cả khi làm thay" in told(client.post("/plans/1/check", data={"changes": "1"}, follow_redirects=True))

    def test_a_change_after_the_check_asks_for_another(self, planners, demo_app):
        first, second = planners
        second.post("/plans/1/check", data={"changes": "0"})
        assert state_of(demo_app) == "checked"
        first.post("/plans/1/name", data={"name": "Phương án khác", "note": ""})
        assert state_of(demo_app) == "draft"
        assert "người khác đã đổi" in told(second.post("/plans/1/check", data={"changes": "0"}, follow_redirects=True))

    def test_new_prices_after_the_check_ask_for_another(self, planners, demo_app):
        first, second = planners
        second.post("/plans/1/check", data={"changes": "0"})
        with session_scope(demo_app.extensions["engine"], writes=True) as session:
            number = session.get_one(PlanRecord, 1).price_list_id
            session.get_one(PriceRecord, (number, "A01")).unit_price += 1
            session.get_one(PriceListRecord, number).revision += 1
        assert "từ lúc kiểm tra" in told(first.post("/plans/1/submission", data={"changes": "0"}, follow_redirects=True))
        assert state_of(demo_app) == "checked"
        second.post("/plans/1/check", data={"changes": "0"})
        first.post("/plans/1/submission", data={"changes": "0"})
        assert state_of(demo_app) == "submitted"

    def test_who_changes_a_price_of_its_list_changes_what_it_says(self, planners, change_line, demo_app):
        first, second = planners
        address = f"/prices/{rest_on_draft(demo_app)}/items/A01"
        change_line(first)
        form = fields_of(second.get(address))
        assert second.post(address, data=form | {"unit_price": "13.100.000"}).status_code == 302
        refused = second.post("/plans/1/check", data={"changes": "1"}, follow_redirects=True)
        assert "kể cả đơn giá ở bảng giá" in told(refused)
        first.post("/plans/1/check", data={"changes": "1"})
        assert state_of(demo_app) == "checked"
        # What the plan itself says next is the last word again.
        change_line(first)
        assert "phải là người khác" in told(first.post("/plans/1/check", data={"changes": "2"}, follow_redirects=True))
        second.post("/plans/1/check", data={"changes": "2"})
        assert state_of(demo_app) == "checked"

    def test_that_its_prices_were_published_meanwhile_asks_for_no_other_check(self, planners, demo_app):
        first, second = planners
        list_id = rest_on_draft(demo_app)
        second.post("/plans/1/check", data={"changes": "0"})
        assert first.post(f"/prices/{list_id}/publish").status_code == 302
        first.post("/plans/1/submission", data={"changes": "0"})
        assert state_of(demo_app) == "submitted"

    def test_another_signatory_after_the_check_asks_for_another(self, planners, demo_app):
        first, second = planners
        second.post("/plans/1/check", data={"changes": "0"})
        set_setting(demo_app, signatory_name="Người Ký Mới")
        assert "từ lúc kiểm tra" in told(first.post("/plans/1/submission", data={"changes": "0"}, follow_redirects=True))
        # Whom to ask stands on no paper.
        second.post("/plans/1/check", data={"changes": "0"})
        set_setting(demo_app, contact="Số mới")
        first.post("/plans/1/submission", data={"changes": "0"})
        assert state_of(demo_app) == "submitted"

    def test_a_reader_sees_the_list_and_does_nothing(self, demo_sign_in):
        client = demo_sign_in("lanhdao")
        page = client.get("/plans/1/approval")
        assert re.search(r"\d dòng chưa có căn cứ giá", told(page))
        assert "/plans/1/lines?mark=evidence" in page.text
        for address in ("check", "submission", "return-for-completion", "decisions"):
            assert client.post(f"/plans/1/{address}").status_code == 404


class TestReturn:
    def test_a_plan_that_is_sent_back_goes_on_as_the_next_revision(self, submitted, demo_app):
        first, second = submitted
        blank = first.post("/plans/1/return-for-completion", data={"why": ""})
        assert (blank.status_code, state_of(demo_app)) == (400, "submitted")
        own = second.post("/plans/1/return-for-completion", data={"why": "thiếu căn cứ giá"})
        assert own.status_code == 400
        assert "người khác với người đã trình" in told(own)
        answer = first.post("/plans/1/return-for-completion", data={"why": "thiếu căn cứ giá"})
        assert answer.location == "/plans/2"
        assert "trả lại để hoàn thiện" in told(first.get("/plans/1/approval"))
        assert "thiếu căn cứ giá" in told(first.get("/plans/2"))
        assert (state_of(demo_app, 1), state_of(demo_app, 2)) == ("returned", "draft")

    def test_the_revision_of_one_that_was_sent_back_is_still_of_the_hands_that_wrote_it(self, submitted, demo_app):
        first, _second = submitted
        first.post("/plans/1/return-for-completion", data={"why": "thiếu căn cứ giá"})
        assert "phải là người khác" in told(first.post("/plans/2/check", data={"changes": "0"}, follow_redirects=True))
        assert state_of(demo_app, 2) == "draft"

    def test_what_was_sent_back_does_not_come_again_as_it_was(self, submitted, change_line, demo_app):
        first, second = submitted
        first.post("/plans/1/return-for-completion", data={"why": "thiếu căn cứ giá"})
        first.post("/plans/2/name", data={"name": "Phương án thử khác", "note": "đã hoàn thiện"})
        # A further revision does not forget what the one before it was made for.
        first.post("/plans/2/revision", data={"note": "tiếp"})
        answer = second.post("/plans/3/check", data={"changes": "0"}, follow_redirects=True)
        assert "chưa khác bản đã trả lại" in told(answer)
        change_line(first, plan_id=3)
        second.post("/plans/3/check", data={"changes": "1"})
        assert state_of(demo_app, 3) == "checked"

    def test_a_plan_that_went_on_already_is_not_forked(self, submitted, demo_app):
        first, _second = submitted
        assert first.post("/plans/1/revision", data={"note": "chờ ý kiến"}).location == "/plans/2"
        assert first.post("/plans/1/return-for-completion", data={"why": "bổ sung"}).location == "/plans/2"
        with session_scope(demo_app.extensions["engine"], writes=False) as session:
            assert [record.title for record in get_plan_record(session, 1).chain] == [
                "Phương án thử",
                "Phương án thử (bản 2, theo bản 1)",
            ]

    def test_a_plan_about_which_something_is_decided_is_not_sent_back(self, submitted, demo_app):
        first, _second = submitted
        assert first.post("/plans/1/decisions", data=entry(kind="allocation")).status_code == 302
        assert "Đã ghi quyết định" in told(first.post("/plans/1/return-for-completion", data={"why": "thiếu căn cứ giá"}))
        assert state_of(demo_app) == "submitted"


class TestDecisions:
    def test_what_one_revision_was_given_the_next_is_not_given_again(self, submitted, demo_app):
        first, second = submitted
        with session_scope(demo_app.extensions["engine"], writes=False) as session:
            _pot, asked = next(iter(plan_of(session, get_plan_record(session, 1)).amounts_by_pot.items()))
        amount = {"kind": "allocation", "total": str(asked), "pot-0-amount": str(asked)}
        assert first.post("/plans/1/decisions", data=entry(**amount)).status_code == 302
        first.post("/plans/1/revision", data={"note": "điều chỉnh"})
        page = first.get("/plans/2/decisions")
        assert "Phương án thử : Giao dự toán, phân bổ vốn, số 12/QĐ-UBND" in told(page)
        assert 'href="/plans/1/decisions"' in page.text
        given = [cell.get_text() for cell in BeautifulSoup(page.data, "html.parser").select("td[data-label='Đã giao']")]
        assert given == [format_number(asked)]
        second.post("/plans/2/check", data={"changes": "0"})
        second.post("/plans/2/submission", data={"changes": "0"})
        again = first.post("/plans/2/decisions", data=entry(number="13", **amount))
        assert again.status_code == 400
        assert "đã giao theo quyết định khác" in told(again)
        superseded = first.post("/plans/1/decisions", data=entry(number="14"))
        assert (superseded.status_code, "Đã trình bản mới hơn" in told(superseded)) == (400, True)

    def test_a_decision_is_recorded_by_another_than_who_submitted(self, submitted, demo_app):
        first, second = submitted
        refused = second.post("/plans/1/decisions", data=entry())
        assert refused.status_code == 400
        assert "người khác với người đã trình" in told(refused)
        assert first.post("/plans/1/decisions", data=entry()).location == "/plans/1/decisions"
        assert state_of(demo_app) == "approved"
        page = first.get("/plans/1/decisions")
        assert "Số 12/QĐ-UBND" in told(page)
        assert "đã giao dự toán" not in told(page)
        address = re.search(r'href="(/plans/1/decisions/\d+\.file)"', page.text)[1]
        answer = first.get(address)
        assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
        first.post(
            "/plans/1/decisions", data=entry(kind="allocation", number="20/QĐ-STC", total="400000", **{"pot-0-amount": "400000"})
        )
        assert "được phê duyệt; đã giao dự toán " in told(first.get("/plans"))
        assert "600.000" in told(first.get("/plans/1/decisions"))
        with session_scope(demo_app.extensions["engine"], writes=False) as session:
            actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "plan 1")).all()
        assert [action for action in actions if action not in ("plan:rename", "plan:edit-line")] == [
            *("plan:check", "plan:submit", "plan-decision:record", "plan-decision:download", "plan-decision:record")
        ]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"day": "tomorrow"}, "ở tương lai"),
            ({"day": "yesterday"}, "không thể có trước ngày ấy"),
            ({"pot-0-amount": "-5"}, "không được nhỏ hơn 0"),
            ({"total": "1000001"}, "cộng lại là 1.000.000"),
            ({"total": "-5"}, "không được nhỏ hơn 0"),
            ({"total": "900 tỷ", "pot-0-amount": "900 tỷ"}, "Vượt số đề nghị của nguồn này"),
            ({"total": "900 tỷ", "pot-0-amount": "900 tỷ"}, "Vượt tổng đề nghị"),
            ({"kind": "investment"}, "không có khoản chi theo hình thức dự án"),
            ({"file": (BytesIO(b"x"), "a.pdf")}, "không phải ảnh JPEG, PNG, WebP, .docx hay PDF"),
            ({"number": ""}, "Hãy điền ô này"),
            ({"day": ""}, "Hãy điền ô này"),
            ({"kind": "allocation", "day": ""}, "Hãy điền ô này"),
            ({"kind": "allocation", "day": "2026-02-30"}, "Ngày chưa đúng"),
            ({"kind": "allocation", "day": "hôm qua"}, "Ngày chưa đúng"),
            ({"kind": "allocation", "total": "0", "pot-0-amount": ""}, "phải nêu số tiền của ít nhất một nguồn"),
        ],
    )
    def test_what_is_refused_is_told_at_its_field_and_stays_typed(self, submitted, demo_app, change, message):
        days = {"tomorrow": today() + timedelta(days=1), "yesterday": today() - timedelta(days=1)}
        change = {name: days[value].isoformat() if value in days else value for name, value in change.items() if name != "file"} | {
            name: value for name, value in change.items() if name == "file"
        }
        answer = submitted[0].post("/plans/1/decisions", data=entry(**change))
        assert answer.status_code == 400
        page = BeautifulSoup(answer.data, "html.parser")
        errors = [tag.get_text() for tag in page.select(".invalid-feedback")]
        assert any(message in text for text in errors), errors
        assert page.select_one("[name=body]")["value"] == "UBND Thành phố"
        for name, value in change.items():
            if name not in ("file", "kind"):
                assert page.select_one(f"[name={name}]")["value"] == value
        if "file" not in change:
            # The file comes back with the page: it need not be chosen again.
            assert page.select_one("[name=content-name]")["value"] == "quyet dinh.pdf"
        assert state_of(demo_app) == "submitted"

    def test_the_file_that_came_back_with_the_page_is_recorded(self, submitted, demo_app):
        page = BeautifulSoup(submitted[0].post("/plans/1/decisions", data=entry(number="")).data, "html.parser")
        form = {name: page.select_one(f"[name={name}]")["value"] for name in ("content", "content-name")}
        typed = {name: value for name, value in entry().items() if name != "file"}
        assert submitted[0].post("/plans/1/decisions", data=typed | form).status_code == 302
        with session_scope(demo_app.extensions["engine"], writes=False) as session:
            row = session.scalars(select(PlanDecision)).one()
            assert (row.name, row.size) == ("quyet dinh.pdf", len(PDF))

    def test_a_number_stands_once_over_all_plans(self, submitted):
        first, second = submitted
        first.post("/plans/1/decisions", data=entry())
        first.post("/plans/1/copy", data={"name": "Bản sao"})
        second.post("/plans/2/check", data={"changes": "0"})
        second.post("/plans/2/submission", data={"changes": "0"})
        answer = first.post("/plans/2/decisions", data=entry(number="12/qđ-ubnd"))
        assert answer.status_code == 400
        number = BeautifulSoup(answer.data, "html.parser").select_one("[name=number]")
        assert number["value"] == "12/qđ-ubnd"
        assert "đã ghi cho “Phương án thử”" in number.find_next(class_="invalid-feedback").get_text()

    def test_one_that_was_recorded_by_mistake_is_taken_back(self, submitted, demo_app):
        first, second = submitted
        first.post("/plans/1/decisions", data=entry())
        with session_scope(demo_app.extensions["engine"], writes=False) as session:
            number = session.scalars(select(PlanDecision.id)).one()
        assert "người khác với" in told(second.post(f"/plans/1/decisions/{number}/removal", follow_redirects=True))
        first.post(f"/plans/1/decisions/{number}/removal")
        assert state_of(demo_app) == "submitted"
        assert first.post("/plans/1/decisions", data=entry()).status_code == 302

    def test_a_plan_that_was_not_submitted_has_none(self, planners):
        answer = planners[0].post("/plans/1/decisions", data=entry())
        assert answer.status_code == 400
        assert "Chỉ ghi quyết định cho phương án đã trình" in told(answer)


class TestRequests:
    def test_what_a_ward_requests_stands_beside_what_is_accepted(self, planners, demo_app):
        first, _second = planners
        with session_scope(demo_app.extensions["engine"], writes=False) as session:
            plan = plan_of(session, get_plan_record(session, 1))
        line = next(line for line in plan.lines if line.item == "A01" and line.quantity)
        address = f"/plans/1/requests/{line.ward.code}"
        form = {"changes": "0", "number": "05/UBND-VP", "day": "2026-02-01", "A01-quantity": str(line.quantity + 2)}
        missing = first.post(address, data=form)
        assert missing.status_code == 400
        assert "Ghi số tiền" in told(missing)
        assert f'value="{line.quantity + 2}"' in missing.text
        form |= {"A01-amount": "1 tỷ", "A01-reason": "đã tính máy điều chuyển", "file": (BytesIO(PDF), "de nghi.pdf")}
        assert first.post(address, data=form).location == address
        page = first.get(address)
        assert "chênh lệch: -2" in told(page)
        assert first.get(re.search(r'href="([^"]+\.file)"', page.text)[1]).data == PDF
        assert "05/UBND-VP" in told(first.get("/plans/1/requests"))
        stale = first.post(address, data={name: value for name, value in form.items() if name != "file"})
        assert (stale.status_code, "người khác đã lưu đề nghị" in told(stale)) == (400, True)
        # A revision goes on with them.
        first.post("/plans/1/revision", data={"note": "tiếp"})
        assert "05/UBND-VP" in told(first.get("/plans/2/requests"))
        assert "Đã có bản mới hơn" in told(first.post(address, data={"changes": "1", "number": "6", "day": "2026-02-01"}))

    def test_items_beyond_the_plan_are_taken_once(self, planners):
        first, _second = planners
        form = {"changes": "0", "number": "05", "day": "2026-02-01"}
        line = {"item": "C05", "quantity": "1", "amount": "5000000"}
        twice = {f"new-{number}-{name}": value for number in (1, 2) for name, value in line.items()}
        assert "đã có ở dòng khác" in told(first.post("/plans/1/requests/00070", data=form | twice))
        once = {name: value for name, value in twice.items() if name.startswith("new-1")}
        assert first.post("/plans/1/requests/00070", data=form | once).status_code == 302
        assert 'name="C05-quantity"' in first.get("/plans/1/requests/00070").text

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("number", "", "Hãy điền ô này"),
            ("day", "", "Hãy điền ô này"),
            ("day", "30/02/2026", "Ngày chưa đúng"),
            ("day", "2099-01-01", "ở tương lai"),
            ("C05-quantity", "-1", "không được nhỏ hơn 0"),
            ("C05-amount", "-1", "không được nhỏ hơn 0"),
            ("C05-amount", "", "Ghi số tiền"),
        ],
    )
    def test_what_is_refused_of_a_request_is_told_at_its_field_and_stays_typed(self, planners, field, typed, message):
        form = {"changes": "0", "number": "05", "day": "2026-02-01", "C05-quantity": "2", "C05-amount": "10 triệu"}
        answer = planners[0].post("/plans/1/requests/00070", data=form | {field: typed})
        assert answer.status_code == 400
        page = BeautifulSoup(answer.data, "html.parser")
        values = {name: page.select_one(f"[name={name}]")["value"] for name in form}
        assert values == form | {field: typed}
        assert message in page.select_one(f"[name={field}]").find_next(class_="invalid-feedback").get_text()

    def test_all_that_is_wrong_with_a_request_is_told_at_once(self, planners):
        form = {"changes": "0", "number": "", "day": "2099-01-01", "C05-quantity": "hai", "C05-amount": "-1"}
        page = BeautifulSoup(planners[0].post("/plans/1/requests/00070", data=form).data, "html.parser")
        assert {tag["name"] for tag in page.select("[aria-invalid=true]")} == form.keys() - {"changes"}

    def test_what_is_requested_of_a_line_that_went_meanwhile_is_kept(self, planners):
        first, second = planners
        line, address = "/plans/1/lines/00070-C05", "/plans/1/requests/00070"
        page = second.get(line)
        assert second.post(line, data=fields_of(page) | {"quantity": "2"}).status_code == 302
        form = fields_of(first.get(address)) | {"number": "05/UBND-VP", "day": "2026-02-01"}
        second.post(f"{line}/undo")
        assert 'name="C05-quantity"' not in first.get(address).text
        form |= {"C05-quantity": "2", "C05-amount": "10 triệu", "C05-reason": "đã có trong chương trình khác"}
        for _time in range(2):
            assert first.post(address, data=form).status_code == 302
            shown = first.get(address)
            assert "Thẩm định: 0, 0 đ; chênh lệch: -2, -10.000.000 đ" in told(shown)
            form = fields_of(shown)
            assert (form["C05-quantity"], form["C05-reason"]) == ("2", "đã có trong chương trình khác")

    def test_a_reviewer_reads_and_does_not_write(self, demo_sign_in):
        client = demo_sign_in("thamdinh")
        assert "Lưu đề nghị" not in client.get("/plans/1/requests/00070").text
        assert client.post("/plans/1/requests/00070", data={}).status_code == 404


def test_a_superseded_revision_is_not_changed_by_any_page(planners, demo_app):
    first, second = planners
    line = re.search(r"/lines/(\d{5}-[A-Z]\d\d)", first.get("/plans/1/lines?group=A").text)[1]
    first.post("/plans/1/revision", data={"note": "tiếp"})
    newest = "Đã có bản mới hơn: “Phương án đáp ứng bộ tiêu chuẩn (bản 2, theo bản 1)”"
    for address, data in (
        (f"/plans/1/lines/{line}", {"quantity": "3", "base-quantity": "1"}),
        ("/plans/1/name", {"name": "Khác"}),
        ("/plans/1/revision", {"note": "lần nữa"}),
        ("/plans/1/check", {"changes": "0"}),
    ):
        assert newest in told(second.post(address, data=data, follow_redirects=True)), address
    page = first.get("/plans/1").text
    assert "Bản này chỉ để xem" in page
    assert "Lập phiên bản mới" not in page
    with session_scope(demo_app.extensions["engine"], writes=False) as session:
        assert len(get_plan_record(session, 1).chain) == 2


@pytest.mark.parametrize(
    "damage",
    [
        # One blank that a reader of JSON does not see.
        lambda text: text.replace(":", ": ", 1),
        lambda text: text.replace('"quantity":', '"quantity":1', 1),
        lambda text: text[:-1],
        lambda _text: "{}",
        lambda _text: "null",
        lambda _text: "",
        lambda _text: None,
    ],
)
def test_a_content_that_is_no_longer_what_was_fixed_is_on_no_page_and_in_no_file(submitted, demo_app, demo_sign_in, damage):
    first, _second = submitted
    line = re.search(r"/lines/(\d{5}-[A-Z]\d\d)", first.get("/plans/1/lines?group=A").text)[1]
    first.post("/plans/1/revision", data={"note": "tiếp"})
    first.post("/plans/new", data={"name": "Phương án khác", "first_year": "2027"})
    parts = (
        *("", "/lines", f"/lines/{line}", "/transfers", "/funding", "/cost", "/running-cost", "/exclusions", "/requests"),
        *("/requests/00070", "/approval", "/decisions", "/lines.csv", "/workbook.xlsx", "/letter.docx"),
        *("/wards/00070/workbook.xlsx", "/workbooks-by-ward.zip", "/workbooks-by-source.zip"),
    )
    with session_scope(demo_app.extensions["engine"], writes=True) as session:
        record = session.get_one(PlanRecord, 1)
        record.content, record.is_proposal, record.followers[0].is_proposal = damage(record.content), True, False
    refusal = "Nội dung của “Phương án thử” không còn khớp mã kiểm tra nên không đưa ra"
    answers = [first.get(path) for path in (*(f"/plans/1{part}" for part in parts), "/plans/2/difference", "/plans/compare?plan=1")]
    answers += [first.post("/plans/1/decisions", data=entry()), first.post("/plans/1/funding/settle")]
    assert [answer.request.path for answer in answers if answer.status_code != 400 or refusal not in told(answer)] == []
    # What else there is, is shown all the same.
    for client, path in ((first, "/plans"), (first, "/"), (demo_sign_in("lanhdao"), "/")):
        answer = client.get(path)
        assert (answer.status_code, told(answer).count(refusal)) == (200, 1)
    assert first.get("/plans/3").status_code == 200
    # Nothing is funded twice because nobody knows any more what was funded.
    with session_scope(demo_app.extensions["engine"], writes=True) as session:
        session.get_one(PlanRecord, 1).state = "approved"
    assert refusal in told(first.get("/plans/3"))
    assert first.get("/plans").status_code == 200
