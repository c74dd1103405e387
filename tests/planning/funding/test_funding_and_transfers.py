"""The pages of transfers and of the budget ceiling: agreed line by line, never one đồng above, each reason told."""

import re

import pytest
from bs4 import BeautifulSoup

from planning.forms import ceiling_forms
from planning.funding.account import account_of
from planning.funding.allocation import Aim, readiness_curve
from planning.funding.candidates import candidates_of
from planning.funding.constraints import Ceiling, Funding, fund
from planning.funding.funded import fund_plan
from planning.funding.readiness_curve import draw_readiness_curve
from planning.models import PlanTransfer
from planning.plan.assumptions import DIGITAL_MONEY
from planning.plan.norms import NormClass
from planning.plan.overrides import Edit
from planning.plan.spending import Pot, SpendingForm
from planning.scenarios.accepted_transfers import (
    accept_transfers,
    list_proposals,
    proposal_key,
    remaining_surpluses,
    withdraw_transfers,
)
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.scenarios import ScenarioError, copy_plan, finalise_plan, revise_plan, save_edits
from planning.scenarios.serialization import dump_funding, load_funding
from portal.formats import format_vnd, format_vnd_short
from scoring.rating.rating import Result
from tests.factories.days import DEMO_DAY
from tests.factories.funding import ceilings_of_percent

CITY = DIGITAL_MONEY.label


@pytest.fixture
def record(demo_session):
    return get_plan_record(demo_session, 1)


