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

TODAY = date(2026, 11, 24)
COMPUTER_PRICE = Price("A01", 20_000_000, 10, 20_000_000, "none", "Mức giá tối đa", "Q")
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
    changed_price = replace(COMPUTER_PRICE, unit_price=price)
    assert (changed_price.standing, changed_price.tenths_above_cap) == (standing, tenths)


def test_an_item_without_a_cap_stands_nowhere():
    price = replace(COMPUTER_PRICE, cap=None)
    assert (price.standing, price.tenths_above_cap, price.is_at_cap) == (CapStanding.NO_CAP, None, False)


@given(MONEY, st.integers(0, 100))
def test_the_price_before_tax_is_rounded_to_the_nearest_dong(price, vat):
    exact = Fraction(price * 100, 100 + vat)
    assert abs(replace(COMPUTER_PRICE, unit_price=price, vat_percent=vat).before_tax - exact) <= Fraction(1, 2)


@given(MONEY, st.integers(1, 10**12))
def test_a_percentage_is_rounded_away_from_nothing(value, base):
    tenths, exact = tenths_of(value, base), Fraction((value - base) * 1000, base)
    assert abs(tenths) >= abs(exact) > abs(tenths) - 1 or tenths == exact
    assert (tenths > 0) == (value > base) and (tenths < 0) == (value < base)


def test_the_reduced_rate_is_told_of_when_goods_come_after_it():
    price = replace(COMPUTER_PRICE, unit_price=10_800_000, vat_percent=8)
    assert load_vat_rates()[8].valid_to == date(2026, 12, 31)
    assert find_expired_rates([price, COMPUTER_PRICE], 2027) == (price,)
    assert find_expired_rates([price, COMPUTER_PRICE], 2026) == find_expired_rates([price, COMPUTER_PRICE], None) == ()
    assert (price.before_tax, price_at_standard_rate(price)) == (10_000_000, 11_000_000)


def test_two_lists_are_told_apart_item_by_item():
    first = PriceList(
        1,
        "a",
        TODAY,
        {"A01": COMPUTER_PRICE, "A02": replace(COMPUTER_PRICE, item="A02"), "A03": replace(COMPUTER_PRICE, item="A03")},
    )
    higher_price = replace(COMPUTER_PRICE, unit_price=20_100_000)
    second = PriceList(
        2, "b", TODAY, {"A01": higher_price, "A02": replace(COMPUTER_PRICE, item="A02"), "A04": replace(COMPUTER_PRICE, item="A04")}
    )
    assert [(change.item, change.tenths) for change in compare_lists(first, second)] == [("A01", 5), ("A03", None), ("A04", None)]
    assert compare_lists(first, first) == ()


def observed_price(amount, ward="", kind="", item="A01"):
    return ObservedPrice(item, f"mua {amount} {ward}", amount, TODAY, "1", "bid", ward, kind)


def test_a_band_is_the_median_and_three_deviations():
    # Median 18.2, deviations 0.7 0.3 0 0.4 0.9, their median 0.4: 18.2 ± 1.2 million.
    band = make_band([17_500_000, 17_900_000, 18_200_000, 18_600_000, 19_100_000], "x")
    assert (band.low, band.median, band.high, band.count) == (17_000_000, 18_200_000, 19_400_000, 5)


def test_three_bids_at_one_price_leave_five_percent():
    band = make_band([10_000_000] * 3, "x")
    assert (band.low, band.high) == (9_500_000, 10_500_000)


def test_two_prices_make_no_band():
    assert make_band([1, 2], "x") is None
    assert assess_price("A01", 20_000_000, [observed_price(1), observed_price(2)]).position is Position.UNKNOWN


def test_wards_of_the_same_kind_come_first_then_wards_then_everybody():
    phuong_prices = [observed_price(100_000 + step, "00082", "phuong") for step in range(3)]
    xa_prices = [observed_price(200_000 + step, "09877", "xa") for step in range(2)]
    other_prices = [observed_price(300_000 + step) for step in range(4)]
    all_prices = [*phuong_prices, *xa_prices, *other_prices]
    assert (find_band(all_prices, "phuong").count, find_band(all_prices, "phuong").among) == (3, "phường")
    assert (find_band(all_prices, "xa").count, find_band(all_prices, "xa").among) == (5, "xã, phường")
    assert find_band(all_prices).count == 5
    assert (find_band([*xa_prices, *other_prices]).count, find_band([*xa_prices, *other_prices]).among) == (6, "mọi đơn vị mua")


