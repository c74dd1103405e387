"""The form as the officer meets it: merging, cross-checks, what is told, what is printed, who sees what is sensitive."""

import html
import json
import re
import unicodedata
from datetime import date
from random import Random

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text, update

from accounts.identity import Role
from accounts.models import AuditEntry
from inventory.security import SECURITY_FACTS, is_sensitive_answer
from inventory.wards.queries import list_wards
from scoring.rating.rating import rate
from surveys.checks.entries import SubmissionError
from surveys.checks.states import CollectionState
from surveys.demo import make_answers
from surveys.models import Answer, Submission, SubmissionEvent
from surveys.questionnaire.answers.fields import MAX_LENGTH
from surveys.questionnaire.evaluation import REASON_FIELD, evaluate_entries, to_snapshot
from surveys.questionnaire.field_names import field_label, find_part, posted_base, posted_fields, value_label
from surveys.review.answer_diff import diff_answers, in_words
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import entries_of, save_fields, send_submission
from surveys.workbooks.city_workbook import city_columns
from tests.factories.questionnaires import newest_questionnaire, shipped_questionnaire
from tests.factories.standards import NEWEST_STANDARD, STANDARD
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import client_of

FORM = shipped_questionnaire()
WARD = "00082"
REMAINING_ANSWERS = {"it_officers": "1", "staff_trained": "40", "villages_with_team": "9"}


def problems(entries):
    return {problem.field: problem.message for problem in evaluate_entries(FORM, entries, 2026).problems}


def my_submission(session):
    """The ids of the story's ward, read without holding the database."""
    submission = session.scalars(select(Submission).where(Submission.ward_code == WARD)).one()
    keys = (submission.id, entries_of(submission))
    session.rollback()
    return keys


def submission_of(session, ward_code=WARD):
    return session.scalars(select(Submission).where(Submission.ward_code == ward_code)).one()


@pytest.fixture
def draft(session):
    survey_round = open_round(session, "Đợt thử", date(2026, 2, 1), date(2026, 3, 15), "2026.1")
    return session.scalars(select(Submission).where(Submission.round_id == survey_round.id, Submission.ward_code == WARD)).one()


@pytest.mark.both_databases
def test_a_field_that_i_did_not_touch_takes_what_a_colleague_typed(session, draft):
    save_fields(session, draft, {"sites": "2", "floors": "3"}, {}, "Người một")
    page = {"sites": "2", "floors": "3", "villages": ""}
    save_fields(session, draft, {"sites": "4", "villages": "9"}, page, "Người hai")
    outcome = save_fields(session, draft, {"sites": "2", "floors": "5", "villages": ""}, page, "Người một")
    assert outcome.conflicts == ()
    assert entries_of(draft) == {"sites": "4", "floors": "5", "villages": "9"}


@pytest.mark.both_databases
def test_what_both_changed_is_told_with_name_and_time(session, draft):
    save_fields(session, draft, {"sites": "4"}, {}, "Người hai")
    (conflict,) = save_fields(session, draft, {"sites": "3"}, {}, "Người một").conflicts
    assert (conflict.yours, conflict.theirs, conflict.by) == ("3", "4", "Người hai")
    assert conflict.at.tzinfo is not None


@pytest.mark.parametrize("first", [" 12 ", unicodedata.normalize("NFD", "Để ở tầng hai"), "12\x00", "tầng một\x0btầng hai"])
def test_nobody_disputes_with_himself_over_what_the_table_tidied(session, draft, first):
    save_fields(session, draft, {"A03.note": first}, {}, "Người một")
    outcome = save_fields(session, draft, {"A03.note": "khác"}, {"A03.note": first}, "Người một")
    assert outcome.conflicts == ()
    assert entries_of(draft)["A03.note"] == "khác"


