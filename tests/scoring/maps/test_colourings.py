import itertools
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.identity import Identity, Role
from inventory.catalogue import GROUPS
from inventory.snapshots.repository import newest_snapshots, record_snapshot
from inventory.snapshots.snapshot import Snapshot
from portal.assets import STATIC
from scoring.maps import colourings
from scoring.maps.colouring_access import colour_city, offer_colourings, offered_keys
from scoring.rating.city_readiness import city_readiness, previous_round_ratings
from scoring.rating.confidence import Confidence
from scoring.rating.rating import Rating, Result, rate, rating_without_data
from scoring.rating.remedies import CostToReady
from tests.factories.snapshots import make_facts
from tests.factories.standards import STANDARD

DAY = date(2026, 3, 2)
MILLION = 1_000_000
CSS = (STATIC / "portal.css").read_text("utf-8")


def person(role, wards=None):
    return Identity(1, "nguoi", "Người thử", role, wards)


def make_rating(code, score, result=Result.NOT_READY):
    return Rating(code, result, score, (), Snapshot(code, DAY), STANDARD, DAY)


def describe(colouring, code):
    return colouring.shade_of(code).label, colouring.text_of(code), colouring.mark_of(code)


def test_scores_fall_into_classes_of_ten():
    ratings = {str(score): make_rating(str(score), score) for score in (0, 59, 60, 79, 80, 89, 90, 100)} | {
        "none": rating_without_data("none", DAY)
    }
    colouring = colourings.by_score(ratings)
    assert [colouring.shade_of(code).label for code in ("0", "59", "60", "79", "80", "89", "90", "100")] == [
        *("dưới 60 điểm", "dưới 60 điểm", "60 đến 69 điểm", "70 đến 79 điểm"),
        *("80 đến 89 điểm", "80 đến 89 điểm", "90 đến 100 điểm", "90 đến 100 điểm"),
    ]
    assert describe(colouring, "79") == ("70 đến 79 điểm", "79 điểm", "79")
    assert describe(colouring, "none") == ("Chưa có số liệu", "Chưa có số liệu", "–")
    assert colouring.counts == (2, 1, 1, 2, 2, 0, 1)


def test_the_share_of_a_group_counts_its_weights(demo_session):
    city = city_readiness(demo_session, DAY)
    colouring = colourings.by_group(city.ratings, "A", GROUPS["A"])
    for code, rating in city.ratings.items():
        counted_findings = [f for f in rating.findings if f.criterion.group == "A" and f.is_counted]
        counted_weight, met_weight = (
            sum(f.criterion.weight for f in counted_findings),
            sum(f.criterion.weight for f in counted_findings if f.is_met),
        )
        assert colouring.text_of(code) == (f"{100 * met_weight // counted_weight}\u00a0%" if counted_weight else "Chưa có số liệu")
        assert (colouring.shade_of(code).key == "seq5") == (0 < met_weight == counted_weight)
    assert len(set(colouring.values.values())) > 4


def test_a_group_without_a_counted_criterion_does_not_apply():
    colouring = colourings.by_group({"00082": make_rating("00082", 70)}, "E", GROUPS["E"])
    assert describe(colouring, "00082")[0] == "Không áp dụng"


def test_a_criterion_is_met_or_not_or_unanswered():
    snapshot = Snapshot("00082", DAY, facts=make_facts({"staff_total": 10}), answered_items=frozenset({"A01"}))
    rating = rate(snapshot, STANDARD, DAY)
    ratings = {"00082": rating, "none": rating_without_data("none", DAY)}
    statuses = {finding.criterion.code: finding.status for finding in rating.findings}
    for criterion in STANDARD.criteria:
        colouring = colourings.by_criterion(ratings, criterion)
        assert colouring.text_of("00082") == statuses[criterion.code].label
        assert colouring.text_of("none") == "Chưa có số liệu"


def test_costs_are_told_apart_and_fall_into_round_classes():
    sums = {"a": (40, 0), "b": (100, 20), "c": (300, 0), "d": (900, 100)}
    ratings = {code: make_rating(code, 50) for code in (*sums, "stuck")}
    ratings |= {"ready": make_rating("ready", 95, Result.READY), "none": rating_without_data("none", DAY)}
    costs = {code: CostToReady(capital * MILLION, yearly * MILLION, (), possible=True) for code, (capital, yearly) in sums.items()}
    costs |= {code: CostToReady(0, 0, (), possible=code == "ready") for code in ("stuck", "ready", "none")}
    colouring = colourings.by_cost(ratings, costs)
    assert [colouring.shade_of(code).key for code in ("a", "b", "c", "d", "ready", "stuck", "none")] == [
        *("heat1", "heat3", "heat4", "heat5", "done", "stuck", "no_data"),
    ]
    assert colouring.text_of("d") == ("1\u00a0tỷ đồng (mua sắm một lần 900\u00a0triệu đồng, chi hằng năm 100\u00a0triệu đồng)")
    assert (colouring.mark_of("a"), colouring.mark_of("d"), colouring.mark_of("ready")) == ("40\u00a0tr", "1\u00a0tỷ", "✓")
    assert "cộng chi hằng năm của một năm" in colouring.note


@given(st.lists(st.integers(0, 10**12), max_size=30))
def test_every_cost_has_a_class_and_the_classes_rise(sums):
    ratings = {str(place): make_rating(str(place), 50) for place in range(len(sums))}
    costs = {str(place): CostToReady(capital, 0, (), possible=True) for place, capital in enumerate(sums)}
    colouring = colourings.by_cost(ratings, costs)
    class_numbers = [colouring.of[str(place)] for place in sorted(range(len(sums)), key=sums.__getitem__)]
    assert class_numbers == sorted(class_numbers)
    assert sum(colouring.counts) == len(sums)
    assert len({shade.label for shade in colouring.shades}) == 8


