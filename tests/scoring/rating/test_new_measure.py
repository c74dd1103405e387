"""A measure that did not exist before is one line: everything that names it follows."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from accounts.identity import Role
from inventory.snapshots.snapshot import Snapshot
from scoring.analysis.answer_simulation import AdjustableAnswer, adjustable_answers, with_answers
from scoring.rating.explain import answer_label, verdict
from scoring.rating.measures import MEASURES, YES_OR_NO, Measure, fact
from scoring.rating.rating import FindingStatus, judge, rate
from scoring.rating.remedies import remedies_of
from scoring.rating.standard import parse_standard
from scoring.standard_editor.diff import describe_changes
from tests.factories.prices import PRICES, TERMS
from tests.factories.snapshots import make_facts

DAY = date(2026, 12, 1)
LINES = {
    "vpn_accounts": Measure("Tài khoản VPN", "tài khoản", fact("vpn_accounts"), is_fact=True),
    "uses_vpn": Measure("Đơn vị dùng VPN", YES_OR_NO, fact("uses_vpn"), is_fact=True),
}
TEXT = """
version = "t"
name = "t"
pass_mark = 80
pc_max_age_years = 7
[[criteria]]
code = "CR-A1"
name = "Tài khoản VPN"
measure = "vpn_accounts"
need = { per = "staff_total", percent = 50 }
weight = 1
applies_if = "uses_vpn"
source = "thử"
label = "A"
remedy = { text = "cấp", items = [{ item = "H04" }], raises = ["vpn_accounts"] }
"""


@pytest.fixture(autouse=True)
def lines(monkeypatch):
    for key, line in LINES.items():
        monkeypatch.setitem(MEASURES, key, line)


def ward(**answers):
    return Snapshot("00082", DAY, make_facts(answers))


def test_a_standard_may_judge_by_it_and_mend_it():
    standard = parse_standard(TEXT)
    [criterion] = standard.criteria
    finding = judge(criterion, ward(staff_total=9, uses_vpn=True, vpn_accounts=2), standard, DAY)
    assert verdict(finding) == "Tài khoản VPN: thiếu 3 tài khoản (có 2/cần 5)"
    assert judge(criterion, ward(staff_total=9, uses_vpn=False), standard, DAY).status is FindingStatus.NOT_APPLICABLE
    assert verdict(judge(criterion, ward(), standard, DAY)).endswith("chưa có câu trả lời cho “Đơn vị dùng VPN”")
    rating = rate(ward(staff_total=9, uses_vpn=True, vpn_accounts=2), standard, DAY)
    assert [(line.item, line.quantity) for line in remedies_of(rating, PRICES, TERMS).lines] == [("H04", 3)]
    assert remedies_of(rating, PRICES, TERMS).rating.score == 100


def test_its_words_are_those_of_the_line():
    old = parse_standard(TEXT)
    new = parse_standard(TEXT.replace('applies_if = "uses_vpn"\n', ""))
    assert describe_changes(old, new) == ("CR-A1, điều kiện áp dụng: Đơn vị dùng VPN → mọi đơn vị",)
    assert (answer_label("uses_vpn"), answer_label("owns_counters")) == ("Đơn vị dùng VPN", "Đơn vị sở hữu quầy tiếp nhận")


def test_another_answer_can_be_tried():
    standard, snapshot = parse_standard(TEXT), ward(staff_total=9, uses_vpn=False)
    assert adjustable_answers(standard.criteria[0], snapshot, DAY)[-1] == AdjustableAnswer("uses_vpn", True, 0)
    tried = with_answers(snapshot, {"uses_vpn": 1, "vpn_accounts": 5}, DAY)
    assert (tried.fact("uses_vpn"), tried.fact("vpn_accounts")) == (True, 5)
    assert rate(tried, standard, DAY).score == 100


def test_the_pages_of_a_draft_offer_it(sign_in):
    client = sign_in(Role.REVIEWER)
    draft = client.post("/standards/drafts/", data={"version": "2026.1"}).location
    page = BeautifulSoup(client.get(f"{draft}/criteria/CR-A1").data, "html.parser")
    assert page.select_one("#measure [value=vpn_accounts]").text == "Tài khoản VPN (tài khoản)"
    assert page.select_one("#applies_if [value=uses_vpn]").text == "Đơn vị dùng VPN"
    assert page.select_one("#applies_if [value=owns_counters]").text == "Đơn vị sở hữu quầy tiếp nhận"
