"""Money as people type it: read right, or refused with a sentence that says how to write it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal import formats
from portal.numbers import MAX_VND, CountError, parse_vnd, parse_vnd_cell

NBSP, THIN = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("entered", "amount"),
    [
        ("0", 0),
        ("1500000", 1_500_000),
        ("1.500.000", 1_500_000),
        ("1,500,000", 1_500_000),
        ("1 500 000", 1_500_000),
        (f"1{NBSP}500{NBSP}000", 1_500_000),
        (f"1{THIN}500{THIN}000", 1_500_000),
        ("1.500", 1500),
        ("1 500", 1500),
        ("1.500.000 đ", 1_500_000),
        ("1.500.000đ", 1_500_000),
        ("1.500.000 ₫", 1_500_000),
        ("1500000 VND", 1_500_000),
        ("1500000 vnđ", 1_500_000),
        ("1.500.000 đồng", 1_500_000),
        ("1.500.000,00", 1_500_000),
        ("1,500,000.00", 1_500_000),
        ("1,5 triệu", 1_500_000),
        ("1.5 triệu", 1_500_000),
        ("1,5triệu", 1_500_000),
        ("1,5 TRIỆU ĐỒNG", 1_500_000),
        ("1,5 trie\u0323\u0302u", 1_500_000),
        ("0,5 triệu", 500_000),
        ("0,125 triệu", 125_000),
        ("2 tỷ", 2_000_000_000),
        ("2 tỉ đồng", 2_000_000_000),
        ("1,25 tỷ đồng", 1_250_000_000),
        ("1.234,5 tỷ", 1_234_500_000_000),
        ("1,2345 triệu", 1_234_500),
        ("1,2500000 triệu", 1_250_000),
        ("450 nghìn", 450_000),
        ("450 ngàn đồng", 450_000),
        ("  20000000  ", 20_000_000),
        ("007", 7),
    ],
)
def test_an_amount_is_read(entered, amount):
    assert parse_vnd(entered) == amount


@pytest.mark.parametrize(
    "entered", ["1,500", "1,5", "1.5", "1,50", "15,0", "0.500", "1.500 triệu", "1,500 triệu", "1500,000", "1,500 đ", ",5"]
)
def test_what_has_two_readings_is_refused(entered):
    with pytest.raises(CountError, match=r"nhiều cách. Nhập số nguyên đồng, ví dụ 1500000 hoặc 1.500.000"):
        parse_vnd(entered)


@pytest.mark.parametrize("entered", ["1,2345678 triệu", "0,0000000001 tỷ", "1.234,56789 nghìn"])
def test_a_fraction_of_a_dong_is_refused(entered):
    with pytest.raises(CountError, match="số lẻ"):
        parse_vnd(entered)


@pytest.mark.parametrize(
    "entered",
    ["", "đ", "triệu", "một triệu", "1e6", "1.50.000", "1.500 000", "1,500.000.000", "1.500,5", "1'500'000", "２０", "=1+1", "20$",
     "1 tỷ 500 triệu", "1.000.000 đồng/bộ", "-5", "\u22125 triệu", "9" * 16, "1.000.000 tỷ", "0x10", "1_000", "+5", "NaN"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(entered):
    with pytest.raises(CountError) as error:
        parse_vnd(entered)
    assert error.value.message.endswith(".")


def group_digits(amount, separator):
    return f"{amount:,}".replace(",", separator)


@given(st.integers(0, MAX_VND))
@example(MAX_VND)
def test_every_way_of_writing_an_amount_reads_back(amount):
    texts = [
        str(amount),
        group_digits(amount, "."),
        group_digits(amount, " "),
        group_digits(amount, NBSP),
        formats.format_vnd(amount),
        f"{amount}đ",
    ]
    if amount >= 1_000_000:
        texts += [group_digits(amount, ","), group_digits(amount, ",") + ".00"]
    if amount >= 1_000:
        texts.append(group_digits(amount, ".") + ",00")
    assert {parse_vnd(text) for text in texts} == {amount}
    assert parse_vnd_cell(amount) == amount and parse_vnd_cell(str(amount)) == amount
    if amount < 2**53:
        assert parse_vnd_cell(float(amount)) == amount


@given(st.integers(0, 999_999), st.sampled_from([("nghìn", 3), ("triệu", 6), ("tỷ", 9)]), st.data())
def test_an_amount_with_a_word_of_scale_reads_back(whole, scale, data):
    word, zeros = scale
    places = data.draw(st.integers(0, zeros).filter(lambda count: count != 3))
    digits = data.draw(st.text("0123456789", min_size=places, max_size=places))
    amount = whole * 10**zeros + int(digits.ljust(zeros, "0"))
    for sign in (",", "."):
        assert parse_vnd(f"{whole}{sign}{digits} {word}" if digits else f"{whole} {word}") == amount


@given(st.integers(10_000_000_000, 999_900_000_000))
def test_a_rounded_amount_reads_as_it_was_rounded(amount):
    billions = formats.format_vnd_short(amount)
    assert parse_vnd(billions) == (amount + 50_000_000) // 100_000_000 * 100_000_000


@given(st.text(alphabet="0123456789., đtriệutỷ\u00a0-", max_size=20) | st.text())
def test_any_text_is_an_amount_or_is_told(text):
    try:
        assert 0 <= parse_vnd(text) <= MAX_VND
    except CountError as error:
        assert error.message.endswith(".")


@given(st.floats())
def test_a_number_of_a_cell_is_whole_or_is_told(value):
    try:
        assert parse_vnd_cell(value) == value
    except CountError as error:
        assert error.message


@pytest.mark.parametrize("value", [True, 1.5, -1, -2.0, float("nan"), float("inf"), 1e300, None])
def test_a_cell_that_holds_no_amount_is_refused(value):
    with pytest.raises(CountError):
        parse_vnd_cell(value)