def test_an_answer_of_several_lines_that_was_stored_before_is_one_line_for_its_page(demo_app, demo_session, demo_sign_in):
    submission = submission_of(demo_session)
    save_fields(demo_session, submission, {"A03.note": "tầng một"}, entries_of(submission), "Người một")
    demo_session.execute(update(Answer).where(Answer.field == "A03.note").values(raw="tầng một\ntầng hai"))
    demo_session.commit()
    number, version = submission.id, submission.version
    demo_session.rollback()
    path, client = f"/surveys/{number}/sections/A", demo_sign_in("canbo")
    page = client.get(path).text
    assert 'value="tầng một tầng hai"' in page
    base = json.loads(html.unescape(re.search('name="base" value="([^"]*)"', page)[1]))
    assert base["A03.note"] == "tầng một tầng hai"
    client.post(path, data={"A03.note": "tầng một tầng hai", "base": json.dumps(base)})
    assert submission_of(demo_session).version == version
    demo_session.rollback()
    client.post(path, data={"A03.note": "tầng ba", "base": json.dumps(base)})
    assert entries_of(submission_of(demo_session))["A03.note"] == "tầng ba"


def test_a_field_that_is_too_long_is_named_in_words(session, draft):
    with pytest.raises(SubmissionError, match=r"Ô “Máy in .* – Ghi chú” dài 2001 ký tự"):
        save_fields(session, draft, {"A03.note": "x" * 2001}, {}, "Người một")


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("A01#501.good", r"Ô “Máy vi tính .*, lô thứ 501.*” ở dòng thứ 501; mỗi câu không quá 500 dòng"),
        ("internet#999.provider", "500 dòng"),
    ],
)
def test_a_row_that_is_one_too_many_is_refused_and_not_dropped(session, draft, field, message):
    section = next(
        section for section in FORM.sections if field.partition("#")[0] in {question.key for question in section.questions}
    )
    posted = posted_fields(section, {field: "1"})
    with pytest.raises(SubmissionError, match=message):
        save_fields(session, draft, posted, {}, "Người một")


def test_lines_have_a_number_that_a_person_is_told():
    lines = {f"internet#{number}.contracted": "100" for number in range(2, 23)}
    assert problems(lines)["internet#21.contracted"].startswith("Câu này có 22 đường; nhiều nhất 20 đường.")


@pytest.mark.parametrize(
    ("field", "others"),
    [
        ("A03.note", {"A03.good": "1", "A03.year": "2024"}),
        ("internet.provider", {"internet.contracted": "9"}),
        ("floors.why", {"floors": "3"}),
    ],
)
def test_every_answer_in_words_has_a_length_that_its_input_and_its_refusal_tell(field, others):
    part = find_part(FORM, field)
    longest = (part.field if part else REASON_FIELD).length
    assert longest < MAX_LENGTH
    assert field not in problems({**others, field: "x" * longest})
    assert f"{longest} ký tự" in problems({**others, field: "x" * (longest + 1)})[field]


def test_names_and_reasons_that_are_too_long_are_refused_and_not_cut(session, draft):
    with pytest.raises(SubmissionError, match="Lý do dài 501 ký tự; viết gọn trong 500 ký tự"):
        save_fields(session, draft, {"floors": "3"}, {}, "Người một", reason="x" * 501)


def test_another_owner_is_another_answer_and_stands_in_words():
    entries = {"A03.good": "3", "A03.year": "2024"}
    (difference,) = diff_answers(FORM, in_words(entries), entries | {"A03.owner": "leased"}).values()
    assert (difference.before, difference.after) == (
        "đang dùng tốt: 3, năm 2024",
        "đang dùng tốt: 3, năm 2024, đơn vị sở hữu: Thuê, mượn",
    )
    assert diff_answers(FORM, in_words(entries), entries | {"A03.owner": "ward"}) == {}


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ({"A03.good": "?", "A03.degraded": "3"}, "A03.degraded"),
        ({"A03.good": "?", "A03#2.good": "7", "A03#2.year": "2024"}, "A03#2.good"),
        ({"internet.contracted": "?", "internet#2.provider": "A", "internet#2.contracted": "100"}, "internet#2.contracted"),
    ],
)
def test_numbers_beside_an_unknown_are_told_and_never_dropped(entries, field):
    assert list(problems(entries)) == [field]
    assert "Sửa" in problems(entries)[field] or "Xóa" in problems(entries)[field]


