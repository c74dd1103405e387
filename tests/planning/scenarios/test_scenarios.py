"""Scenarios: begun, copied, changed by hand, compared, fixed for good and revised, through the pages and below them."""

import csv
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from bs4 import BeautifulSoup

from inventory.models import PriceListRecord, PriceRecord
from inventory.prices.price_lists import get_price_list
from inventory.prices.prices import PriceList, load_default_prices
from inventory.snapshots.snapshot import EquipmentLot, Owner, Snapshot
from inventory.wards.wards import load_wards
from planning.funding.account import account_of
from planning.funding.funded import fund_plan
from planning.models import PlanTransfer
from planning.plan.assumptions import DIGITAL_MONEY, Assumptions, GroupRule, Method
from planning.plan.build import build_plan
from planning.plan.comparison import diff_plans, outcome_of, wards_ready_after
from planning.plan.exclusions import Reason
from planning.plan.overrides import Edit as LineEdit
from planning.plan.overrides import EditError, EditField, apply_edits, canonical_value, find_double_funding, new_line, parse_value
from planning.plan.spending import SpendingForm
from planning.scenarios import scenarios
from planning.scenarios.approval import hash_checked
from planning.scenarios.frozen import freeze_plan, load_frozen, restore_plan
from planning.scenarios.frozen_funding import restore_funding
from planning.scenarios.loading import get_plan, get_plan_record, list_plans, lock_newest, plan_of
from planning.scenarios.serialization import dump_assumptions, hash_content, load_assumptions
from planning.scenarios.stored_content import is_intact
from portal.clock import now, today
from portal.database import session_scope
from portal.formats import format_day, format_number
from scoring.rating.rating import rate, rating_without_data
from scoring.rating.remedies import RemedyTerms
from scoring.rating.remedy_terms import current_remedy_terms
from tests.factories.days import DEMO_DAY
from tests.factories.funding import ceilings_of_percent
from tests.factories.plans import OFFICE
from tests.factories.snapshots import make_facts
from tests.factories.standards import STANDARD

DAY = date(2026, 3, 2)
PRICES = PriceList(1, "Giá thử", DAY, {price.item: price for price in load_default_prices()})

WARD_MONEY = "Ngân sách xã, phường; thường xuyên không tự chủ; KHCN, ĐMST và chuyển đổi số"


def plan_with(*lots, assumptions=None, **facts):
    known_facts = {"staff_total": 20, "staff_vi": 1, "staff_vii": 4, "staff_viii": 15, **facts}
    answered_items = frozenset({"A01", "A02", "A03", "A04", *(lot.item for lot in lots)})
    snapshot = Snapshot("00082", DAY, make_facts(known_facts), tuple(lots), (), answered_items)
    ratings = {ward.code: rating_without_data(ward.code, DAY) for ward in load_wards()} | {"00082": rate(snapshot, STANDARD, DAY)}
    return build_plan("Thử", load_wards(), ratings, PRICES, STANDARD, assumptions or Assumptions(2027), DAY)


def line(plan, item):
    return next(row for row in plan.lines if row.item == item)


def edit(item, field, value, ward="00082"):
    return LineEdit(ward, item, field, value)


def rules_of(client):
    """What the form of the rules of the first plan holds."""
    page = BeautifulSoup(client.get("/plans/1/rules").data, "html.parser")
    form = {tag["name"]: tag.get("value", "") for tag in page.select("main input[name]") if tag.get("type") != "checkbox"}
    return form | {tag["name"]: (tag.select_one("[selected]") or tag.option)["value"] for tag in page.select("main select[name]")}


