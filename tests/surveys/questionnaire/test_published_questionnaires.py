"""Questionnaires as published text: what a text may be, and what a newer one takes over from an older one."""

import tomllib
from contextlib import suppress

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from portal.setup import run_setup
from surveys.models import QuestionnaireRecord
from surveys.questionnaire.carry_over import Carry, EarlierAnswers, compare, find_origins
from surveys.questionnaire.published_questionnaires import (
    comes_after,
    list_questionnaires,
    load_questionnaire,
    newest_version,
    origins_between,
    publish_questionnaire,
    publish_shipped,
)
from surveys.questionnaire.questionnaire_text import QuestionnaireError, check_carry_over, parse_questionnaire
from tests.factories.questionnaires import made_up_text, newest_questionnaire, shipped_questionnaire, shipped_texts

# The hash of what a release has published: a file that changes is another version.
PUBLISHED = {"2026.1": "6c6d0a58635270e33c16f0e089101eab317e28697d67886837ed3a943ea8830c"}


MADE_UP = made_up_text()


def edited(change):
    """The made-up text after a change of its document."""
    document = tomllib.loads(MADE_UP)
    change(document)
    return tomlkit.dumps(document)


def question(document, key):
    return next(row for section in document["sections"] for row in section["questions"] if row["key"] == key)


def test_a_shipped_text_that_was_published_is_as_it_was():
    shipped = {parsed.version: parsed.sha256 for parsed in map(parse_questionnaire, shipped_texts())}
    assert {version: shipped.get(version) for version in PUBLISHED} == PUBLISHED


@pytest.mark.both_databases
def test_set_up_publishes_what_is_shipped_once(app, session):
    before = {record.version: record.published_at for record in list_questionnaires(session)}
    assert before.keys() == {parse_questionnaire(text).version for text in shipped_texts()}
    session.rollback()
    run_setup(app, interactive=False)
    assert {record.version: record.published_at for record in list_questionnaires(session)} == before


def test_an_upgrade_tells_of_the_questionnaire_that_it_brings_and_a_new_database_of_none(app, session):
    session.delete(session.get_one(QuestionnaireRecord, "2026.2"))
    session.flush()
    assert publish_shipped(session) == "Có thêm mẫu phiếu 2026.2. Đợt đang mở giữ mẫu của mình; đợt mở sau chọn được mẫu này."
    assert publish_shipped(session) is None
    session.execute(delete(QuestionnaireRecord))
    assert publish_shipped(session) is None


@pytest.mark.both_databases
def test_a_published_text_stays_when_its_file_is_edited_or_gone(session, monkeypatch):
    module = "surveys.questionnaire.published_questionnaires.shipped_texts"
    monkeypatch.setattr(module, lambda: [shipped_texts()[0].replace("Số trụ sở làm việc", "Số nhà")])
    publish_shipped(session)
    assert load_questionnaire(session, "2026.1").question("sites").label == "Số trụ sở làm việc"
    monkeypatch.setattr(module, list)
    publish_shipped(session)
    assert load_questionnaire(session, "2026.1") == shipped_questionnaire()


def publish_own(session, version):
    """The city's own questionnaire under a version that the program ships another one of."""
    text = made_up_text().replace('version = "2099.1"', f'version = "{version}"')
    session.delete(session.get_one(QuestionnaireRecord, version))
    session.flush()
    publish_questionnaire(session, text)
    session.commit()
    return parse_questionnaire(text).sha256


@pytest.mark.both_databases
def test_the_citys_own_questionnaire_stays_where_a_shipped_one_has_its_version_and_that_is_told(app, session):
    own = publish_own(session, "2026.2")
    told = []
    run_setup(app, interactive=False, report=told.append)
    assert [line for line in told if "Chưa nạp" in line] == [
        "Chưa nạp mẫu phiếu 2026.2 đi kèm hệ thống: đã công bố một mẫu phiếu khác cùng phiên bản “2026.2”. Muốn dùng mẫu đi kèm thì đổi "
        "“version” và “follows” trong một bản sao của tệp ấy, rồi chạy lệnh “surveys publish-questionnaire”."
    ]
    assert session.get_one(QuestionnaireRecord, "2026.2").sha256 == own


def test_a_shipped_questionnaire_that_follows_the_citys_own_stops_no_upgrade(app, session, monkeypatch):
    publish_own(session, "2026.2")
    newest = shipped_texts()[-1].replace('version = "2026.2"\nfollows = "2026.1"', 'version = "2026.3"\nfollows = "2026.2"')
    module = "surveys.questionnaire.published_questionnaires.shipped_texts"
    monkeypatch.setattr(module, lambda: [*shipped_texts(), newest])
    told = []
    run_setup(app, interactive=False, report=told.append)
    lines = [line for text in told for line in text.splitlines()]
    assert any(line.startswith("Chưa nạp mẫu phiếu 2026.3 đi kèm hệ thống: Chưa ghi lý do thay đổi") for line in lines)
    assert lines[-1].startswith("Đã có: ")
    assert session.get(QuestionnaireRecord, "2026.3") is None