def test_a_nought_or_a_note_beside_an_unknown_is_nothing_to_mend():
    assert problems({"A03.good": "?", "A03.broken": "0", "A03.note": "đang kiểm kê"}) == {}


def test_the_page_of_a_conflict_speaks_in_words_and_takes_the_choice(demo_sign_in, demo_session):
    submission_id, entries = my_submission(demo_session)
    client = demo_sign_in("canbo")
    address = f"/surveys/{submission_id}/sections/A"
    client.post(address, data={"A03.degraded": "7", "base": json.dumps(entries)})
    page = client.post(address, data={"A03.degraded": "5", "base": json.dumps(entries)})
    assert page.status_code == 409
    assert "Máy in (kể cả máy đa năng) – Xuống cấp" in page.text
    assert "Giữ “7”, do Công chức phường Hoàn Kiếm, Cửa Nam (minh họa) lưu lúc" in page.text
    assert client.post(address, data={"A03.degraded": "5", "base": json.dumps({"A03.degraded": "7"})}).status_code == 302
    assert entries_of(demo_session.get(Submission, submission_id))["A03.degraded"] == "5"


@pytest.mark.parametrize("text", ["", "[", "[1]", "null", '{"sites": 3}', "[" * 100_000, "NaN", '"x"'])
def test_a_base_that_no_page_sends_is_a_blank_page(text):
    assert posted_base(text) == {}


def test_a_field_has_words():
    assert field_label(FORM, "A01#3.year") == "Máy vi tính để bàn hoặc xách tay, lô thứ 3 – Năm đưa vào sử dụng"
    assert field_label(FORM, "backup.contracted") == "Đường Internet dự phòng – Tốc độ theo hợp đồng (Mbps)"
    assert field_label(FORM, "sites") == "Số trụ sở làm việc"
    assert value_label(FORM, "has_website", "?") == "Chưa nắm được"
    assert value_label(FORM, "A01.owner", "") == "UBND xã, phường"


@pytest.mark.parametrize(
    ("part", "whole", "allowed", "excess"),
    [
        ("sites_temperature", {"sites": "2"}, "2", "3"),
        ("sites_linked", {"sites": "2"}, "1", "2"),
        ("rooms_vc_able", {"rooms_vc": "1"}, "1", "2"),
        ("it_officers", {"staff_total": "20"}, "20", "21"),
        ("staff_trained", {"staff_total": "20"}, "20", "21"),
        ("villages_with_team", {"villages": "8"}, "8", "9"),
        ("switch_ports_gigabit", {"switch_ports": "48"}, "48", "49"),
        ("rooms_vc_good", {"rooms_vc_able": "1", "rooms_vc": "9"}, "1", "2"),
        ("printers_multifunction", {"A03.good": "4", "A03.broken": "5"}, "4", "5"),
        *[
            (part, {"A01.good": "9", "A01.year": "2024", "A02.good": "1", "A02.year": "2024"}, "10", "11")
            for part in ("pc_supported_os", "pc_memory_ssd", "licensed_pcs", "pcs_protected")
        ],
    ],
)
def test_no_part_passes_its_whole(part, whole, allowed, excess):
    assert part not in problems({**whole, part: allowed})
    assert "Sửa một trong" in problems({**whole, part: excess})[part]


