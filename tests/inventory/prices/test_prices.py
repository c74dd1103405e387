"""A price beside its cap, its tax and what was paid elsewhere: hand-computed cases, and properties."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.prices.parsing import FIELD_LABELS, FieldError, parse_day, parse_field, parse_price
from inventory.prices.plausibility import ObservedPrice, Position, assess_price, find_band, make_band
from inventory.prices.prices import CapStanding, Price, PriceList, compare_lists, load_default_prices, tenths_of
from inventory.prices.vat import find_expired_rates, load_vat_rates, price_at_standard_rate

ON = date(2026, 11, 24)
PC = Price("A01", 20_000_000, 10, 20_000_000, "none", "Mức giá tối đa", "Q")
MONEY = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("price", "standing", "tenths"),
    [
        (19_999_999, CapStanding.BELOW, 0),
        (20_000_000, CapStanding.AT_CAP, 0),
        (20_000_001, CapStanding.UNIT_HEAD, 1),
        (23_000_000, CapStanding.UNIT_HEAD, 150),
        (23_000_001, CapStanding.PROVINCE, 151),
        (26_000_000, CapStanding.PROVINCE, 300),
        (26_000_001, CapStanding.NOT_ALLOWED, 301),
    ],
)
def test_who_decides_on_a_price_above_its_cap(price, standing, tenths):
    found = replace(PC, unit_price=price)
    assert (found.standing, found.tenths_above_cap) == (standing, tenths)


def test_an_item_without_a_cap_stands_nowhere():
    found = replace(PC, cap=None)
    assert (found.standing, found.tenths_above_cap, found.is_at_cap) == (CapStanding.NO_CAP, None, False)


@given(MONEY, st.integers(0, 100))
def test_the_price_before_tax_is_rounded_to_the_nearest_dong(price, vat):
    exact = Fraction(price * 100, 100 + vat)
    assert abs(replace(PC, unit_price=price, vat_percent=vat).before_tax - exact) <= Fraction(1, 2)


@given(MONEY, st.integers(1, 10**12))
def test_a_percentage_is_rounded_away_from_nothing(value, base):
    tenths, exact = tenths_of(value, base), Fraction((value - base) * 1000, base)
    assert abs(tenths) >= abs(exact) > abs(tenths) - 1 or tenths == exact
    assert (tenths > 0) == (value > base) and (tenths < 0) == (value < base)


def test_the_reduced_rate_is_told_of_when_goods_come_after_it():
    reduced = replace(PC, unit_price=10_800_000, vat_percent=8)
    assert load_vat_rates()[8].valid_to == date(2026, 12, 31)
    assert find_expired_rates([reduced, PC], 2027) == (reduced,)
    assert find_expired_rates([reduced, PC], 2026) == find_expired_rates([reduced, PC], None) == ()
    assert (reduced.before_tax, price_at_standard_rate(reduced)) == (10_000_000, 11_000_000)


def test_two_lists_are_told_apart_item_by_item():
    before = PriceList(1, "a", ON, {"A01": PC, "A02": replace(PC, item="A02"), "A03": replace(PC, item="A03")})
    dearer = replace(PC, unit_price=20_100_000)
    after = PriceList(2, "b", ON, {"A01": dearer, "A02": replace(PC, item="A02"), "A04": replace(PC, item="A04")})
    assert [(change.item, change.tenths) for change in compare_lists(before, after)] == [("A01", 5), ("A03", None), ("A04", None)]
    assert compare_lists(before, before) == ()


def paid(amount, ward="", kind="", item="A01"):
    return ObservedPrice(item, f"mua {amount} {ward}", amount, ON, "1", "bid", ward, kind)


def test_a_band_is_the_median_and_three_deviations():
    # Median 18.2, deviations 0.7 0.3 0 0.4 0.9, their median 0.4: 18.2 ± 1.2 million.
    band = make_band([17_500_000, 17_900_000, 18_200_000, 18_600_000, 19_100_000], "x")
    assert (band.low, band.median, band.high, band.count) == (17_000_000, 18_200_000, 19_400_000, 5)


def test_three_bids_at_one_price_leave_five_percent():
    band = make_band([10_000_000] * 3, "x")
    assert (band.low, band.high) == (9_500_000, 10_500_000)


def test_two_prices_make_no_band():
    assert make_band([1, 2], "x") is None
    assert assess_price("A01", 20_000_000, [paid(1), paid(2)]).position is Position.UNKNOWN


def test_wards_of_the_same_kind_come_first_then_wards_then_everybody():
    alike = [paid(100_000 + step, "00082", "phuong") for step in range(3)]
    others = [paid(200_000 + step, "09877", "xa") for step in range(2)]
    bought = [paid(300_000 + step) for step in range(4)]
    everything = [*alike, *others, *bought]
    assert (find_band(everything, "phuong").count, find_band(everything, "phuong").among) == (3, "phường")
    assert (find_band(everything, "xa").count, find_band(everything, "xa").among) == (5, "xã, phường")
    assert find_band(everything).count == 5
    assert (find_band([*others, *bought]).count, find_band([*others, *bought]).among) == (6, "mọi đơn vị mua")


@given(st.lists(MONEY, min_size=3, max_size=30))
def test_a_band_is_what_exact_fractions_say(amounts):
    band = make_band(amounts, "x")
    middle = Fraction(median([Fraction(amount) for amount in amounts]))
    deviation = Fraction(median([abs(amount - middle) for amount in amounts]))
    width = max(3 * deviation, -(-middle * 4 * 5 // 100) / Fraction(4))
    inside = [amount for amount in amounts if middle - width <= amount <= middle + width]
    assert [amount for amount in amounts if band.low <= amount <= band.high] == inside
    assert band.low <= band.median <= band.high or band.high - band.low < 1
    assert len(inside) * 2 >= len(amounts)


@given(st.lists(MONEY, min_size=3, max_size=20), MONEY, st.randoms())
def test_a_judgement_does_not_care_for_the_order(amounts, price, random):
    seen = [paid(amount) for amount in amounts]
    first = assess_price("A01", price, seen)
    random.shuffle(seen)
    assert assess_price("A01", price, [*seen, paid(1, item="A02")]) == first
    within = first.band.low <= price <= first.band.high
    assert (first.position is Position.WITHIN) == within


def test_a_price_is_also_held_beside_the_shipped_reference():
    found = assess_price("A01", 21_000_000, [])
    assert (found.reference, found.tenths_from_reference) == (20_000_000, 50)
    assert assess_price("B15", 5, []).tenths_from_reference is None


def test_each_shipped_price_reads_back_as_it_is():
    for price in load_default_prices():
        read = parse_price(price, {part: getattr(price, part) for part in FIELD_LABELS}, ON)
        assert (read.price, read.errors) == (price, {})


def test_a_named_document_makes_the_label_and_a_bare_change_loses_it():
    proved = parse_price(PC, {"method": "Báo giá", "evidence": "01/BG"}, ON).price
    assert (proved.source_label, proved.has_evidence) == ("Q", True)
    assert parse_price(PC, {"unit_price": "21 triệu"}, ON).price.source_label == "A"
    assert parse_price(replace(PC, source_label="M"), {"source": "khác"}, ON).price.source_label == "M"


@pytest.mark.parametrize(
    ("part", "value", "told"),
    [
        ("unit_price", "1,500", "nhiều cách"),
        ("unit_price", None, "Hãy nhập"),
        ("unit_price", "#N/A", "không phải số tiền"),
        ("vat_percent", 9, "Chọn 0, 5, 8, 10"),
        ("vat_percent", "mười", "Chọn 0, 5, 8, 10"),
        ("cap", 0, "lớn hơn 0"),
        ("cap", "nhiều", "không phải số tiền"),
        ("method", "Hỏi bạn", "Chọn: Chưa có căn cứ, Báo giá"),
        ("evidence", "x" * 201, "không quá 200"),
        ("evidence_date", "31/02/2026", "không phải ngày"),
        ("evidence_date", date(2026, 11, 25), "đến hôm nay, 24/11/2026"),
        ("source", "  ", "giá lấy từ đâu"),
    ],
)
def test_a_part_that_cannot_be_read_says_what_is_allowed(part, value, told):
    assert told in parse_price(PC, {part: value}, ON).errors[part]


@pytest.mark.parametrize(("value", "percent"), [(8, 8), (8.0, 8), ("8", 8), ("8 %", 8), ("10%", 10), (0.08, 8), (0, 0)])
def test_a_rate_is_read_however_a_cell_holds_it(value, percent):
    assert parse_field("vat_percent", value, ON) == percent


@pytest.mark.parametrize("text", ["31/12/2025", "31-12-2025", "31.12.2025", "2025-12-31", "2025-12-31 00:00:00"])
def test_a_day_is_read_however_it_is_written(text):
    assert parse_day(text) == date(2025, 12, 31)


@given(st.sampled_from(sorted(FIELD_LABELS)), st.text() | st.floats() | st.integers() | st.none() | st.booleans() | st.dates())
def test_any_cell_is_read_or_told(part, value):
    read = parse_price(PC, {part: value}, ON)
    assert set(read.errors) <= {part}
    assert all(message for message in read.errors.values())
    assert isinstance(read.price.unit_price, int) and read.price.unit_price >= 0


def test_a_day_that_is_none_is_refused():
    with pytest.raises(FieldError):
        parse_day("hôm qua")
