"""What-if and sensitivity against the plain way: write the value into the text, read it, and rate everybody."""

import pytest

from inventory.prices.price_lists import current_price_list
from inventory.prices.prices import load_default_prices
from inventory.snapshots.snapshot import Snapshot
from scoring.analysis.sensitivity import PASS_MARK, sweep, thresholds, values_to_try, with_threshold
from scoring.analysis.standard_comparison import compare_rated, rate_city
from scoring.analysis.threshold_curve import FRAME, draw_curve
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import Result, rate
from scoring.rating.remedies import cost_to_ready
from scoring.rating.standard import StandardError, parse_standard
from scoring.standard_editor.diff import describe_changes
from scoring.standard_editor.toml_edit import edit_criterion, edit_standard, next_version, remove_criterion
from tests.factories.days import DEMO_DAY
from tests.factories.prices import TERMS
from tests.factories.snapshots import make_facts
from tests.factories.standards import STANDARD_TEXT

TEXT = STANDARD_TEXT
STANDARD = parse_standard(TEXT)


def compare(snapshots, before, after, prices, on):
    return compare_rated(rate_city(snapshots, before, prices, TERMS, on), rate_city(snapshots, after, prices, TERMS, on))


@pytest.fixture
def city(demo_session):
    readiness = city_readiness(demo_session, DEMO_DAY)
    snapshots = [rating.snapshot for rating in readiness.ratings.values() if rating.snapshot]
    return snapshots, current_price_list(demo_session).prices


def rate_plainly(snapshots, text, prices):
    standard = parse_standard(text)
    ratings = [rate(snapshot, standard, DEMO_DAY) for snapshot in snapshots]
    costs = [cost_to_ready(rating, prices, TERMS) for rating in ratings]
    ready = {rating.ward_code for rating in ratings if rating.result is Result.READY}
    return ready, sum(c.capital for c in costs if c.possible), sum(c.recurrent for c in costs if c.possible)


def need_of(code, value):
    need = next(row for row in STANDARD.criteria if row.code == code).requirement
    return {"percent": value, "per": need.per} if need.per else {"constant": value}


@pytest.mark.parametrize(("code", "value"), [("CR-A1", 110), ("CR-C1", 90), ("CR-D1", 2), ("CR-F2", 50), (PASS_MARK, 95)])
def test_a_point_of_the_curve_is_what_that_standard_would_give(city, code, value):
    snapshots, prices = city
    threshold = next(threshold for threshold in thresholds(STANDARD) if threshold.code == code)
    point = sweep(snapshots, STANDARD, threshold, [value], prices, TERMS, DEMO_DAY).points[0]
    text = (
        edit_standard(TEXT, {PASS_MARK: value}) if code == PASS_MARK else edit_criterion(TEXT, code, {"need": need_of(code, value)})
    )
    assert (point.ready, point.capital, point.recurrent) == rate_plainly(snapshots, text, prices)


def test_the_curve_along_many_values_equals_each_value_alone(city):
    snapshots, prices = city
    threshold = thresholds(STANDARD)[1]
    curve = sweep(snapshots[:20], STANDARD, threshold, values_to_try(threshold), prices, TERMS, DEMO_DAY)
    for point in curve.points:
        assert sweep(snapshots[:20], STANDARD, threshold, [point.value], prices, TERMS, DEMO_DAY).points == (point,)
    assert curve.at(threshold.value).value == threshold.value


def test_a_threshold_that_does_not_touch_a_ward_leaves_its_cost_as_it_is():
    # A ward without counters, whatever is asked of counters.
    ward = Snapshot("00082", DEMO_DAY, make_facts({"owns_counters": False}))
    threshold = next(threshold for threshold in thresholds(STANDARD) if threshold.code == "CR-B1")
    prices = {price.item: price for price in load_default_prices()}
    points = sweep([ward], STANDARD, threshold, [50, 100, 130], prices, TERMS, DEMO_DAY).points
    assert len({(point.ready, point.capital, point.recurrent) for point in points}) == 1


def test_comparing_a_standard_with_itself_changes_nobody(city):
    comparison = compare(*city[:1], STANDARD, STANDARD, city[1], DEMO_DAY)
    assert comparison.changes == ()
    assert (comparison.before.capital, comparison.before.recurrent) == (comparison.after.capital, comparison.after.recurrent)


