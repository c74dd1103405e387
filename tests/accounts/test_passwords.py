import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.passwords import MIN_LENGTH, WeakPasswordError, check_strength, make_one_time_password

OF_THE_PERSON = ("le.thi.hong", "Lê Thị Hồng Nhung", "Phường Hoàn Kiếm", "Xã Hồng Sơn", "Quận Hoàn Kiếm")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "qwertyuiop",
        "aaaaaaaaaaaaaaaa",
        "password123",
        "P@ssw0rd2026",
        "matkhau123",
        "Mật khẩu 2026",
        "Hanoi@2026!",
        "Hà Nội 2026!",
        "khaosat2026",
        "phuonghoankiem",
        "UBND Hoàn Kiếm",
        "xahongson1",
        "le.thi.hong1",
        "nhung19901990",
        "anhyeuem123",
        "chuyendoiso2026",
    ],
)
def test_a_password_that_people_here_guess_first_is_refused(password):
    with pytest.raises(WeakPasswordError, match="dễ đoán"):
        check_strength(password, OF_THE_PERSON)


@pytest.mark.parametrize(
    "password", ["xe dap mau xanh", "ổi găng vườn sau", "kT7#pq2vLmx9", "doi-kien-thit-1", "x" * 3 + "chuối tây nướng than"]
)
def test_words_that_have_nothing_to_do_with_each_other_are_taken(password):
    check_strength(password, OF_THE_PERSON)


def test_a_short_one_is_told_its_length_and_a_huge_one_its_bound():
    with pytest.raises(WeakPasswordError, match="ít nhất 10 ký tự"):
        check_strength("kT7#pq2vL")
    with pytest.raises(WeakPasswordError, match="200 ký tự"):
        check_strength("kT7#" * 60)


@given(st.text(max_size=300))
def test_any_text_is_taken_or_refused_in_words(password):
    try:
        check_strength(password, OF_THE_PERSON)
    except WeakPasswordError as error:
        assert error.message.endswith(".")
    else:
        assert len(password) >= MIN_LENGTH


def test_a_one_time_password_is_never_too_easy():
    for _ in range(50):
        check_strength(make_one_time_password(), OF_THE_PERSON)