@pytest.mark.parametrize(("part", "whole"), [("signers_certified", "signers"), ("bodies_certified", "legal_bodies")])
def test_what_the_city_answers_is_compared_at_the_field_of_the_ward(part, whole):
    messages = problems({whole: "3", part: "4"})
    assert "do thành phố trả lời là 4" in messages[whole]
    assert part not in messages


def test_every_limit_names_a_question_that_is_asked():
    wholes = {question.at_most for question in FORM.questions if question.at_most}
    assert all(whole == "pcs" or FORM.question(whole) for whole in wholes)


def test_a_part_that_is_too_large_blocks_sending_and_links_to_the_field(demo_sign_in, demo_session):
    submission_id, entries = my_submission(demo_session)
    client = demo_sign_in("canbo")
    client.post(f"/surveys/{submission_id}/sections/H", data={"it_officers": "999", "base": json.dumps(entries)})
    page = client.get(f"/surveys/{submission_id}/send").text
    assert f'/surveys/{submission_id}/sections/H#it_officers"' in page
    assert "Gửi thẩm định" not in page


@pytest.mark.parametrize("part", ["note", "year"])
@pytest.mark.parametrize("row", ["A01", "A01#2"])
def test_a_lot_without_a_quantity_is_told(row, part):
    entries = {"A01.good": "3", "A01.year": "2024"} if row != "A01" else {}
    assert "chưa có số lượng" in problems({**entries, f"{row}.{part}": "2023"})[f"{row}.good"]


def test_nothing_of_this_kind_leaves_what_a_colleague_typed(demo_sign_in, demo_session):
    submission = submission_of(demo_session)
    for answer in list(submission.answers):
        if answer.field.startswith("A04."):
            submission.answers.remove(answer)
    demo_session.commit()
    submission_id, entries = my_submission(demo_session)
    save_fields(demo_session, submission_of(demo_session), {"A04.degraded": "6"}, entries, "Người hai")
    demo_session.commit()
    client = demo_sign_in("canbo")
    answer = client.post(f"/surveys/{submission_id}/sections/A", data={"A04.good": "", "nothing": "1", "base": json.dumps(entries)})
    assert answer.status_code == 302
    demo_session.expire_all()
    assert "A04.good" not in entries_of(submission_of(demo_session))


def test_a_form_of_a_session_that_ended_leads_to_sign_in_and_back(demo_app, demo_session):
    submission_id, _entries = my_submission(demo_session)
    demo_app.config["WTF_CSRF_ENABLED"] = True
    client = demo_app.test_client()
    for page in (f"/surveys/{submission_id}/sections/C", f"/surveys/{submission_id}/send"):
        answer = client.post(page, data={"lan_seats": "77"})
        assert answer.status_code == 302
        assert answer.location == f"/sign-in?next={page}"
        assert "Phiên làm việc đã hết hạn" in client.get(answer.location).text


def test_a_form_of_a_session_that_ended_without_a_page_of_its_own_leads_home(demo_app):
    demo_app.config["WTF_CSRF_ENABLED"] = True
    assert demo_app.test_client().post("/review/1/approve").location == "/sign-in?next=/"


def test_a_form_of_an_older_session_of_mine_is_shown_again(demo_app, demo_sign_in, demo_session):
    submission_id, _entries = my_submission(demo_session)
    client = demo_sign_in("canbo")
    demo_app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post(f"/surveys/{submission_id}/sections/C", data={"lan_seats": "77"}, follow_redirects=True)
    assert answer.request.path == f"/surveys/{submission_id}/sections/C"
    assert "chưa có gì được lưu" in answer.text


def test_signing_out_empties_what_the_browser_kept(demo_sign_in):
    assert demo_sign_in("canbo").post("/sign-out").headers["Clear-Site-Data"] == '"storage"'


def test_a_page_that_is_only_read_keeps_nothing_in_the_browser(demo_sign_in, demo_session):
    submission_id, _entries = my_submission(demo_session)
    assert "data-keep" in demo_sign_in("canbo").get(f"/surveys/{submission_id}/sections/G").text
    assert "data-keep" not in demo_sign_in("lanhdaoxa").get(f"/surveys/{submission_id}/sections/G").text