class TestReadValue:
    @pytest.mark.parametrize(
        ("field", "entered", "value"),
        [
            (EditField.QUANTITY, " 1.500 ", "1500"),
            (EditField.METHOD, "thuê", "lease"),
            (EditField.METHOD, "Mua", "buy"),
            (EditField.FORM, "chi hằng năm", "recurrent"),
            (EditField.YEAR, "2028", "2028"),
            (EditField.PRIORITY, "Tiếp theo", "False"),
            (EditField.NOTE, "  hai   chữ ", "hai chữ"),
        ],
    )
    def test_it_is_canonical(self, field, entered, value):
        assert parse_value(field, entered) == value

    @pytest.mark.parametrize(
        ("field", "entered", "message"),
        [
            (EditField.QUANTITY, "-1", "không được nhỏ hơn 0"),
            (EditField.QUANTITY, "100001", "từ 0 đến 100.000"),
            (EditField.METHOD, "xin", "Mua, Thuê"),
            (EditField.MONTHS, "13", "từ 0 đến 12"),
            (EditField.YEAR, "27", "bốn chữ số"),
            (EditField.SOURCE, "", "không được để trống"),
            (EditField.NOTE, "x" * 301, "300"),
        ],
    )
    def test_what_cannot_be_says_what_can(self, field, entered, message):
        with pytest.raises(EditError, match=re.escape(message)):
            parse_value(field, entered)


class TestRules:
    def test_a_group_goes_into_its_year_and_to_its_source(self):
        groups = dict(Assumptions(2027).groups) | {"A": GroupRule(year=2, source=WARD_MONEY)}
        plan_line = line(plan_with(assumptions=Assumptions(2027, blocking_first=False, groups=groups)), "A01")
        assert (plan_line.year, plan_line.source) == (2029, WARD_MONEY)

    def test_what_is_blocking_goes_first(self):
        groups = dict(Assumptions(2027).groups) | {"A": GroupRule(year=2)}
        assert line(plan_with(assumptions=Assumptions(2027, groups=groups)), "A01").year == 2027

    def test_leasing_costs_its_share_a_year_and_is_recurrent(self):
        lot = EquipmentLot("A01", good=20, year=2024)
        groups = dict(Assumptions(2027).groups) | {"E": GroupRule(year=2, is_leased=True)}
        plan_line = line(
            plan_with(lot, assumptions=Assumptions(2027, months=6, lease_percent=35, groups=groups), rooms_vc_able=0), "E01"
        )
        assert (plan_line.method, plan_line.form, plan_line.unit_price) == (Method.LEASE, SpendingForm.RECURRENT, 42_000_000)
        assert (plan_line.amount_in(plan_line.year), plan_line.upkeep) == (21_000_000, 42_000_000)

    def test_stored_rules_read_back_and_old_ones_get_the_defaults(self):
        rules = Assumptions(2028, 7, False, 40, {letter: GroupRule(year=0, unit="X") for letter in "ABCDEFGHI"})
        assert load_assumptions(dump_assumptions(rules)) == rules
        assert load_assumptions({"first_year": 2027}) == Assumptions(2027)


class TestApplyEdits:
    def test_a_quantity_moves_the_amount_and_keeps_the_need(self):
        plan = plan_with()
        edited_line = line(apply_edits(plan, [edit("A01", "quantity", "7")]), "A01")
        assert (edited_line.quantity, edited_line.amount, edited_line.purposes) == (7, 140_000_000, line(plan, "A01").purposes)
        assert edited_line.edited == ("quantity",)

    def test_priority_and_owner_are_changed_by_hand(self):
        edits = [edit("A01", "is_priority", "False"), edit("A01", "owner", "Thuê, mượn")]
        edited_line = line(apply_edits(plan_with(), edits), "A01")
        assert (edited_line.is_priority, edited_line.owner) == (False, "Thuê, mượn")

    def test_leasing_by_hand_brings_price_kind_and_source_along(self):
        edited_line = line(apply_edits(plan_with(), [edit("A01", "method", "lease")]), "A01")
        assert (edited_line.unit_price, edited_line.form, edited_line.source) == (
            7_000_000,
            SpendingForm.RECURRENT,
            DIGITAL_MONEY.label,
        )

    def test_what_is_bought_after_all_is_paid_whole_whatever_months_it_was_leased_for(self):
        leased = line(apply_edits(plan_with(), [edit("A01", "method", "lease"), edit("A01", "months", "6")]), "A01")
        assert (leased.months, leased.edited) == (6, ("method", "months"))
        for edits in ([edit("A01", "method", "buy"), edit("A01", "months", "6")], [edit("A01", "months", "6")]):
            bought = line(apply_edits(plan_with(), edits), "A01")
            assert (bought.months, bought.amount) == (12, 400_000_000)
            assert "months" not in bought.edited

    def test_what_was_typed_beside_the_method_wins(self):
        edits = [edit("A01", "method", "lease"), edit("A01", "unit_price", "1"), edit("A01", "source", "Khác")]
        edited_line = line(apply_edits(plan_with(), edits), "A01")
        assert (edited_line.unit_price, edited_line.source) == (1, "Khác")

    def test_a_line_that_nobody_asked_for_is_added_in_its_place(self):
        plan = apply_edits(plan_with(), [edit("A05", "quantity", "1")])
        assert line(plan, "A05").amount == 110_000_000
        assert [row.item for row in plan.lines] == sorted(row.item for row in plan.lines)

    def test_zero_keeps_the_line_in_view(self):
        plan = apply_edits(plan_with(), [edit("A01", "quantity", "0")])
        assert line(plan, "A01").amount == 0

    def test_a_ward_without_data_gets_no_line(self):
        plan = plan_with()
        ward_without_data = next(ward for ward in plan.wards if ward.code == "00004")
        with pytest.raises(EditError, match="chưa có số liệu được duyệt"):
            new_line(plan, ward_without_data, "A01")

    def test_what_cannot_be_bought_gets_no_line(self):
        plan = plan_with()
        ward = next(ward for ward in plan.wards if ward.code == "00082")
        with pytest.raises(EditError, match="H03"):
            new_line(plan, ward, "H03")


