"""Reviewers see each published questionnaire, what it asks unlike the one before, and why."""

import pytest
from bs4 import BeautifulSoup

from accounts.identity import Role
from surveys.questionnaire.carry_over import Carry
from surveys.questionnaire.differences import list_differences
from surveys.questionnaire.published_questionnaires import publish_questionnaire
from surveys.questionnaire.questionnaire_text import parse_questionnaire
from tests.factories.questionnaires import made_up_text, newest_questionnaire, shipped_questionnaire, shipped_texts


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(BeautifulSoup(answer.data, "html.parser").get_text(" ").split())


def test_the_list_tells_of_each_version_and_the_rounds_that_ask_by_it(demo_sign_in):
    page = text_of(demo_sign_in("thamdinh").get("/questionnaires/"))
    assert "Mẫu phiếu 2026.2 tiếp theo 2026.1" in page
    assert "Đợt khảo sát tháng 3/2026 (minh họa)" in page.partition("Mẫu phiếu 2026.1")[2]


def test_a_version_shows_what_it_asks_and_each_difference_with_its_reason(demo_sign_in):
    page = text_of(demo_sign_in("thamdinh").get("/questionnaires/2026.2"))
    form = newest_questionnaire()
    assert ", đi kèm hệ thống." in page
    assert all(question.label in page for question in form.questions)
    for reason in form.reasons.values():
        assert f"Lý do: {reason}" in page
    assert "lựa chọn: Có/Không → Đã/Chưa" in page
    assert "Đổi cách trả lời: Hồ sơ đề xuất cấp độ đã phê duyệt có hiệu lực đến ngày nào?" in page


def test_the_first_version_differs_from_none(demo_sign_in):
    assert "Khác gì so với" not in text_of(demo_sign_in("thamdinh").get("/questionnaires/2026.1"))


@pytest.mark.both_databases
def test_a_version_that_the_city_published_is_shown_and_goes_out_as_it_came(session, sign_in):
    publish_questionnaire(session, made_up_text())
    session.commit()
    client = sign_in(Role.REVIEWER)
    versions = text_of(client.get("/questionnaires/"))
    assert ("thành phố tự công bố" in versions, versions.count("đi kèm hệ thống")) == (True, 2)
    page = text_of(client.get("/questionnaires/2099.1"))
    assert ", thành phố tự công bố." in page
    assert "Không hỏi nữa: Số người được tập huấn kỹ năng số, an ninh mạng trong 12 tháng staff_trained" in page
    assert "mã: floors → storeys" in page
    answer = client.get("/questionnaires/2099.1/questionnaire.toml")
    assert answer.data.decode() == made_up_text()
    assert 'filename="mau-phieu-2099.1.toml"' in answer.headers["Content-Disposition"].replace(
        "=mau-phieu-2099.1.toml", '="mau-phieu-2099.1.toml"'
    )
    assert client.get("/questionnaires/2098.1").status_code == 404


def test_only_reviewers_see_them(demo_sign_in):
    for username in ("canbo", "lanhdaoxa", "taichinh", "lanhdao", "quantri"):
        assert demo_sign_in(username).get("/questionnaires/").status_code == 404


def test_a_shipped_questionnaire_tells_the_reason_of_every_difference():
    parsed = {form.version: form for form in map(parse_questionnaire, shipped_texts())}
    for form in parsed.values():
        before = parsed.get(form.follows)
        differences = list_differences(before, form) if before else ()
        assert all(difference.reason for difference in differences)
        assert form.reasons.keys() <= {difference.key for difference in differences}


def test_what_is_asked_alike_is_left_out():
    assert list_differences(shipped_questionnaire(), shipped_questionnaire()) == ()
    carried = {
        difference.key: difference.heading for difference in list_differences(shipped_questionnaire(), newest_questionnaire())
    }
    assert carried["internet"] == "Đổi cách hỏi"
    assert carried["main_site_ups"] == Carry.NEW.label
    assert "sites" not in carried


def test_what_is_no_more_is_not_told_with_the_word_of_an_answer():
    differences = {each.key: each.sentences for each in list_differences(shipped_questionnaire(), newest_questionnaire())}
    assert "lựa chọn: Có/Không → (không có)" in differences["level_file_approved"]