@given(st.lists(MONEY, min_size=3, max_size=30))
def test_a_band_is_what_exact_fractions_say(amounts):
    band = make_band(amounts, "x")
    median_amount = Fraction(median([Fraction(amount) for amount in amounts]))
    deviation = Fraction(median([abs(amount - median_amount) for amount in amounts]))
    width = max(3 * deviation, -(-median_amount * 4 * 5 // 100) / Fraction(4))
    amounts_in_band = [amount for amount in amounts if median_amount - width <= amount <= median_amount + width]
    assert [amount for amount in amounts if band.low <= amount <= band.high] == amounts_in_band
    assert band.low <= band.median <= band.high or band.high - band.low < 1
    assert len(amounts_in_band) * 2 >= len(amounts)


@given(st.lists(MONEY, min_size=3, max_size=20), MONEY, st.randoms())
def test_a_judgement_does_not_care_for_the_order(amounts, price, random):
    prices = [observed_price(amount) for amount in amounts]
    first = assess_price("A01", price, prices)
    random.shuffle(prices)
    assert assess_price("A01", price, [*prices, observed_price(1, item="A02")]) == first
    is_in_band = first.band.low <= price <= first.band.high
    assert (first.position is Position.WITHIN) == is_in_band


def test_a_price_is_also_held_beside_the_shipped_reference():
    assessment = assess_price("A01", 21_000_000, [])
    assert (assessment.reference, assessment.tenths_from_reference) == (20_000_000, 50)
    assert assess_price("B15", 5, []).tenths_from_reference is None


def test_each_shipped_price_reads_back_as_it_is():
    for price in load_default_prices():
        reading = parse_price(price, {part: getattr(price, part) for part in FIELD_LABELS}, TODAY)
        assert (reading.price, reading.errors) == (price, {})


def test_a_named_document_makes_the_label_and_a_bare_change_loses_it():
    price = parse_price(COMPUTER_PRICE, {"method": "Báo giá", "evidence": "01/BG"}, TODAY).price
    assert (price.source_label, price.has_evidence) == ("Q", True)
    assert parse_price(COMPUTER_PRICE, {"unit_price": "21 triệu"}, TODAY).price.source_label == "A"
    assert parse_price(replace(COMPUTER_PRICE, source_label="M"), {"source": "khác"}, TODAY).price.source_label == "M"


@pytest.mark.parametrize(
    ("part", "value", "message"),
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
def test_a_part_that_cannot_be_read_says_what_is_allowed(part, value, message):
    assert message in parse_price(COMPUTER_PRICE, {part: value}, TODAY).errors[part]


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ({"method": "bid", "evidence": "01/HĐ", "evidence_date": None}, "evidence_date"),
        # In a workbook only what was changed comes back.
        ({"method": "bid"}, "method"),
        ({"method": "bid", "evidence_date": "31/12/2025"}, None),
        ({"method": "quote", "evidence_date": None}, None),
    ],
)
def test_the_result_of_a_bid_bears_a_day(raw, part):
    errors = parse_price(COMPUTER_PRICE, raw, TODAY).errors
    assert set(errors) == ({part} if part else set())
    assert all("ghi ngày của văn bản" in message for message in errors.values())


@pytest.mark.parametrize(("value", "percent"), [(8, 8), (8.0, 8), ("8", 8), ("8 %", 8), ("10%", 10), (0.08, 8), (0, 0)])
def test_a_rate_is_read_however_a_cell_holds_it(value, percent):
    assert parse_field("vat_percent", value, TODAY) == percent


@pytest.mark.parametrize("text", ["31/12/2025", "31-12-2025", "31.12.2025", "2025-12-31", "2025-12-31 00:00:00"])
def test_a_day_is_read_however_it_is_written(text):
    assert parse_day(text) == date(2025, 12, 31)


@given(st.sampled_from(sorted(FIELD_LABELS)), st.text() | st.floats() | st.integers() | st.none() | st.booleans() | st.dates())
def test_any_cell_is_read_or_told(part, value):
    reading = parse_price(COMPUTER_PRICE, {part: value}, TODAY)
    assert set(reading.errors) <= {part}
    assert all(message for message in reading.errors.values())
    assert isinstance(reading.price.unit_price, int) and reading.price.unit_price >= 0


def test_a_day_that_is_none_is_refused():
    with pytest.raises(FieldError):
        parse_day("hôm qua")
