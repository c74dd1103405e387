"""What the pages of readiness show of network security to whoever may not see it: nothing, and nothing that can be tried out."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from scoring.rating.city_readiness import city_readiness
from scoring.rating.purchases import RemedyLine
from scoring.rating.rating import rate
from scoring.rating.redaction import open_standard, redact_cost, redact_rating, sees_nothing
from scoring.rating.remedies import CostToReady
from tests.factories.days import DEMO_DAY

WARD = "00070"


@pytest.fixture
def city(demo_app):
    with Session(demo_app.extensions["engine"]) as session:
        return city_readiness(session)


def panel_of(answer):
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.text, "html.parser").select_one(".panel").get_text(" ").split())


def test_no_other_answer_can_be_tried_until_the_score_tells_a_sensitive_one(demo_sign_in, city):
    """With more PCs than are protected a criterion of the group fails: the score would tell how many are."""
    planner, leader = demo_sign_in("taichinh"), demo_sign_in("lanhdao")
    protected = city.ratings[WARD].snapshot.count("pcs_protected")
    scores = {}
    for client in (planner, leader):
        pages = [panel_of(client.get(f"/readiness/wards/{WARD}/what-if?A01={count}&A02=0")) for count in (protected, protected + 1)]
        scores[client] = [page.partition("Điểm ")[2].partition("/")[0] for page in pages]
        assert ("chống mã độc" in " ".join(pages)) == (client is leader)
    assert scores[planner][0] == scores[planner][1]
    assert scores[leader][0] != scores[leader][1]


def test_a_rating_by_the_open_standard_rests_on_no_sensitive_answer(city):
    rating = city.ratings[WARD]
    by_open = rate(rating.snapshot, open_standard(city.standard), city.on)
    shown = redact_rating(rating, sees_nothing)
    assert rate(shown.snapshot, open_standard(city.standard), city.on).score == by_open.score
    assert [finding.criterion.code for finding in by_open.findings] == [finding.criterion.code for finding in shown.findings]
    # What is kept of one is never taken for the other.
    assert open_standard(city.standard).sha256 != city.standard.sha256


def test_what_keeps_a_ward_from_being_ready_names_no_criterion_of_the_group(city):
    groups = [criterion for criterion in city.standard.criteria if criterion.code in ("CR-A1", "CR-G1")]
    lines = tuple(RemedyLine("A01", 1, criterion.code, ends=DEMO_DAY) for criterion in groups)
    cost = CostToReady(0, 0, lines, possible=False, blockers=tuple(groups))
    shown = redact_cost(cost, WARD, sees_nothing)
    assert [criterion.code for criterion in shown.blockers] == ["CR-A1"]
    assert [(line.criterion, line.ends) for line in shown.lines] == [("CR-A1", DEMO_DAY), ("", None)]
    assert redact_cost(cost, WARD, lambda _ward: True) == cost


def test_the_headline_of_another_ward_does_not_count_the_group(demo_sign_in, city):
    page = BeautifulSoup(demo_sign_in("canbo").get("/readiness").text, "html.parser")
    # Only the own wards are linked.
    others = {row.th.get_text(strip=True): row.find_all("td")[1] for row in page.select(".ward-table tbody tr") if not row.th.a}
    for ward in city.wards:
        if ward.full_name in others and city.ratings[ward.code].snapshot is not None:
            expected = redact_rating(city.ratings[ward.code], sees_nothing).headline
            assert others[ward.full_name].get_text(" ", strip=True) == expected
    assert len(others) > 100
    leader = BeautifulSoup(demo_sign_in("lanhdao").get("/readiness").text, "html.parser").get_text()
    assert "Ngoài nhóm an ninh mạng" not in leader


@pytest.mark.parametrize(("username", "is_told"), [("taichinh", False), ("lanhdao", True), ("thamdinh", True)])
def test_the_page_of_a_ward_says_that_something_is_left_out(demo_sign_in, username, is_told):
    text = demo_sign_in(username).get(f"/readiness/wards/{WARD}").text
    assert ("Tường lửa có IPS" in text) == is_told
    assert ("không hiện với tài khoản này" in text) != is_told
    assert ("Tổng trọng số đạt" in text) == is_told