@pytest.mark.both_databases
def test_a_version_is_published_once_and_after_the_one_that_it_follows(session):
    with pytest.raises(QuestionnaireError, match=r"2098\.1” chưa được công bố"):
        publish_questionnaire(session, made_up_text().replace('follows = "2026.1"', 'follows = "2098.1"'))
    publish_questionnaire(session, made_up_text())
    assert newest_version(session) == "2099.1"
    with pytest.raises(QuestionnaireError, match=r"Đã công bố mẫu phiếu “2099\.1”"):
        publish_questionnaire(session, made_up_text())
    record = session.get_one(QuestionnaireRecord, "2099.1")
    assert record.sha256 == parse_questionnaire(made_up_text()).sha256


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: question(d, "storeys").update(renamed_from="balconies"), "“balconies” nhưng mẫu phiếu 2026.1 không có"),
        (lambda d: question(d, "drones").update(renamed_from="floors"), "cùng lấy lại số liệu của câu “floors”"),
        (lambda d: question(d, "drones").update(renamed_from="sites"), "cùng lấy lại số liệu của câu “sites”"),
        (lambda d: d["changes"][0]["questions"].remove("drones"), "Chưa ghi lý do thay đổi.*drones"),
        (lambda d: question(d, "sites").update(label="Số nhà"), "Chưa ghi lý do thay đổi.*sites"),
        (lambda d: question(d, "internet").update(places=1), "Chưa ghi lý do thay đổi.*internet"),
        (lambda d: d["changes"][0]["questions"].append("balconies"), "nêu câu không có gì thay đổi: balconies"),
        (lambda d: d["changes"][0]["questions"].append("sites"), "nêu câu không có gì thay đổi: sites"),
        (lambda d: question(d, "sites_linked").update(at_most_less=2), "Chưa ghi lý do thay đổi.*sites_linked"),
        (lambda d: question(d, "A01").update(has_year=False), "Chưa ghi lý do thay đổi.*A01"),
        (lambda d: question(d, "drones").update(renamed_from="mfa_enabled"), "số liệu an ninh mạng của câu “mfa_enabled”"),
    ],
)
def test_a_carry_over_that_cannot_be_is_refused(change, told):
    questionnaire = parse_questionnaire(edited(change))
    with pytest.raises(QuestionnaireError, match=told):
        check_carry_over(questionnaire, shipped_questionnaire())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.update(version="02/2026"), "Phiên bản “02/2026”: Chỉ dùng chữ cái không dấu"),
        (lambda d: d.pop("version"), "Mẫu phiếu: thiếu mục version"),
        (lambda d: question(d, "sites").update(kind="colour"), "Câu “sites”: không có kiểu câu hỏi “colour”"),
        (lambda d: question(d, "sites").update(maximum="nhiều"), "Câu “sites”: giá trị không đúng dạng ở mục maximum"),
        (lambda d: question(d, "sites").update(maximum=True), "Câu “sites”: giá trị không đúng dạng ở mục maximum"),
        (lambda d: question(d, "sites").update(size=3), "Câu “sites”: không có mục size"),
        (lambda d: question(d, "sites").update(key="trụ sở"), "mã chỉ gồm chữ không dấu"),
        (lambda d: question(d, "sites").update(key="drones"), "Mã câu hỏi bị trùng: drones"),
        (lambda d: question(d, "sites").update(at_most="balconies"), "Câu “sites”: không có câu balconies"),
        (lambda d: question(d, "sites").pop("label"), "Câu “sites”: thiếu mục label"),
        (lambda d: d["sections"][0].update(defines=["balcony"]), "Phần “0”: không có định nghĩa balcony"),
        (lambda d: d["sections"][0].update(defines=[1]), "Phần “0”: giá trị không đúng dạng ở mục defines"),
        (lambda d: d["sections"][0].update(title="Phần\nchung"), "Phần “0”: mục title phải viết trên một dòng"),
        (lambda d: d["sections"][1].update(ask_if="has_website"), "“has_website” ở mục “ask_if” phải đứng trước"),
        (lambda d: d.update(sections=[1]), "Mẫu phiếu: giá trị không đúng dạng ở mục sections"),
        (lambda d: d.update(definitions={"site": 1}), "Định nghĩa “site”: phải là một bảng các mục"),
        (lambda d: d["changes"].append(d["changes"][0]), "có hai lý do cho drones"),
        (lambda d: d.pop("follows"), "Mục “changes”: mẫu phiếu không ghi mục “follows”"),
        (lambda d: (d.pop("follows"), d.pop("changes")), "Câu “storeys”: mẫu phiếu không ghi mục “follows”"),
        (lambda d: question(d, "sites").update(serves=["CR-A1", {"a": 1}]), "Câu “sites”: giá trị không đúng dạng ở mục serves"),
        (lambda d: question(d, "sites").update(label="a" * 301), "Câu “sites”: mục label dài 301 ký tự, tối đa 300"),
        (lambda d: question(d, "sites").update(label="Số\ntrụ sở"), "Câu “sites”: mục label phải viết trên một dòng"),
        (lambda d: question(d, "sites").update(at_most_less=-1), "“most_per_person” phải từ 0 trở lên"),
        (lambda d: question(d, "sites").update(most_per_person=float("nan")), "“most_per_person” phải từ 0 trở lên"),
        (lambda d: question(d, "sites").update(sensitive=True), "Câu “sites”: câu về an ninh mạng thì mã bắt đầu bằng chữ G"),
        (lambda d: question(d, "mfa_enabled").pop("sensitive"), "Câu “mfa_enabled”: câu về an ninh mạng thì mã bắt đầu"),
        (lambda d: question(d, "has_website").update(at_most="sites"), "“at_most” chỉ dùng cho câu trả lời bằng số"),
        (lambda d: question(d, "A01").update(at_most="sites"), "“at_most” chỉ dùng cho câu trả lời bằng số"),
        (lambda d: question(d, "B01").update(ask_if="uses_shared_systems"), "“ask_if” phải đứng trước"),
        (
            lambda d: question(d, "B01").update(ask_if="gate"),
            "phần này chỉ hỏi khi có “owns_counters”, .* phải thuộc chính phần này",
        ),
        (lambda d: d["sections"][1].update(code="0"), "Mã phần bị trùng: 0"),
        (lambda d: d["sections"][1].update(code="c"), "Mã phần bị trùng: c"),
        (lambda d: d["sections"][1].update(code="A/1"), "Mã phần “A/1”: Chỉ dùng chữ cái không dấu"),
        (lambda d: d["sections"][1].update(code="send"), "Mã phần “send”: .* trùng với địa chỉ"),
        (lambda d: d["sections"][1].update(code=1), "Phần “1”: giá trị không đúng dạng ở mục code"),
        (lambda d: d["sections"][1].update(title=" "), "Phần “A”: thiếu mục title"),
        (lambda d: d["sections"][1].update(questions=[]), "Phần “A”: thiếu mục questions"),
        (lambda d: d["sections"][1].update(askif="has_website"), "Phần “A”: không có mục askif"),
        (lambda d: d.update(version=2026.3), "Mẫu phiếu: giá trị không đúng dạng ở mục version"),
        (lambda d: d.update(folows="2026.1"), "Mẫu phiếu: không có mục folows"),
        (lambda d: d["changes"][0].update(reason=""), "Mục “changes”: thiếu mục reason"),
        (lambda d: question(d, "drones").update(key="nothing"), "Câu “nothing”: mã này trùng với một tên có sẵn"),
        (lambda d: question(d, "drones").update(ask_if="sites"), "“ask_if” phải là mã của một câu Có/Không, mà câu “sites”"),
        (lambda d: question(d, "drones").update(ask_if="pcs"), "Câu “drones”: không có câu pcs"),
        (lambda d: question(d, "sites").update(ask_if="mfa_enabled"), "“mfa_enabled” ở mục “ask_if” phải đứng trước"),
        (lambda d: question(d, "drones").update(at_most="mfa_enabled"), "“at_most” phải là mã của một câu trả lời bằng số"),
        (lambda d: question(d, "drones").update(at_most="drones"), "Câu “drones”: so với chính câu này"),
        (lambda d: question(d, "drones").update(not_before="sites"), "“not_before” phải là mã của một câu trả lời bằng ngày"),
        (lambda d: question(d, "internet").update(places=-1), "“places” phải từ 0 đến 3"),
        (lambda d: question(d, "drones").update(maximum=10**15), "số lớn nhất phải từ 1 đến 999999999"),
    ],
)
def test_a_text_that_is_no_questionnaire_names_what_to_correct(change, told):
    def with_gate(document):
        asked = {"key": "gate", "label": "Có cổng?", "kind": "yesno", "serves": ["plan:caps"]}
        document["sections"][0]["questions"].append(asked)
        document["changes"][0]["questions"].append("gate")
        change(document)

    with pytest.raises(QuestionnaireError, match=told):
        parse_questionnaire(edited(with_gate))