def test_definitions_stand_beside_the_questions(demo_sign_in, demo_session):
    submission_id, _entries = my_submission(demo_session)
    page = demo_sign_in("canbo").get(f"/surveys/{submission_id}/sections/A").text
    for term in ("Đang dùng tốt, xuống cấp", "Dùng chung", "Máy đa năng", "Máy vi tính được tính", "Đã ký hợp đồng"):
        assert f"<dt>{term}" in page
    for section in FORM.sections:
        has_equipment = any(question.kind == "equipment" for question in section.questions)
        assert not has_equipment or {definition.term for definition in section.definitions} >= {
            "Đang dùng tốt, xuống cấp",
            "Chưa đưa vào sử dụng",
        }


@pytest.mark.parametrize(
    ("standard", "form"), [(STANDARD, FORM), (NEWEST_STANDARD, newest_questionnaire())], ids=["first", "newest"]
)
def test_what_serves_group_g_is_marked_sensitive_and_nothing_else(standard, form):
    group_g = {criterion.code for criterion in standard.criteria if criterion.is_sensitive}
    sensitive = {question.key for question in form.questions if question.sensitive}
    assert sensitive == {q.key for q in form.questions if set(q.serves) & group_g and q.key not in ("A01", "sites")}
    assert "G06" in sensitive
    asked = SECURITY_FACTS & form.by_key.keys()
    assert {key for key in sensitive if form.by_key[key].kind != "equipment"} == asked
    assert {question.key for question in form.questions if is_sensitive_answer(question.key)} == sensitive
    assert not [column for column in city_columns(form) if column.question.sensitive]


def test_the_audit_trail_does_not_tell_what_is_sensitive(demo_sign_in, demo_session):
    submission_id, entries = my_submission(demo_session)
    data = {"level_file_approved": "no", "G01#2.note": "MẬT-17", "G01#2.good": "3", "base": json.dumps(entries)}
    demo_sign_in("canbo").post(f"/surveys/{submission_id}/sections/G", data=data)
    entry = demo_session.scalars(select(AuditEntry).where(AuditEntry.action == "submission:save")).one()
    # Not by their fields either: the second lot says that there is one.
    assert set(entry.after) == set(entry.before) == {"level_file_approved", "G01"}
    assert set(entry.after.values()) == set(entry.before.values()) == {"(số liệu nhạy cảm, không ghi lại ở đây)"}


def test_a_save_that_the_database_refuses_leaves_no_answer_in_the_log(demo_sign_in, demo_app, caplog):
    with demo_app.extensions["engine"].execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TRIGGER broken BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'hỏng'); END"))
        connection.execute(text("CREATE TRIGGER broken_too BEFORE INSERT ON answer BEGIN SELECT RAISE(ABORT, 'hỏng'); END"))
        submission_id = connection.scalar(text(f"SELECT id FROM submission WHERE ward_code = '{WARD}'"))
    data = {"G01#2.note": "MẬT-17", "base": "{}"}
    answer = demo_sign_in("canbo").post(f"/surveys/{submission_id}/sections/G/fields", data=data)
    assert answer.status_code == 500
    assert "hỏng" in caplog.text
    assert "MẬT-17" not in caplog.text + answer.text