class TestTransfers:
    def test_what_is_agreed_takes_the_place_of_buying(self, demo_session, record):
        before = plan_of(demo_session, record, DEMO_DAY)
        proposals = list_proposals(before)
        keys = [proposal_key(transfer) for transfer in proposals[:3]]
        assert accept_transfers(demo_session, record, list_proposals(before), keys, "Một") == 3
        after = plan_of(demo_session, record, DEMO_DAY)
        prices = {line.code: line.unit_price for line in before.lines}
        savings = sum(t.quantity * prices[f"{t.receiver.code}-{t.item}"] for t in proposals[:3])
        assert before.total() - after.total() == savings
        assert (
            sum(line.moved for line in after.lines)
            == sum(t.quantity for t in proposals[:3])
            == sum(t.quantity for t in after.transfers)
        )
        assert {proposal_key(t) for t in list_proposals(after)} == {proposal_key(t) for t in proposals[3:]}
        assert all(surplus.quantity >= 0 for surplus in remaining_surpluses(after))

    def test_a_proposal_that_is_no_longer_made_is_refused_whole(self, demo_session, record):
        plan = plan_of(demo_session, record, DEMO_DAY)
        valid_key = proposal_key(list_proposals(plan)[0])
        for keys in ([], [valid_key, "A01|00070|00004|999"]):
            with pytest.raises(ScenarioError, match="vừa đổi hoặc chưa chọn"):
                accept_transfers(demo_session, record, list_proposals(plan), keys, "Một")
        assert record.transfers == []

    def test_they_go_along_with_copies_and_revisions_and_can_be_taken_back(self, demo_session, record):
        plan = plan_of(demo_session, record, DEMO_DAY)
        accept_transfers(demo_session, record, list_proposals(plan), [proposal_key(t) for t in list_proposals(plan)[:2]], "Một")
        copy = copy_plan(demo_session, record, "Bản sao", "Một")
        revision = revise_plan(demo_session, record, "tiếp", "Một")
        assert len(copy.transfers) == len(revision.transfers) == 2
        assert withdraw_transfers(demo_session, copy, [copy.transfers[0].id, 10**6]) == 1
        assert len(record.transfers) == 2

    def test_a_final_plan_keeps_its_transfers(self, demo_app, demo_session, record):
        plan = plan_of(demo_session, record)
        accept_transfers(demo_session, record, list_proposals(plan), [proposal_key(list_proposals(plan)[0])], "Một")
        transfers = plan_of(demo_session, record).transfers
        with demo_app.app_context():
            finalise_plan(demo_session, record, "Một")
        assert plan_of(demo_session, record).transfers == transfers
        with pytest.raises(ScenarioError, match="đã khóa số liệu"):
            withdraw_transfers(demo_session, record, [record.transfers[0].id])

    def test_newer_data_that_ask_for_less_move_less(self, demo_session, record):
        plan = plan_of(demo_session, record, DEMO_DAY)
        line = next(x for x in plan.lines if x.item == "A01")
        giver = next(ward for ward in plan.wards if ward != line.ward)
        row = PlanTransfer(item_code="A01", giver_code=giver.code, receiver_code=line.ward.code, quantity=10**4, metres=1, by="Một")
        row.at = record.created_at
        record.transfers.append(row)
        demo_session.flush()
        new_line = next(x for x in plan_of(demo_session, record, DEMO_DAY).lines if x.code == line.code)
        assert (new_line.moved, new_line.bought, new_line.amount) == (line.quantity, 0, 0)

    def test_the_page_agrees_and_takes_back(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        keys = re.findall(r'name="take"\s+value="([^"]+)"', client.get("/plans/1/transfers").text)
        client.post("/plans/1/transfers", data={"take": keys[:2]})
        page = client.get("/plans/1/transfers").text
        ids = re.findall(r'name="id"\s+value="(\d+)"', page)
        assert len(ids) == 2
        client.post("/plans/1/transfers/withdrawal", data={"id": ids[:1]})
        assert len(re.findall(r'name="id"\s+value="(\d+)"', client.get("/plans/1/transfers").text)) == 1
        reader = demo_sign_in("lanhdao")
        assert "Đưa các khoản đã đánh dấu" not in reader.get("/plans/1/transfers").text
        assert reader.post("/plans/1/transfers", data={"take": keys[2:3]}).status_code == 404


class TestFunding:
    def test_stored_it_reads_back(self):
        funding = Funding((Ceiling(2027, CITY, SpendingForm.PURCHASE, 10**9),), Aim.PEOPLE, 2, True)
        assert load_funding(dump_funding(funding)) == funding
        assert load_funding({}) == Funding()

    def test_without_a_ceiling_all_that_money_mends_is_funded(self, demo_session, record):
        candidates = candidates_of(plan_of(demo_session, record, DEMO_DAY))
        choice = fund(candidates, Funding())
        assert choice.funded == {c.ward.code for c in candidates if c.possible}
        assert choice.is_optimal

    def test_a_ceiling_of_the_page_is_kept_to_the_dong(self, demo_sign_in, demo_session, record):
        plan = plan_of(demo_session, record)
        demo_session.rollback()
        first = plan.assumptions.first_year
        client = demo_sign_in("taichinh")
        form = form_of(client)
        name = pot_name(client, Pot(first, CITY, SpendingForm.PURCHASE).label)
        answer = client.post("/plans/1/funding", data=form | {name: "1,5 tỷ"})
        assert answer.status_code == 302
        page = client.get("/plans/1/funding").text
        assert "1.500.000.000" in page
        funded = fund_plan(plan, Funding((Ceiling(first, CITY, SpendingForm.PURCHASE, 1_500_000_000),)))
        spending = funded.spent[Pot(first, CITY, SpendingForm.PURCHASE)]
        assert spending <= 1_500_000_000
        assert f"{spending:,}".replace(",", ".") in page
        assert "Vượt mức vốn tối đa còn lại sau khi chọn đơn vị" in page
        assert f"{len(funded.ready_after)}/126" in page
        waiting = next(each for each in funded.parts if not each.is_funded)
        line = client.get(f"/plans/1/lines/{waiting.part.line.code}").text
        assert "chưa cân đối được vốn" in line
        assert waiting.reason in line

    def test_a_floor_that_cannot_be_kept_says_which_and_what_can(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        form = form_of(client)
        names = [name for name in form if name.endswith("amount")]
        answer = client.post(
            "/plans/1/funding", data=form | dict.fromkeys(names, "1000") | {"per_district": "1"}, follow_redirects=True
        )
        assert "Không thể giữ cùng lúc các yêu cầu sau: mức sàn" in answer.text

    def test_the_plan_and_the_leader_are_told_of_a_contradiction_and_of_nothing_under_way(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        form = form_of(client)
        names = [name for name in form if name.endswith("amount")]
        client.post("/plans/1/funding", data=form | dict.fromkeys(names, "1000") | {"per_district": "1"})
        for page in (client.get("/plans/1").text, client.get("/").text, demo_sign_in("lanhdao").get("/").text):
            assert "Phần bố trí vốn có ràng buộc mâu thuẫn" in page
            assert "đang tính" not in page

    def test_both_home_pages_give_the_account_of_the_plan_with_its_state_and_its_data(self, demo_sign_in, demo_session, record):
        record.funding = dump_funding(ceilings_of_percent(plan_of(demo_session, record), 20))
        demo_session.commit()
        account = account_of(fund_plan(plan_of(demo_session, record), load_funding(record.funding)))
        for name in ("taichinh", "lanhdao"):
            words = " ".join(BeautifulSoup(demo_sign_in(name).get("/").data, "html.parser").get_text(" ").split())
            assert f"sau phần được dự kiến bố trí vốn {account.ready_funded}, sau toàn phương án {account.ready_all}/" in words
            assert " ".join(f"chưa cân đối được vốn {format_vnd_short(account.total.unfunded)}".split()) in words
            assert "đang lập" in words
            assert "tổng hợp từ 100/126 đơn vị" in words

    def test_a_source_that_nobody_has_is_told_where_its_money_counts(self, demo_sign_in, demo_session, record):
        client = demo_sign_in("taichinh")
        line = next(line for line in plan_of(demo_session, record).lines if line.amount)
        assert "không khớp quy định" not in client.get("/plans/1").text
        save_edits(demo_session, record, [Edit(line.ward.code, line.item, "source", "Nguồn lạ")], "thử", "Một", "page")
        demo_session.commit()
        for page in ("/plans/1", "/plans/1/funding"):
            warning = BeautifulSoup(client.get(page).data, "html.parser").find("a", href="/plans/1/lines?mark=fault").parent
            words = " ".join(warning.get_text().split())
            assert words.startswith("1 dòng có hình thức chi, nguồn vốn hoặc năm không khớp quy định")
            assert " ".join(format_vnd(line.amount).split()) in words

    def test_the_leader_is_told_of_all_money_that_waits_for_a_decision_on_norms(self, demo_sign_in, demo_session, record):
        by_norm = plan_of(demo_session, record).totals_by_norm()
        page = " ".join(demo_sign_in("lanhdao").get("/").text.split())
        for kind in (NormClass.ABOVE, NormClass.NONE):
            assert all(" ".join(format_vnd_short(vnd).split()) in page for vnd in by_norm[kind].values() if vnd)

    def test_beside_what_is_refused_a_contradiction_is_said_to_be_of_what_is_saved(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        form = form_of(client)
        names = [name for name in form if name.endswith("amount")]
        client.post("/plans/1/funding", data=form | dict.fromkeys(names, "1000") | {"per_district": "1"})
        assert "Theo các ràng buộc đã lưu" not in client.get("/plans/1/funding").text
        answer = client.post("/plans/1/funding", data=form_of(client) | dict.fromkeys(names, "1,500") | {"per_district": "0"})
        assert answer.status_code == 400
        assert "Theo các ràng buộc đã lưu, chưa có nội dung vừa nhập: Không thể giữ" in " ".join(answer.text.split())

    def test_who_waits_for_money_is_told_apart_from_whom_money_does_not_help(self, demo_sign_in, demo_session):
        record = get_plan_record(demo_session, 1)
        beyond = sum(not candidate.possible for candidate in candidates_of(plan_of(demo_session, record)))
        demo_session.rollback()
        client = demo_sign_in("taichinh")
        text = " ".join(client.get("/plans/1/funding").text.split())
        assert f"{beyond} đơn vị vẫn chưa đáp ứng dù bố trí đủ vốn" in text
        assert "chưa cân đối được vốn để đáp ứng, vì sao" not in text

    def test_what_a_revision_changed_of_ceilings_and_conditions_stands_among_its_differences(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        client.post("/plans/1/copy", data={"name": "Bản sao"})
        form = form_of(client)
        name = pot_name(client, Pot(2027, CITY, SpendingForm.PURCHASE).label)
        pins = {"aim": "people", "communes_first": "y", "slide_years": "2", "wards_required": "00070", "group_order": "D"}
        assert client.post("/plans/1/funding", data=form | {name: "1,5 tỷ"} | pins).status_code == 302
        page = BeautifulSoup(client.get("/plans/compare?plan=2&plan=1").data, "html.parser")
        table = page.find(attrs={"aria-label": "Mức vốn tối đa và ràng buộc khác nhau"})
        rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in table.select("tbody tr")]
        assert rows[0] == [Pot(2027, CITY, SpendingForm.PURCHASE).label, "không giới hạn", format_vnd(1_500_000_000)]
        assert ["Mục tiêu", Aim.WARDS.label, Aim.PEOPLE.label] in rows
        assert ["Kết quả bằng nhau thì ưu tiên xã", "không", "có"] in rows
        assert ["Cho lùi việc đáp ứng của một đơn vị", "không lùi", "tối đa 2 năm"] in rows
        assert ["Xã, phường phải được bố trí vốn", "–", "Phường Hoàn Kiếm"] in rows
        assert len(rows) == 6

    def test_the_page_of_a_line_names_the_money_that_pays_for_it_in_the_year_to_which_its_ward_slides(
        self, demo_sign_in, demo_session, record
    ):
        plan = plan_of(demo_session, record)
        conditions = ceilings_of_percent(plan, 20, slide_years=1)
        record.funding = dump_funding(conditions)
        demo_session.commit()
        funded = fund_plan(plan, conditions)
        years = {line.code: line.year for line in plan.lines}
        part = next(each.part for each in funded.parts if each.is_funded and each.part.line.year > years[each.part.line.code])
        page = demo_sign_in("taichinh").get(f"/plans/1/lines/{part.line.code}").text
        words = " ".join(BeautifulSoup(page, "html.parser").get_text().split())
        assert all(f"{pot.label} {format_vnd(amount)}" in page for pot, amount in part.amounts_by_pot.items())
        assert f"(lùi từ năm {years[part.line.code]})" in words

    def test_a_doubtful_amount_is_refused_and_stays_typed(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        form = form_of(client)
        name = next(name for name in form if name.endswith("amount"))
        answer = client.post("/plans/1/funding", data=form | {name: "1,500"})
        assert answer.status_code == 400
        assert 'value="1,500"' in answer.text
        assert "có thể hiểu theo nhiều cách" in answer.text

    @pytest.mark.parametrize("stamp", ["", "-1", "²", "9" * 30])
    def test_a_stamp_that_no_page_bears_is_that_of_another_state(self, demo_sign_in, stamp):
        client = demo_sign_in("taichinh")
        answer = client.post("/plans/1/funding", data=form_of(client) | {"changes": stamp})
        assert answer.status_code == 400
        assert "người khác đã đổi phương án này" in answer.text

    def test_every_doubtful_entry_is_told_at_once_where_it_can_be_seen(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        form = form_of(client)
        first, second = [name for name in form if name.endswith("amount")][:2]
        assert client.post("/plans/1/funding", data=form | {first: "1 tỷ"}).status_code == 302
        form = form_of(client)
        answer = client.post("/plans/1/funding", data=form | {first: "1,500", second: "-1", "wards_required": "Phường Lạ"})
        page = BeautifulSoup(answer.data, "html.parser")
        assert page.select_one("details.panel").has_attr("open")
        summary = page.select_one(".alert-danger").get_text()
        assert "có thể hiểu theo nhiều cách" in summary
        assert "không được nhỏ hơn 0" in summary
        assert "Không có xã, phường: Phường Lạ" in summary

    def test_a_pin_that_asks_for_nothing_is_told(self, demo_sign_in, demo_session, record):
        plan = plan_of(demo_session, record)
        demo_session.rollback()
        ready, unknown = (
            next(ward for ward in plan.wards if plan.ratings[ward.code].result is result)
            for result in (Result.READY, Result.NO_DATA)
        )
        missing = next(
            f"{ready.code}-{item}" for item in ("A01", "A02") if f"{ready.code}-{item}" not in {x.code for x in plan.lines}
        )
        client = demo_sign_in("taichinh")
        pins = {"wards_required": f"{ready.name}\n{unknown.full_name}", "lines_required": missing}
        page = client.post("/plans/1/funding", data=form_of(client) | pins, follow_redirects=True).text
        assert f"dòng {missing}: không có trong phương án" in page
        assert f"{ready.full_name}: đã đáp ứng" in page
        assert f"{unknown.full_name}: chưa có số liệu được duyệt" in page

    def test_a_line_cannot_be_pinned_both_ways_however_its_code_is_typed(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        answer = client.post(
            "/plans/1/funding", data=form_of(client) | {"lines_required": "00070-A01", "lines_barred": "00070-a01"}
        )
        assert answer.status_code == 400
        assert "Vừa phải bố trí vừa không bố trí: 00070-A01" in answer.text

    def test_the_ceiling_of_a_pot_bears_the_name_of_that_pot(self, demo_app):
        near, far = (Pot(year, CITY, SpendingForm.PURCHASE) for year in (2027, 2029))
        with demo_app.test_request_context():
            both, alone = ceiling_forms(Funding(), [near, far]), ceiling_forms(Funding(), [far])
            assert both[far].amount.name == alone[far].amount.name != both[near].amount.name

    def test_the_curve_begins_at_the_ready_and_ends_at_all(self, demo_session, record):
        points = readiness_curve(candidates_of(plan_of(demo_session, record, DEMO_DAY)))
        chart = draw_readiness_curve(points, 47)
        assert chart.path.count("H") == len(points)
        assert chart.path.endswith("V12.0")


def form_of(client):
    page = BeautifulSoup(client.get("/plans/1/funding").data, "html.parser")
    fields = {tag["name"]: tag.get("value", "") for tag in page.select("main input[name]") if tag.get("type") != "checkbox"}
    return fields | {"aim": "wards"}


def pot_name(client, label_text):
    page = BeautifulSoup(client.get("/plans/1/funding").data, "html.parser")
    label = next(tag for tag in page.find_all("label") if tag.get_text(strip=True) == label_text)
    return page.find(id=label["for"])["name"]