JUNK = ("1", "-1", "nan", "true", '""', '"a"', "[]", "[1]", '["a", {b = 1}]', "{}", "{a = 1}", "2026-01-31")


@given(line=st.integers(min_value=0), junk=st.sampled_from(JUNK))
def test_whatever_stands_in_an_entry_is_read_or_refused_in_words(line, junk):
    lines = MADE_UP.splitlines()
    entries = [number for number, text in enumerate(lines) if " = " in text]
    number = entries[line % len(entries)]
    lines[number] = f"{lines[number].partition(' = ')[0]} = {junk}"
    with suppress(QuestionnaireError):
        parse_questionnaire("\n".join(lines))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x =", "không đúng định dạng TOML: "),
        (f"x = {'[' * 3000}{']' * 3000}", "TOML: các dấu ngoặc lồng nhau quá sâu"),
        (f"{'[x' + '.x' * 3000}]", "TOML: các dấu ngoặc lồng nhau quá sâu"),
        (f"x = {'9' * 5000}", "TOML: có số quá dài"),
    ],
)
def test_a_text_that_cannot_be_read_at_all_is_told(line, told):
    with pytest.raises(QuestionnaireError, match=told):
        parse_questionnaire(f"{line}\n{made_up_text()}")


def test_each_difference_is_named_once():
    changes = {change.key: change.carry for change in compare(shipped_questionnaire(), parse_questionnaire(made_up_text()))}
    assert {key: carry for key, carry in changes.items() if carry is not Carry.SAME} == {
        "storeys": Carry.RENAMED,
        "drones": Carry.NEW,
        "vlan_count": Carry.RETYPED,
        "staff_trained": Carry.DROPPED,
    }


