from datetime import date

import pytest

from inventory.snapshots.snapshot import Snapshot
from scoring.rating.explain import explain
from scoring.rating.measures import MEASURES, required_answers
from scoring.rating.rating import FindingStatus, judge
from scoring.rating.standard import StandardError, parse_standard
from scoring.standard_editor.diff import list_differences
from tests.factories.questionnaires import newest_questionnaire
from tests.factories.standards import STANDARD, STANDARD_TEXT, TEXTS


@pytest.mark.parametrize(
    ("old", "new", "message"),
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
        ('label = "A"', 'label = "Z"', "nhãn nguồn “Z” phải là Q, S, M, A, Q/A"),
        ("pass_mark = 80", "pass_mark = 180", "Điểm đạt"),
        ("pass_mark = 80", "pass_mark = 0.8", "Điểm đạt phải là số nguyên từ 1 đến 100"),
        ("pc_max_age_years = 7", 'pc_max_age_years = "7"', "tuổi máy tính"),
        ("pc_max_age_years = 7", "pc_max_age_years = 84", "số năm nguyên từ 1 đến 30"),
        ("percent = 80", "percent = 8000", r"CR-A2: tỷ lệ 8000 % quá lớn.*dòng 21"),
        (
            "need = { constant = 1 }",
            'need = { constant = 1, per = "vc_tested" }',
            "“vc_tested” tính theo có/không, không phải số đếm",
        ),
        (
            'measure = "vlan_separated"\nneed = { constant = 1 }',
            'measure = "vlan_separated"\nneed = { constant = 100 }',
            "CR-C3: phép đo “vlan_separated” là câu có/không nên mức yêu cầu là 1, không phải 100.*dòng 239",
        ),
        (
            'measure = "vlan_separated"\nneed = { constant = 1 }',
            'measure = "vlan_separated"\nneed = { per = "staff_total" }',
            "CR-C3: phép đo “vlan_separated” tính theo có/không nên mức yêu cầu không theo căn cứ nào",
        ),
        ("need = { constant = 80 }", "need = { constant = 800 }", "CR-I2: phép đo .* không quá 100, không phải 800"),
        (
            'need = { per = "staff_total" }',
            'need = { per = "pcs_usable" }',
            "CR-A1: mức yêu cầu lấy chính phép đo “pcs_usable” làm căn cứ .*dòng 7",
        ),
        ('version = "2026.1"', "version = 2026", "phiên bản"),
        ('version = "2026.1"', f'version = "{33 * "1"}"', "Phiên bản của bộ tiêu chuẩn chưa dùng được. Không quá 32 ký tự"),
        ('version = "2026.1"', 'version = "02/2026"', "Phiên bản .* chưa dùng được. Chỉ dùng chữ cái không dấu"),
        ('version = "2026.1"', 'version = ".."', "Chỉ dùng chữ cái không dấu"),
        ('version = "2026.1"', 'version = "drafts"', "“drafts” trùng với địa chỉ của một trang"),
        ('name = "', f'name = "{200 * "a"}', "tên không quá 200 ký tự"),
        ('source = "', f'source = "{1000 * "a"}', "nguồn không quá 1000 ký tự"),
        ('text = "', f'text = "{500 * "a"}', "giải pháp không quá 500 ký tự"),
        ('version = "2026.1"', "", "còn thiếu mục “version”"),
        ('version = "2026.1"', "version = ", "TOML"),
        ('version = "2026.1"', f"version = {'[' * 3000}{']' * 3000}", "TOML: các dấu ngoặc lồng nhau quá sâu"),
        ("pass_mark = 80", f"pass_mark = {'8' * 5000}", "TOML: có số quá dài"),
    ],
)
def test_a_wrong_standard_is_refused_in_words(old, new, message):
    assert old in STANDARD_TEXT
    with pytest.raises(StandardError, match=message):
        parse_standard(STANDARD_TEXT.replace(old, new, 1))