def test_comparing_names_who_turns_and_why(city):
    stricter_standard = with_threshold(STANDARD, "CR-A1", 110)
    comparison = compare(city[0], STANDARD, stricter_standard, city[1], DEMO_DAY)
    assert comparison.lost_ready
    assert not comparison.turned_ready
    assert {turn.lost for turn in comparison.lost_ready} == {("CR-A1",)}
    assert {turn.ward_code for turn in comparison.lost_ready} == comparison.before.ready - comparison.after.ready
    reverse_comparison = compare(city[0], stricter_standard, STANDARD, city[1], DEMO_DAY)
    assert {turn.ward_code for turn in reverse_comparison.turned_ready} == {turn.ward_code for turn in comparison.lost_ready}
    assert {turn.gained for turn in reverse_comparison.turned_ready} == {("CR-A1",)}


def test_a_cliff_is_where_many_wards_turn_at_one_step(city):
    threshold = thresholds(STANDARD)[1]
    curve = sweep(city[0], STANDARD, threshold, [90, 100, 110], city[1], TERMS, DEMO_DAY)
    assert [(a.value, b.value) for a, b in curve.cliffs] == [(100, 110)]


def test_every_point_lies_within_the_picture(city):
    threshold = thresholds(STANDARD)[0]
    chart = draw_curve(sweep(city[0][:10], STANDARD, threshold, [50, 80, 100], city[1], TERMS, DEMO_DAY))
    for panel in (chart.wards, chart.capital, chart.recurrent):
        assert all(FRAME.left <= x <= FRAME.end and FRAME.top <= y <= FRAME.floor for x, y in panel.points)


def test_changes_are_told_in_words_and_none_where_there_is_none():
    assert describe_changes(STANDARD, STANDARD) == ()
    other_standard = parse_standard(edit_criterion(TEXT, "CR-D2", {"need": {"constant": 300}, "blocking": True, "weight": 5}))
    assert describe_changes(STANDARD, other_standard) == (
        "CR-D2, mức yêu cầu: 200 → 300",
        "CR-D2, trọng số: 2 → 5",
        "CR-D2, tiêu chí bắt buộc: không → có",
    )


def test_the_whole_the_days_and_what_is_taken_away_are_told_too():
    text = remove_criterion(edit_standard(TEXT, {"pass_mark": 85, "pc_max_age_years": 5}), "CR-B9")
    assert describe_changes(STANDARD, parse_standard(text)) == (
        "Điểm đạt: 80 → 85",
        "Tuổi máy tính tối đa: 7 → 5 năm",
        "CR-B9, bỏ tiêu chí “Bộ lưu điện tại quầy”",
    )


def test_an_unknown_criterion_is_neither_edited_nor_removed():
    for change in (lambda: edit_criterion(TEXT, "CR-Z1", {}), lambda: remove_criterion(TEXT, "CR-Z1")):
        with pytest.raises(StandardError, match="CR-Z1"):
            change()


@pytest.mark.parametrize(("version", "expected"), [("2026.1", "2026.2"), ("2026.9", "2026.10"), ("hai", "hai.1"), ("1.a", "1.a.1")])
def test_the_next_version_counts_on(version, expected):
    assert next_version(version) == expected


@pytest.mark.parametrize(
    ("code", "values"),
    [
        (PASS_MARK, set(range(50, 101, 5))),
        ("CR-A1", set(range(50, 131, 10))),
        ("CR-D2", set(range(0, 401, 40))),
        ("CR-C3", {0, 1, 2}),
    ],
)
def test_the_values_worth_a_look_hold_the_present_one(code, values):
    threshold = next(threshold for threshold in thresholds(STANDARD) if threshold.code == code)
    assert set(values_to_try(threshold)) == values | {threshold.value}


def test_a_need_that_has_a_floor_moves_as_a_share_and_a_ceiling_as_itself():
    requirement = with_threshold(STANDARD, "CR-D5", 50).criterion("CR-D5").requirement
    assert (requirement.need(300), requirement.need(10)) == (300, 200)
    ceiling = with_threshold(STANDARD, "CR-D3", 70).criterion("CR-D3").requirement
    assert (ceiling.at_most, ceiling.need(0)) == (True, 70)