def test_answers_come_over_under_their_new_names_and_what_is_answered_in_another_way_is_told():
    versions = [shipped_questionnaire(), parse_questionnaire(made_up_text())]
    given = {
        "floors": "7",
        "floors.why": "đếm lại",
        "vlan_separated": "yes",
        "staff_trained": "9",
        "A01#2.good": "3",
        "villages": "4",
    }
    earlier = EarlierAnswers(given, find_origins(versions))
    assert earlier.entries == {"storeys": "7", "storeys.why": "đếm lại", "A01#2.good": "3", "villages": "4"}
    described = {key: earlier.describe(versions[1].question(key)) for key in ("storeys", "vlan_count", "drones")}
    assert described == {"storeys": "7 khu vực", "vlan_count": "Có", "drones": "–"}
    assert earlier.carry_of(versions[1].question("vlan_count")) is Carry.RETYPED
    assert earlier.carry_of(versions[1].question("drones")) is Carry.NEW


def test_an_answer_that_comes_over_is_told_in_the_words_of_the_newer_question():
    versions = [shipped_questionnaire(), newest_questionnaire()]
    earlier = EarlierAnswers({"mfa_enabled": "no", "level_file_approved": "yes"}, find_origins(versions))
    described = {key: earlier.describe(versions[1].question(key)) for key in ("mfa_enabled", "level_file_approved")}
    assert described == {"mfa_enabled": "Chưa", "level_file_approved": "Có"}


def test_over_several_versions_an_answer_keeps_its_way():
    first, second = shipped_questionnaire(), parse_questionnaire(made_up_text())
    third = parse_questionnaire(
        made_up_text()
        .replace('version = "2099.1"\nfollows = "2026.1"', 'version = "2099.2"\nfollows = "2099.1"')
        .replace('key = "storeys"', 'key = "levels"')
        .replace('renamed_from = "floors"', 'renamed_from = "storeys"')
        .replace('renamed_from = "vlan_separated"\n', "")
    )
    earlier = EarlierAnswers({"floors": "7", "vlan_separated": "no"}, find_origins([first, second, third]))
    assert earlier.entries == {"levels": "7"}
    assert earlier.describe(third.question("vlan_count")) == "Không"


@pytest.mark.both_databases
def test_an_older_questionnaire_takes_over_what_both_ask_under_its_own_names(session):
    publish_questionnaire(session, made_up_text())
    given = {"storeys": "7", "sites": "2", "drones": "1", "vlan_count": "3"}
    earlier = EarlierAnswers(given, origins_between(session, "2099.1", "2026.1"))
    assert earlier.entries == {"floors": "7", "sites": "2"}
    older = shipped_questionnaire()
    assert earlier.carry_of(older.question("vlan_separated")) is Carry.RETYPED
    assert earlier.describe(older.question("vlan_separated")) == "3"
    assert comes_after(session, "2099.1", "2026.1")
    assert not comes_after(session, "2026.1", "2099.1")
    assert not comes_after(session, "2026.1", "2026.1")