class TestDoubleFunding:
    def test_a_package_beside_its_parts_is_told(self):
        plan = apply_edits(plan_with(floors=3), [edit("C06", "quantity", "1"), edit("C04", "quantity", "2")])
        assert any("C06" in sentence and "C04" in sentence for sentence in find_double_funding(plan))

    def test_counters_of_the_city_are_told(self):
        plan = apply_edits(plan_with(owns_counters=False), [edit("B01", "quantity", "2")])
        assert any("Trung tâm Phục vụ hành chính công TP" in sentence for sentence in find_double_funding(plan))

    def test_the_plan_itself_funds_nothing_twice(self, demo_session):
        assert find_double_funding(get_plan(demo_session, 1, DEMO_DAY)) == []

    def test_each_exclusion_has_its_reason_and_clause(self):
        lots = (EquipmentLot("B01", good=3, owner=Owner.CITY_CENTRE), EquipmentLot("A01", good=10, on_order=4, year=2024))
        plan = plan_with(*lots, EquipmentLot("A02", on_order=2, year=2024), owns_counters=False, printers_multifunction=1)
        quantities = {exclusion.reason: exclusion.quantity for exclusion in plan.exclusions}
        assert quantities == {
            Reason.CITY_CENTRE: 3,
            Reason.COUNTERS: None,
            Reason.MULTIFUNCTION: 1,
            Reason.ON_ORDER: 4,
            Reason.LAPTOP: 2,
        }
        assert all(exclusion.reason.clause for exclusion in plan.exclusions)
        assert line(plan, "A01").quantity == 20 - 10 - 4 - 2

    def test_what_nobody_needs_is_moved_and_not_replaced(self):
        # Of 24 PCs for 20 people 20 are supported: of 21 that is enough, and the twenty-first may even stay.
        plan = plan_with(EquipmentLot("A01", good=24, year=2024), pc_supported_os=20)
        assert [(x.item, x.quantity) for x in plan.exclusions if x.reason is Reason.NOT_NEEDED] == [("A01", 3)]
        assert not [row for row in plan.lines if row.item in ("A01", "A07")]


