from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.codes import find_code_fault, to_code

MOST = 32


@pytest.mark.parametrize("code", ["2026.1", "02-2026", "A", "7", "v2.0-rc.1", "x" * MOST])
def test_a_code_of_letters_digits_dots_and_hyphens_is_taken(code):
    assert find_code_fault(code, MOST) is None


@pytest.mark.parametrize(
    "code",
    [
        "",
        " ",
        ".",
        "..",
        "-",
        "2026.",
        "2026-",
        "...-",
        "02/2026",
        "2026 1",
        "a_b",
        "Đợt-1",
        "2026.1\n",
        "a?b",
        "a#b",
        "a%2Fb",
        "٣",
    ],
)
def test_any_other_sign_is_refused_with_what_to_write(code):
    assert find_code_fault(code, MOST) == (
        "Chỉ dùng chữ cái không dấu, chữ số, dấu chấm và dấu gạch nối, cuối cùng là chữ cái hoặc chữ số; ví dụ 2026.2 hoặc 02-2026."
    )


def test_a_code_that_is_too_long_or_the_name_of_a_page_is_refused():
    assert find_code_fault("x" * (MOST + 1), MOST) == "Không quá 32 ký tự."
    assert find_code_fault("drafts", MOST, {"drafts"}) == ("“drafts” trùng với địa chỉ của một trang. Đặt mã khác, ví dụ drafts-1.")


@given(st.text(max_size=MOST))
def test_a_code_stands_in_an_address_as_it_is(code):
    if find_code_fault(code, MOST) is None:
        assert quote(code, safe="") == code and code not in (".", "..")


@pytest.mark.parametrize(
    ("text", "taken", "code"),
    [
        ("02/2026", (), "02-2026"),
        ("02/2026", ("02-2026",), "02-2026-2"),
        ("02/2026", ("02-2026", "02-2026-2"), "02-2026-3"),
        ("Số 12/QĐ-UBND", (), "so-12-qd-ubnd"),
        ("..", (), "1"),
    ],
)
def test_a_text_becomes_a_code_that_reads_like_it(text, taken, code):
    assert to_code(text, MOST, taken) == code


@given(st.text(max_size=MOST), st.sets(st.sampled_from(["1", "1-2", "a", "drafts"])))
@example("x" * MOST, {"x" * MOST})
def test_what_a_text_becomes_is_a_code_and_free(text, taken):
    assert find_code_fault(to_code(text, MOST, taken), MOST, taken) is None