@pytest.mark.parametrize("criteria", ["", "criteria = 5", "criteria = [5]"])
def test_a_standard_without_criteria_is_refused(criteria):
    head = STANDARD_TEXT.split("[[criteria]]", 1)[0]
    with pytest.raises(StandardError, match="tiêu chí"):
        parse_standard(head + criteria)


REASON = '\n[[changes]]\ncriteria = ["CR-A1"]\nreason = "Vì thế."\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{STANDARD_TEXT}{REASON}{REASON}", "Mục “changes”: có hai lý do cho CR-A1"),
        (STANDARD_TEXT + REASON.replace("Vì thế.", " "), "lý do không được để trống"),
        (STANDARD_TEXT + REASON.replace('["CR-A1"]', '"CR-A1"'), "phải là danh sách mã tiêu chí"),
        (STANDARD_TEXT + REASON.replace("reason", "why"), "còn thiếu mục “reason”"),
        (f"changes = 3\n{STANDARD_TEXT}", "Mục “changes”: phải là danh sách"),
        (f"note = 3\n{STANDARD_TEXT}", "“note” phải là chữ"),
        (f'note = "{2001 * "a"}"\n{STANDARD_TEXT}', "ghi chú không quá 2000 ký tự"),
    ],
)
def test_a_history_that_cannot_be_read_is_refused(text, message):
    with pytest.raises(StandardError, match=message):
        parse_standard(text)


def test_each_difference_of_a_shipped_standard_has_its_reason_and_nothing_else_has_one():
    standards = {version: parse_standard(text) for version, text in TEXTS.items()}
    followers = [standard for standard in standards.values() if standard.follows]
    assert followers
    for standard in followers:
        differences = list_differences(standards[standard.follows], standard)
        assert {difference.code for difference in differences if difference.code} == standard.reasons.keys()


def test_a_shipped_standard_that_was_published_is_as_it_was():
    assert STANDARD.sha256 == "46258169de745fb0cf2e634cdf22731113520906c72d230fd77b202731d662f9"


def test_the_hash_is_that_of_the_content_not_of_the_comments():
    assert parse_standard(f"# Ghi chú\n{STANDARD_TEXT}").sha256 == STANDARD.sha256
    assert parse_standard(STANDARD_TEXT.replace("weight = 6", "weight = 7", 1)).sha256 != STANDARD.sha256


@pytest.mark.parametrize(
    ("day", "is_effective"),
    [(date(2027, 6, 30), False), (date(2027, 7, 1), True), (date(2028, 1, 1), True), (date(2028, 1, 2), False)],
)
def test_a_criterion_judges_between_its_days(day, is_effective):
    days = "effective_from = 2027-07-01\neffective_to = 2028-01-01\nweight = 6"
    standard = parse_standard(STANDARD_TEXT.replace("weight = 6", days, 1))
    finding = judge(standard.criterion("CR-A1"), Snapshot("00082", day), standard, day)
    assert (finding.status is FindingStatus.NOT_APPLICABLE) is not is_effective
    assert ("hiệu lực từ 01/07/2027 và đến 01/01/2028" in explain(finding)) is not is_effective


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ('effective_from = "hôm nay"', "ngày hiệu lực phải là ngày"),
        ("effective_from = 2027-07-01T00:00:00", "ngày hiệu lực phải là ngày"),
        ("effective_from = 2027-07-02\neffective_to = 2027-07-01", "ngày hết hiệu lực phải từ ngày có hiệu lực"),
    ],
)
def test_days_that_make_no_sense_are_refused(days, message):
    with pytest.raises(StandardError, match=message):
        parse_standard(STANDARD_TEXT.replace("weight = 6", f"{days}\nweight = 6", 1))


def test_a_code_that_stands_twice_is_told_with_its_lines():
    with pytest.raises(StandardError, match=r"CR-A1 \(dòng 8, 22\)"):
        parse_standard(STANDARD_TEXT.replace('code = "CR-A2"', 'code = "CR-A1"'))


def test_every_measure_reads_answers_that_the_questionnaire_asks_for():
    question_keys = {question.key for question in newest_questionnaire().questions}
    assert {key for measure in MEASURES for key in required_answers(measure)} <= question_keys