class TestRemedyTerms:
    PCS = EquipmentLot("A01", good=20, year=2022)

    def test_a_pc_within_its_life_is_upgraded_where_the_plan_assumes_so(self):
        upgraded = plan_with(self.PCS, pc_supported_os=17)
        assert [(row.item, row.quantity) for row in upgraded.lines if row.item in ("A01", "A07")] == [("A07", 2)]
        replaced = plan_with(self.PCS, pc_supported_os=17, assumptions=Assumptions(2027, upgrades_os=False))
        assert [(row.item, row.quantity) for row in replaced.lines if row.item in ("A01", "A07")] == [("A01", 2)]
        assert "thay 2 máy: hệ điều hành hết hỗ trợ" in line(replaced, "A01").note, "none of them is past its life"
        assert "chuyển thanh lý" not in line(replaced, "A01").note

    def test_pages_without_a_plan_take_the_terms_of_the_default_one(self, demo_app, demo_session, demo_sign_in):
        with demo_app.app_context():
            assert current_remedy_terms(demo_session) == RemedyTerms(3, upgrades_os=True)
        demo_session.rollback()
        client = demo_sign_in("taichinh")
        page = BeautifulSoup(client.get("/plans/1/rules").data, "html.parser")
        assert page.select_one("input[name=upgrades_os]").has_attr("checked")
        assert "(giả định, nhãn A)" in page.select_one("label[for=upgrades_os]").text
        form = {tag["name"]: tag.get("value", "") for tag in page.select("main input[name]") if tag.get("type") != "checkbox"}
        form |= {tag["name"]: (tag.select_one("[selected]") or tag.option)["value"] for tag in page.select("main select[name]")}
        assert client.post("/plans/1/rules", data=form).status_code == 302
        with demo_app.app_context():
            assert current_remedy_terms(demo_session) == RemedyTerms(3, upgrades_os=False)
            plan = get_plan(demo_session, 1, DEMO_DAY)
        assert sum(row.quantity for row in plan.lines if row.item == "A01") == 185


def test_a_final_plan_reads_back_line_by_line(demo_session):
    plan = get_plan(demo_session, 1, DEMO_DAY)
    snapshots = {code: rating.snapshot for code, rating in plan.ratings.items() if rating.snapshot is not None}
    funded = fund_plan(plan, ceilings_of_percent(plan, 40, slide_years=1))
    content = freeze_plan(plan, funded, dict.fromkeys(snapshots, "abc"), OFFICE)
    frozen = load_frozen(json.loads(json.dumps(content)))
    assert frozen.snapshots == dict.fromkeys(snapshots, "abc")
    # Nothing is rated again: with the snapshots of that day it is the plan of that day.
    assert restore_plan(frozen, snapshots, plan.standard) == plan
    assert restore_funding(frozen.funded, plan, plan.standard) == funded
    assert account_of(restore_funding(frozen.funded, plan, plan.standard)) == account_of(funded)
    assert hash_content(content) == hash_content(dict(reversed(content.items())))


def test_ready_after_counts_what_the_lines_really_bring(demo_session):
    plan = get_plan(demo_session, 1, DEMO_DAY)
    ready_after = wards_ready_after(plan)
    empty_plan = replace(plan, lines=())
    assert len(ready_after) > len(wards_ready_after(empty_plan)) == outcome_of(empty_plan).ready_now
    turned_code = sorted(ready_after - wards_ready_after(empty_plan))[0]
    reduced_plan = replace(
        plan, lines=tuple(replace(row, quantity=0) if row.ward.code == turned_code else row for row in plan.lines)
    )
    assert wards_ready_after(reduced_plan) == ready_after - {turned_code}


def test_the_difference_names_each_field_in_words():
    plan = plan_with()
    edited_plan = apply_edits(plan, [edit("A01", "quantity", "7"), edit("A01", "method", "lease"), edit("A05", "quantity", "1")])
    changes = [(change.item, change.field, change.before, change.after) for change in diff_plans(plan, edited_plan)]
    assert ("A01", "Số lượng đề nghị", "20", "7") in changes
    assert ("A01", "Phương thức", "Mua", "Thuê") in changes
    assert ("A05", "", "", "1 × 110.000.000 = 110.000.000 đ, 2028") in changes
    assert diff_plans(plan, plan) == ()


@pytest.mark.both_databases
def test_a_plan_without_lines_is_not_fixed(session):
    record = get_plan_record(session, 1)
    with pytest.raises(scenarios.ScenarioError, match="chưa có dòng nào"):
        scenarios.finalise_plan(session, record, "Người thử")