def test_paper_leaves_out_what_is_sensitive_unless_somebody_asks(demo_sign_in, demo_session):
    submission_id, entries = my_submission(demo_session)
    client = demo_sign_in("canbo")
    label = FORM.question("mfa_enabled").label
    reasons = {"mfa_enabled": "?", "mfa_enabled.why": "Bí mật của nhà mạng", "floors.why": "Nhận thêm hai trụ sở"}
    save_fields(demo_session, submission_of(demo_session), reasons, entries, "Công chức")
    demo_session.commit()
    short_print = client.get(f"/surveys/{submission_id}/print").text
    assert "Lý do: Nhận thêm hai trụ sở" in short_print
    assert "Bí mật của nhà mạng" not in short_print
    assert short_print.count("không in ở bản này") == sum(question.sensitive for question in FORM.questions)
    full_print = client.post(f"/surveys/{submission_id}/print").text
    assert label in full_print
    assert "không in ở bản này" not in full_print
    assert "Lý do: Bí mật của nhà mạng" in full_print
    assert demo_session.scalars(select(AuditEntry).where(AuditEntry.action == "submission:print-sensitive")).one()


def test_the_printed_form_is_ready_to_sign(demo_sign_in, demo_session):
    submission_id, _entries = my_submission(demo_session)
    page = demo_sign_in("canbo").get(f"/surveys/{submission_id}/print").text
    for phrase in ("(Ký, ghi rõ họ tên)", "(Ký, ghi rõ họ tên, đóng dấu)", "Cửa Nam, ngày", "tốc độ theo hợp đồng (Mbps):"):
        assert phrase in page
    assert "mbps" not in page


def complete_submission(session):
    submission = submission_of(session)
    answers = {**REMAINING_ANSWERS, "has_website": "no"}
    save_fields(session, submission, answers, entries_of(submission), "Công chức")
    submission_id = submission.id
    session.commit()
    return submission_id


def test_sending_twice_sends_once_and_says_so(demo_sign_in, demo_session):
    submission_id = complete_submission(demo_session)
    client, data = demo_sign_in("canbo"), {"prepared_by": "Người lập", "confirmed_by": "Lãnh đạo"}
    first = client.post(f"/surveys/{submission_id}/send", data=data, follow_redirects=True)
    second = client.post(f"/surveys/{submission_id}/send", data=data | {"prepared_by": "Khác"}, follow_redirects=True)
    assert "Đã gửi phiếu." in first.text
    assert "đã được gửi trước đó" in second.text
    demo_session.expire_all()
    kinds = demo_session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == submission_id))
    assert list(kinds) == ["sent"]
    assert demo_session.get(Submission, submission_id).prepared_by == "Người lập"


def test_the_page_behind_a_sent_submission_says_that_it_was_sent(demo_sign_in, demo_session):
    submission_id = complete_submission(demo_session)
    client = demo_sign_in("canbo")
    client.post(f"/surveys/{submission_id}/send", data={"prepared_by": "Người lập", "confirmed_by": "Lãnh đạo"})
    page_text = client.get(f"/surveys/{submission_id}/send").text
    assert "đang chờ thẩm định" in page_text
    assert "Gửi thẩm định</button>" not in page_text
    answer = client.post(f"/surveys/{submission_id}/sections/C", data={"lan_seats": "77", "base": "{}"})
    assert answer.status_code == 409
    assert "chưa được lưu" in answer.text
    assert 'value="77"' in answer.text


def test_the_home_page_shows_each_ward_with_its_button(demo_app, demo_session):
    create_user(demo_session, "haiphuong", "Công chức hai phường", Role.OFFICER, ["00082", "00070"], password=PASSWORD)
    demo_session.commit()
    page = client_of(demo_app, "haiphuong").get("/").text
    assert "Mở phiếu khảo sát của Phường Cửa Nam" in page
    assert "Mở phiếu khảo sát của Phường Hoàn Kiếm" in page
    assert "còn 4 mục" in page


def test_the_reason_of_a_return_stands_while_it_is_returned_and_no_longer(demo_sign_in, demo_session):
    submission = submission_of(demo_session)
    submission.state, submission.return_reason = CollectionState.RETURNED.value, "Kiểm tra phần F"
    demo_session.commit()
    client = demo_sign_in("canbo")
    assert "Kiểm tra phần F" in client.get("/").text
    submission_id = complete_submission(demo_session)
    send_submission(demo_session, demo_session.get(Submission, submission_id), "A", "B", "A")
    demo_session.commit()
    assert "Kiểm tra phần F" not in client.get("/").text
    assert "Kiểm tra phần F" not in client.get(f"/surveys/{submission_id}/").text


