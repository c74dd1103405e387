from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.formats import format_number
from portal.numbers import CountError, parse_decimal


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("187,5", Decimal("187.5")),
        ("187.5", Decimal("187.5")),
        ("187,50", Decimal("187.5")),
        ("187,0", 187),
        ("187", 187),
        ("1.500", 1500),
        ("1.500,25", Decimal("1500.25")),
        ("0,5", Decimal("0.5")),
        (" 100000 ", 100_000),
    ],
)
def test_a_number_with_decimals_is_read_exactly(text, number):
    read = parse_decimal(text, 2, 100_000)
    assert (read, type(read)) == (number, type(number))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("187,555", "có thể hiểu theo nhiều cách"),
        ("1,500", "có thể hiểu theo nhiều cách"),
        ("187,5555", "quá nhiều chữ số sau dấu phẩy; nhiều nhất là 2"),
        ("1.5.5", "không phải số. Viết 1500 hoặc 1.500; số lẻ viết sau dấu phẩy"),
        ("1,5,5", "không phải số. "),
        ("-1,5", "Số không được nhỏ hơn 0"),
        ("1e5", "không phải số. "),
        (",5", "không phải số. "),
        ("187,", "không phải số. "),
        ("٣,٥", "không phải số. "),
        ("một", "không phải số. "),
        ("", "Hãy nhập một số"),
        ("100000,01", "Số quá lớn. Số lớn nhất được nhập là 100.000"),
        ("9" * 40 + ",5", "Số quá lớn"),
    ],
)
def test_what_is_no_such_number_is_refused(text, message):
    with pytest.raises(CountError, match=message):
        parse_decimal(text, 2, 100_000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("94,4", "“94,4” có phần lẻ. Ô này nhận số nguyên"),
        ("2,5", "“2,5” có phần lẻ"),
        ("1,500", "“1,500” có thể hiểu theo nhiều cách. Ô này nhận số nguyên"),
        ("-2,5", "Số không được nhỏ hơn 0"),
        ("mười", "không phải số nguyên"),
    ],
)
def test_where_a_whole_number_is_asked_for_decimals_are_called_so(text, message):
    with pytest.raises(CountError, match=message):
        parse_decimal(text, 0)


@given(st.decimals(0, 1_000_000, places=3))
def test_what_is_written_is_read_again(number):
    assert parse_decimal(format_number(number), 3) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1234, "1.234"),
        (Decimal("187.5"), "187,5"),
        (Decimal("1234.25"), "1.234,25"),
        (Decimal(200), "200"),
        (Decimal("2E+2"), "200"),
        (12.6, "13"),
    ],
)
def test_a_number_is_written_as_it_stands(number, text):
    assert format_number(number) == text