def test_a_reason_that_is_too_long_is_refused_by_every_door(demo_session):
    record = get_plan_record(demo_session, 1)
    for write in (
        lambda: scenarios.revise_plan(demo_session, record, "x" * 301, "Người thử"),
        lambda: scenarios.save_edits(demo_session, record, [], "x" * 301, "Người thử", scenarios.WORKBOOK),
    ):
        with pytest.raises(scenarios.ScenarioError, match="Lý do dài 301 ký tự; viết gọn trong 300 ký tự"):
            write()


def test_fixed_for_good(demo_app, demo_session):
    record = get_plan_record(demo_session, 1)
    with demo_app.app_context():
        scenarios.finalise_plan(demo_session, record, "Người thử")
    before = plan_of(demo_session, record)
    assert is_intact(record)
    assert get_price_list(demo_session, record.price_list_id).is_published
    demo_session.get(PriceRecord, (record.price_list_id, "A03")).unit_price = 1
    demo_session.get(PriceListRecord, record.price_list_id).revision += 1
    demo_session.flush()
    assert plan_of(demo_session, record).lines == before.lines
    for change in (
        lambda: scenarios.rename_plan(demo_session, record, "Khác", ""),
        lambda: scenarios.set_rules(demo_session, record, record.changes, Assumptions(2027)),
        lambda: scenarios.undo_edits(demo_session, record, "00070", "A01"),
        lambda: scenarios.finalise_plan(demo_session, record, "Ai đó"),
    ):
        with pytest.raises(scenarios.ScenarioError, match="đã khóa số liệu"):
            change()
    revision = scenarios.revise_plan(demo_session, record, "Cập nhật giá", "Người thử")
    assert (revision.revision, revision.follows_id, revision.is_proposal, record.is_proposal) == (2, record.id, True, False)
    assert not revision.is_final
    changes = diff_plans(before, plan_of(demo_session, revision))
    assert {change.item for change in changes} == {"A03"}


def test_two_planners_do_not_undo_each_other(demo_session):
    record = get_plan_record(demo_session, 1)
    shown_line = next(x for x in plan_of(demo_session, record, DEMO_DAY).lines if x.item == "A01")
    shown_values = {field.value: canonical_value(shown_line, field) for field in EditField}
    scenarios.edit_line(demo_session, record, shown_line, shown_values | {"quantity": "7"}, shown_values, "", "Một")
    newer_line = next(x for x in plan_of(demo_session, record, DEMO_DAY).lines if x.code == shown_line.code)
    # Another field merges, the same field asks.
    scenarios.edit_line(demo_session, record, newer_line, shown_values | {"note": "gấp"}, shown_values, "", "Hai")
    with pytest.raises(EditError, match="vừa được người khác đổi"):
        scenarios.edit_line(demo_session, record, newer_line, shown_values | {"quantity": "8"}, shown_values, "", "Hai")
    stale_changes = record.changes
    scenarios.set_rules(demo_session, record, stale_changes, Assumptions(2027))
    with pytest.raises(scenarios.ScenarioError, match="người khác đã đổi"):
        scenarios.set_rules(demo_session, record, stale_changes, Assumptions(2028))