def test_each_criterion_is_judged_from_what_is_asked(app, session):
    standard = STANDARD
    ward = next(ward for ward in list_wards(session) if ward.code == WARD)
    judged_codes = set()
    for seed in range(40):
        entries = make_answers(ward, Random(seed), 2026, frozenset())
        reading = evaluate_entries(FORM, entries, 2026)
        assert not reading.problems
        assert not reading.unanswered
        findings = rate(to_snapshot(reading, WARD, date(2026, 3, 2)), standard, date(2026, 3, 2)).findings
        assert not [finding.criterion.code for finding in findings if finding.missing]
        judged_codes |= {finding.criterion.code for finding in findings if finding.have is not None}
    assert judged_codes == {criterion.code for criterion in standard.criteria}


def test_a_contradiction_is_told_on_both_pages_that_make_it(demo_sign_in, demo_session):
    submission = submission_of(demo_session)
    items = [question.key for question in FORM.section("B").questions if question.kind == "equipment"]
    answers = {"owns_counters": "yes"} | {f"{item}.good": "1" for item in items}
    answers |= {f"{item}.owner": "city_centre" for item in items[:-1]}
    save_fields(demo_session, submission, answers, entries_of(submission), "Công chức")
    submission_id, last = submission.id, f"{items[-1]}.owner"
    demo_session.commit()
    client, message = demo_sign_in("canbo"), "mọi thiết bị quầy đã khai đều của Trung tâm"
    assert message not in client.get(f"/surveys/{submission_id}/sections/B").text
    told = client.post(f"/surveys/{submission_id}/sections/B/fields", data={last: "city_centre", "base": "{}"}).json
    (place,) = told["elsewhere"]
    assert message in place["message"]
    assert place["address"] == f"/surveys/{submission_id}/sections/0#q-owns_counters"
    for code in ("0", "B"):
        assert message in client.get(f"/surveys/{submission_id}/sections/{code}").text
    told = client.post(
        f"/surveys/{submission_id}/sections/0/fields", data={"owns_counters": "no", "base": '{"owns_counters": "yes"}'}
    )
    assert "owns_counters" not in told.json["problems"]
    assert message not in client.get(f"/surveys/{submission_id}/send").text


def test_what_is_not_known_is_asked_why_and_until_when(demo_sign_in, demo_session):
    submission_id, entries = my_submission(demo_session)
    client = demo_sign_in("canbo")
    asked = "Lý do chưa nắm được và ngày dự kiến có số liệu"
    assert asked not in client.get(f"/surveys/{submission_id}/sections/0").text
    data = {"floors": "?", "base": json.dumps(entries)}
    told = client.post(f"/surveys/{submission_id}/sections/0/fields", data=data).get_json()["questions"]
    assert [key for key, standing in told.items() if standing["reason_label"] == asked] == ["floors"]
    assert client.get(f"/surveys/{submission_id}/sections/0").text.count(asked) == 1


def test_an_owner_that_is_none_stays_as_it_came_until_somebody_chooses(demo_sign_in, demo_session):
    submission_id, entries = my_submission(demo_session)
    client = demo_sign_in("canbo")
    address = f"/surveys/{submission_id}/sections/A"
    client.post(f"{address}/fields", data={"A03.owner": "của tôi", "base": json.dumps(entries)})
    page = BeautifulSoup(client.get(address).text, "html.parser")
    [chosen] = page.select('select[name="A03.owner"] option[selected]')
    assert chosen["value"] == "của tôi"
    assert "Hãy chọn đơn vị sở hữu" in page.find(id="A03.owner-error").text
