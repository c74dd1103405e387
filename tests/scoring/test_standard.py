import pytest

from scoring.standard import StandardError, parse_standard
from tests.scoring.test_rating import STANDARD, TEXT


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("weight = 6", "weight = 0", "CR-A1: trọng số 0"),
        ("weight = 6", "weight = true", "CR-A1: trọng số True"),
        ("weight = 6", "weight = 6\nblokcing = true", "không có mục “blokcing”"),
        ("blocking = true", 'blocking = "no"', "phải là true hoặc false"),
        ('tier = "recommended"', 'tier = "recommended"\nblocking = true', "khuyến nghị"),
        ('measure = "lan_seats"', 'measure = "lan"', "không có phép đo “lan”"),
        ('code = "CR-A2"', 'code = "CR-A1"', "bị trùng: CR-A1"),
        ('code = "CR-A2"', 'code = "CR-"', "mã phải có dạng"),
        ('code = "CR-A2"', "code = 5", "mã phải có dạng"),
        ('item = "C01"', 'item = "C99"', "không có danh mục “C99”"),
        ("each = 24", "each = 0", "CR-C3: số lượng giải pháp"),
        ("each = 6", "each = 0", "CR-A5: mức yêu cầu phải chia"),
        ("percent = 80", "percent = 80.5", "“percent” phải là số nguyên"),
        ("percent = 80", "percent = -80", "“percent” phải là số nguyên"),
        ('need = { per = "staff_total" }', "need = {}", "chưa nói cần bao nhiêu"),
        ('need = { per = "staff_total" }', "need = 3", "phải là một bảng"),
        ('applies_if = "owns_counters"', 'applies_if = "owns"', "không có thông tin “owns”"),
        ('raises = ["lan_seats"]', 'raises = ["lan_chairs"]', "không có thông tin “lan_chairs”"),
        ('sets = ["vlan_separated"]', 'sets = "vlan_separated"', "phải là danh sách"),
        ('line = "tslcd"', 'line = "fax"', "không có loại đường truyền “fax”"),
        ('replaces = "worn"', 'replaces = "old"', "máy thay thế"),
        ("[criteria.remedy]", "[criteria.cure]", "còn thiếu mục “remedy”"),
        ('label = "A"', 'label = "Z"', "nhãn nguồn"),
        ("pass_mark = 80", "pass_mark = 180", "Điểm đạt"),
        ("pc_max_age_years = 7", 'pc_max_age_years = "7"', "tuổi máy tính"),
        ('version = "2026.1"', "version = 2026", "phiên bản"),
        ('version = "2026.1"', "", "còn thiếu mục “version”"),
        ('version = "2026.1"', "version = ", "TOML"),
    ],
)
def test_a_wrong_standard_is_refused_in_words(old, new, told):
    assert old in TEXT
    with pytest.raises(StandardError, match=told):
        parse_standard(TEXT.replace(old, new, 1))


@pytest.mark.parametrize("criteria", ["", "criteria = 5", "criteria = [5]"])
def test_a_standard_without_criteria_is_refused(criteria):
    head = TEXT.split("[[criteria]]", 1)[0]
    with pytest.raises(StandardError, match="tiêu chí"):
        parse_standard(head + criteria)


def test_the_hash_is_that_of_the_content_not_of_the_comments():
    assert parse_standard(f"# Ghi chú\n{TEXT}").sha256 == STANDARD.sha256
    assert parse_standard(TEXT.replace("weight = 6", "weight = 7", 1)).sha256 != STANDARD.sha256