class TestPages:
    def test_a_planner_begins_copies_edits_and_revises_what_was_fixed(self, demo_sign_in, demo_app):
        client = demo_sign_in("taichinh")
        answer = client.post("/plans/new", data={"name": "Thuê tối đa", "note": "thử", "first_year": "2027"})
        assert answer.location == "/plans/2"
        assert "Đã có phương án tên" in client.post("/plans/new", data={"name": "Thuê tối đa", "first_year": "2027"}).text
        copy_answer = client.post("/plans/2/copy", data={"name": "Bản sao"})
        code = first_line(client, 3)
        page = BeautifulSoup(client.get(f"/plans/3/lines/{code}").data, "html.parser")
        form = {tag["name"]: tag.get("value", "") for tag in page.select("input[name], select[name]") if tag.name == "input"}
        form |= {tag["name"]: tag.select_one("[selected]")["value"] for tag in page.select("select[name]")}
        refused_answer = client.post(f"/plans/3/lines/{code}", data=form | {"quantity": "mười"})
        assert refused_answer.status_code == 400
        assert 'value="mười"' in refused_answer.text
        assert client.post(f"/plans/3/lines/{code}", data=form | {"quantity": "3", "why": "rà lại"}).status_code == 302
        assert "rà lại" in client.get(f"/plans/3/lines/{code}").text
        text = client.get("/plans/compare?plan=2&plan=3").text
        assert "Số lượng đề nghị" in text
        with demo_app.app_context(), session_scope(demo_app.extensions["engine"], writes=False) as session:
            outcome = outcome_of(plan_of(session, get_plan_record(session, 2)))
        amounts = [
            vnd
            for part in ("by_group", "by_source", "by_year")
            for sums in getattr(outcome, part).values()
            for vnd in sums.values()
        ]
        assert all(format_number(vnd) in text for vnd in amounts if vnd)
        with demo_app.app_context(), session_scope(demo_app.extensions["engine"], writes=True) as session:
            scenarios.finalise_plan(session, get_plan_record(session, 3), "Người trình")
        assert "Mã kiểm tra nội dung" in client.get("/plans/3").text
        assert client.post("/plans/3/revision", data={"note": "theo ý kiến thẩm định"}).location == "/plans/4"
        assert "Không có dòng nào khác" in client.get("/plans/4/difference").text
        assert copy_answer.location == "/plans/3"

    def test_rules_are_kept_and_a_wrong_one_keeps_what_was_typed(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        form = rules_of(client)
        refused_answer = client.post("/plans/1/rules", data=form | {"lease_percent": "400", "A-unit": "Văn phòng"})
        assert refused_answer.status_code == 400
        assert "Nhập số từ 1 đến 100" in refused_answer.text
        assert "Văn phòng" in refused_answer.text
        before = client.get("/plans/1/lines?group=A").text
        assert client.post("/plans/1/rules", data=form | {"A-year": "2", "first_year": "2030"}).status_code == 302
        after = client.get("/plans/1/lines?group=A").text
        assert ", 2027" in before
        assert ", 2027" not in after

    def test_every_wrong_entry_of_a_line_is_told_at_its_field_and_stays(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        code = first_line(client, 1)
        wrong = {"quantity": "mười", "months": "13", "unit_price": "1,5", "year": "27", "owner": ""}
        shown = BeautifulSoup(client.get(f"/plans/1/lines/{code}").data, "html.parser")
        form = {tag["name"]: tag.get("value", "") for tag in shown.select("main form input[name]")}
        form |= {tag["name"]: tag.select_one("[selected]")["value"] for tag in shown.select("main form select[name]")}
        page = BeautifulSoup(client.post(f"/plans/1/lines/{code}", data=form | wrong).data, "html.parser")
        refused = {tag["name"]: tag["value"] for tag in page.select("[aria-invalid=true]")}
        assert refused == wrong
        assert all(page.select_one(f"#{name}-error").text for name in wrong)

    def test_every_fault_of_the_rules_is_told_at_once(self, demo_sign_in):
        client = demo_sign_in("taichinh")
        answer = client.post("/plans/1/rules", data=rules_of(client) | {"months": "13", "A-unit": "", "C-unit": ""})
        page = BeautifulSoup(answer.data, "html.parser")
        assert {link["href"] for link in page.select(".alert a")} == {"#months", "#A-unit", "#C-unit"}

    def test_the_norms_of_several_decisions_of_the_city_stay_on_their_lines(self, demo_sign_in):
        client, norms = demo_sign_in("taichinh"), "12/QĐ-UBND; 01/09/2026; B03\n15/QĐ-UBND; 02/09/2026; E01, E03"
        assert client.post("/plans/1/rules", data=rules_of(client) | {"city_norms": norms}).status_code == 302
        page = BeautifulSoup(client.get("/plans/1/rules").data, "html.parser")
        assert page.select_one("textarea[name=city_norms]").text == norms

    def test_a_norm_of_tomorrow_is_refused(self, demo_sign_in):
        client, norm = demo_sign_in("taichinh"), f"12/QĐ-UBND; {format_day(today() + timedelta(days=1))}; B03"
        answer = client.post("/plans/1/rules", data=rules_of(client) | {"city_norms": norm})
        assert answer.status_code == 400
        assert "ngày quyết định ở tương lai" in answer.text
        assert norm in answer.text

    def test_every_line_of_the_norms_that_is_none_is_told_at_once(self, demo_sign_in):
        client, norms = demo_sign_in("taichinh"), "12/QĐ-UBND; 01/09/2026; A01\n15/QĐ-UBND; 02/09/2026; E01\nkhông rõ"
        answer = client.post("/plans/1/rules", data=rules_of(client) | {"city_norms": norms})
        assert answer.status_code == 400
        [told] = BeautifulSoup(answer.data, "html.parser").select("#city_norms-error")
        assert ["Dòng 1" in told.text, "Dòng 2" in told.text, "Dòng 3" in told.text] == [True, False, True]

    def test_a_price_of_the_scenario_is_shown_and_taken_back(self, demo_sign_in, demo_app):
        client = demo_sign_in("taichinh")
        with session_scope(demo_app.extensions["engine"], writes=True) as session:
            record = get_plan_record(session, 1)
            scenarios.save_edits(session, record, [LineEdit("", "A01", "unit_price", "18500000")], "báo giá mới", "Một", "workbook")
            plan = plan_of(session, record)
        assert {x.unit_price for x in plan.lines if x.item == "A01"} == {18_500_000}
        page = client.get("/plans/1/rules").text
        assert "18.500.000" in page
        assert "báo giá mới" in page
        assert client.post("/plans/1/prices/A01/undo").status_code == 302
        assert "Đơn giá riêng" not in client.get("/plans/1/rules").text
        assert demo_sign_in("lanhdao").post("/plans/1/prices/A01/undo").status_code == 404

    @pytest.mark.parametrize(
        "query", ["", "?group=A", "?year=2027&form=recurrent", "?mark=above", "?q=pho", "?ward=00070", "?source=x"]
    )
    def test_the_total_of_a_filter_is_the_sum_of_its_rows(self, demo_sign_in, query):
        client = demo_sign_in("taichinh")
        rows = client.get(f"/plans/1/lines.csv{query}").data.decode("utf-8-sig").splitlines()

        table = list(csv.DictReader(rows))
        page = " ".join(BeautifulSoup(client.get(f"/plans/1/lines{query}").data, "html.parser").get_text(" ").split())
        for form in SpendingForm:
            total = sum(int(row["Thành tiền các năm của phương án"]) for row in table if row["Hình thức chi"] == form.label)
            assert not total or f"{form.label}: {total:,}".replace(",", ".") in page

    def test_a_reader_sees_no_form_and_cannot_post(self, demo_sign_in):
        client = demo_sign_in("lanhdao")
        code = first_line(client, 1)
        assert "Sửa dòng này" not in client.get(f"/plans/1/lines/{code}").text
        assert client.post(f"/plans/1/lines/{code}", data={"quantity": "1"}).status_code == 404
        assert client.post("/plans/1/rules", data={"first_year": "2030"}).status_code == 404
        assert "2030" not in client.get("/plans/1").text


def first_line(client, plan_id):
    return re.search(r"/lines/(\d{5}-[A-Z]\d\d)", client.get(f"/plans/{plan_id}/lines?group=A").text)[1]


@pytest.mark.both_databases
def test_of_two_who_revise_at_once_the_second_is_told_of_the_first(app, session):
    """The second waits for the first, and may not begin anew from what is no longer the newest: its revision would lack the first one's."""
    name = get_plan_record(session, 1).name
    session.rollback()
    barrier = Barrier(2)

    def revise(author):
        with session_scope(app.extensions["engine"], writes=True) as writer_session:
            # On SQLite the second cannot even begin while the first writes.
            if app.extensions["engine"].dialect.name == "postgresql":
                barrier.wait(timeout=60)
            record = get_plan_record(writer_session, 1, for_update=True)
            try:
                return scenarios.revise_plan(writer_session, record, "tiếp", author).title
            except scenarios.ScenarioError as error:
                return error.message

    second = f"{name} (bản 2, theo bản 1)"
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(revise, ("Một", "Hai")), key=len)
    assert answers == [second, f"Đã có bản mới hơn: “{second}”. Mở bản ấy để sửa; bản này chỉ để xem."]
    assert [record.title for record in list_plans(session) if record.name == name] == [second, name]


@pytest.mark.both_databases
def test_who_waits_for_a_revision_goes_on_from_it(app, session):
    """Two files come back at once: the second goes into a revision of the first one's, not beside it."""
    session.rollback()
    barrier = Barrier(2)

    def take(author):
        with session_scope(app.extensions["engine"], writes=True) as writer_session:
            record = get_plan_record(writer_session, 1)
            assert record.newest.revision in (1, 2)
            if app.extensions["engine"].dialect.name == "postgresql":
                barrier.wait(timeout=60)
            return scenarios.revise_plan(writer_session, lock_newest(writer_session, record), "tiếp", author).title

    with ThreadPoolExecutor(2) as pool:
        titles = sorted(pool.map(take, ("Một", "Hai")))
    assert [title.rpartition(" (")[2] for title in titles] == ["bản 2, theo bản 1)", "bản 3, theo bản 2)"]


def test_the_first_of_two_agreed_transfers_comes_first_when_a_line_asks_for_less(demo_session):
    record = get_plan_record(demo_session, 1)
    line = next(line for line in get_plan(demo_session, 1).lines if line.quantity)
    givers = [ward.code for ward in load_wards() if ward != line.ward][:2]

    def givers_of(order):
        record.transfers.clear()
        demo_session.flush()
        for code in order:
            values = {"item_code": line.item, "giver_code": code, "receiver_code": line.ward.code, "quantity": line.quantity}
            record.transfers.append(PlanTransfer(**values, metres=1, by="x", at=now()))
        demo_session.flush()
        return [transfer.giver.code for transfer in get_plan(demo_session, 1).transfers]

    assert givers_of(givers) == givers[:1]
    assert givers_of(givers[::-1]) == givers[1:]


def test_two_revisions_that_an_older_version_left_side_by_side_are_brought_together(demo_app, demo_sign_in):
    client = demo_sign_in("taichinh")
    with session_scope(demo_app.extensions["engine"], writes=True) as session:
        record = get_plan_record(session, 1)
        lines = [line for line in plan_of(session, record).lines if line.item == "A01"][:2]
        second = scenarios.revise_plan(session, record, "của người thứ nhất", "Một")
        scenarios.save_edits(session, second, [edit_of(lines[0], "7"), edit_of(lines[1], "8")], "", "Một", scenarios.PAGE)
        third = scenarios.revise_plan(session, second, "của người thứ hai", "Hai")
        # So it stood before revisions were a chain: both began from the first one.
        third.follows = record
        third.edits.clear()
        session.flush()
        scenarios.save_edits(session, third, [edit_of(lines[1], "9")], "", "Hai", scenarios.PAGE)
    page = client.get("/plans/2/difference").text
    assert "Bản mới nhất không có các thay đổi của bản này" in page
    assert "đã đổi ở cả hai nơi" in page
    assert "So ba bên" not in client.get("/plans/1/difference").text
    assert client.post("/plans/2/merge").location == "/plans/4/difference"
    with session_scope(demo_app.extensions["engine"], writes=False) as session:
        newest = get_plan_record(session, 1).newest
        assert (newest.id, newest.follows_id) == (4, 3)
        merged = {line.code: line.quantity for line in plan_of(session, newest).lines}
    assert [merged[line.code] for line in lines] == [7, 9]
    assert "Bản mới nhất đã có mọi thay đổi" not in client.get("/plans/2/difference").text
    assert "Không có thay đổi nào đưa được" in client.post("/plans/2/merge", follow_redirects=True).text
    assert "Không có thay đổi nào đưa được" in client.post("/plans/4/merge", follow_redirects=True).text


def edit_of(line, quantity):
    return LineEdit(line.ward.code, line.item, "quantity", quantity)


def test_what_was_checked_is_the_same_on_the_next_day(demo_app, demo_session):
    record = get_plan_record(demo_session, 1)
    days = DEMO_DAY, DEMO_DAY + timedelta(days=1)
    with demo_app.app_context():
        one, other = (hash_checked(demo_session, record, plan_of(demo_session, record, day)) for day in days)
    assert one == other