def test_change_goes_by_the_result_first_and_then_by_the_score():
    ratings = {
        "gained": make_rating("gained", 90, Result.READY),
        "lost": make_rating("lost", 90),
        "up": make_rating("up", 70),
        "down": make_rating("down", 60),
        "same": make_rating("same", 60),
        "new": make_rating("new", 60),
        "none": rating_without_data("none", DAY),
    }
    previous_scores = {"gained": 90, "lost": 95, "up": 60, "down": 70, "same": 60}
    previous_ratings = {
        code: make_rating(code, score, Result.READY if code == "lost" else Result.NOT_READY)
        for code, score in previous_scores.items()
    }
    colouring = colourings.by_change(ratings, previous_ratings)
    assert [colouring.shade_of(code).label for code in ratings] == [
        *("mới đáp ứng", "không còn đáp ứng", "điểm tăng", "điểm giảm", "không đổi", "chưa có đợt trước để so", "Chưa có số liệu"),
    ]
    assert colouring.text_of("up") == "điểm tăng, 60 → 70 điểm"
    assert colouring.text_of("same") == "không đổi"


def test_confidence_has_its_four_grades_and_no_data():
    colouring = colourings.by_confidence({grade.value: grade for grade in Confidence} | {"none": None})
    assert colouring.counts == (1, 1, 1, 1, 1)
    assert [colouring.text_of(grade.value) for grade in Confidence] == [grade.label for grade in Confidence]


def test_every_colouring_puts_every_ward_into_one_class(demo_session):
    city = city_readiness(demo_session, DAY)
    keys = offered_keys(offer_colourings(person(Role.LEADER), city.standard))
    assert {"state", "score", "cost", "confidence", "change", *(f"group-{letter}" for letter in GROUPS)} < set(keys)
    for key in keys:
        colouring = colour_city(demo_session, city, key)
        assert colouring.key == key
        assert set(colouring.of) == set(city.ratings)
        assert sum(colouring.counts) == 126
        assert len(colouring.shades) <= 10
    assert dict(zip(Result, colour_city(demo_session, city, "state").counts, strict=True)) == city.counts


def test_the_round_before_is_that_of_each_ward(demo_session):
    city = city_readiness(demo_session, DAY)
    assert previous_round_ratings(demo_session, city) == {}
    snapshot = newest_snapshots(demo_session)["00070"]
    later_snapshot = Snapshot(**{**vars(snapshot), "round_id": 99, "as_of": DAY + timedelta(days=1)})
    record_snapshot(demo_session, later_snapshot)
    city = city_readiness(demo_session, DAY)
    previous_ratings = previous_round_ratings(demo_session, city)
    assert list(previous_ratings) == ["00070"]
    assert previous_ratings["00070"].snapshot == snapshot
    colouring = colour_city(demo_session, city, "change")
    assert colouring.text_of("00070") == "không đổi"


def test_what_would_help_an_attacker_is_no_colouring_of_its_own():
    sensitive_codes = {criterion.code for criterion in STANDARD.criteria if criterion.is_sensitive}
    for role in Role:
        keys = set(offered_keys(offer_colourings(person(role, frozenset() if role.is_of_ward else None), STANDARD)))
        assert not keys & sensitive_codes
        assert ("group-G" in keys) == (role in (Role.REVIEWER, Role.LEADER))


@pytest.mark.parametrize("role", [Role.OFFICER, Role.WARD_HEAD])
def test_who_sees_reasons_of_own_wards_only_colours_by_results_only(role):
    keys = offered_keys(offer_colourings(person(role, frozenset({"00082"})), STANDARD))
    assert keys == ("state", "score", "confidence", "change")


def shades_of_the_style_sheet():
    colours = {}
    for selectors, fill, ink in re.findall(r"([^{}]+)\{\s*fill: (#\w{6});\s*color: (#\w{3,6});\s*\}", CSS):
        for name in re.findall(r"\.k-([a-z_0-9]+)", selectors):
            colours[name] = (fill, ink if len(ink) == 7 else "#" + "".join(2 * c for c in ink[1:]))
    return colours


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_every_class_has_a_colour_that_its_words_can_be_read_on(demo_session):
    city, style_colours = city_readiness(demo_session, DAY), shades_of_the_style_sheet()
    for key in offered_keys(offer_colourings(person(Role.LEADER), city.standard)):
        for shade in colour_city(demo_session, city, key).shades:
            assert shade.key in style_colours, f"give .k-{shade.key} a colour in portal.css"
    assert {name: round(contrast(*pair), 1) for name, pair in style_colours.items() if contrast(*pair) < 4.5} == {}


@pytest.mark.parametrize("ramp", ["seq", "heat"])
def test_a_ramp_darkens_step_by_step_in_grey_print(ramp):
    style_colours = shades_of_the_style_sheet()
    steps = [style_colours[f"{ramp}{number}"][0] for number in range(1, 6)]
    assert [luminance(step) for step in steps] == sorted((luminance(step) for step in steps), reverse=True)
    assert min(contrast(a, b) for a, b in itertools.pairwise(steps)) > 1.3


def test_the_colours_of_the_results_are_those_of_every_other_picture():
    style_colours = shades_of_the_style_sheet()
    for result in Result:
        assert style_colours[result.value][0] == result.colour
