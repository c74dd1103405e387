import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier

import pytest
import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import select

from accounts.identity import Role
from portal.clock import now, today
from portal.codes import find_code_fault
from scoring.models import StandardChoice, StandardRecord
from scoring.rating.city_readiness import city_readiness
from scoring.rating.published_standards import get_standard
from scoring.rating.rating import Result
from scoring.rating.standard import MAX_VERSION, RESERVED_VERSIONS
from tests.factories.days import DEMO_DAY
from tests.factories.standards import NEWEST_STANDARD
from tests.support.applications import client_of


def page_of(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return BeautifulSoup(answer.data, "html.parser")


def text_of(page):
    return " ".join(page.get_text(" ").split())


def amount_of(cell):
    return int(re.sub(r"[^0-9]", "", cell.get_text()) or 0)


def begin_draft(client):
    return client.post("/standards/drafts/", data={"version": "2026.1"}).location


def put_in_force(client, version, day=None, reason="Quyết định số 12"):
    return client.post(f"/standards/{version}/in-force", data={"effective_from": (day or today()).isoformat(), "reason": reason})


def fields(page):
    form = page.select_one("form.panel") or page.select_one("form[enctype]") or page.select_one("details form")
    values = {tag["name"]: tag.get("value", "") for tag in form.select("input[type=text], input[type=hidden]")}
    values |= {tag["name"]: "y" for tag in form.select("input[type=checkbox][checked]")}
    values |= {tag["name"]: tag.get_text() for tag in form.select("textarea")}
    return values | {
        tag["name"]: tag.select_one("[selected]")["value"] for tag in form.select("select") if tag.select_one("[selected]")
    }


def edit(client, path, **changes):
    return client.post(path, data=fields(page_of(client.get(path))) | changes)


def test_a_draft_is_edited_looked_at_and_published_by_a_second_person(demo_sign_in, demo_session):
    first, second = demo_sign_in("thamdinh"), demo_sign_in("thamdinh2")
    draft = begin_draft(first)
    assert "Chưa khác gì" in text_of(page_of(first.get(draft)))
    assert edit(first, f"{draft}/criteria/CR-A1", percent="110").status_code == 302
    text = text_of(page_of(first.get(draft)))
    assert "mức yêu cầu: 100 % × tổng số" in text
    assert "không tự công bố được" in text

    what_if_text = text_of(page_of(first.get(f"{draft}/what-if")))
    lost_count = int(re.search(r"Không còn đáp ứng \((\d+)\)", what_if_text)[1])
    assert lost_count > 0
    tables = page_of(first.get(f"{draft}/what-if")).select("main table")
    city_sums = [[amount_of(cell) for cell in tables[0].select("tbody tr")[place].select("td")] for place in (1, 2)]
    rows = [[amount_of(cell) for cell in row.select("td")] for row in tables[1].select("tbody tr")]
    assert [[sum(row[2 * side + part] for row in rows) for side in (0, 1)] for part in (0, 1)] == city_sums
    before = city_readiness(demo_session, DEMO_DAY).counts
    demo_session.rollback()
    assert "khác với người soạn" in text_of(page_of(first.post(f"{draft}/publication", data={}), 400))
    assert second.post(f"{draft}/publication", data={}).location == "/standards/2026.3"
    demo_session.expire_all()
    assert city_readiness(demo_session).counts == before, "what is published judges nobody"
    demo_session.rollback()
    assert put_in_force(second, "2026.3").location == "/standards/"
    demo_session.expire_all()
    after = city_readiness(demo_session)
    assert after.standard.version == "2026.3"
    assert before[Result.READY] - after.counts[Result.READY] == lost_count
    assert get_standard(demo_session, "2026.1").version == "2026.1"
    assert first.get(draft).status_code == 404
    text = text_of(page_of(first.get("/standards/2026.3")))
    assert "Khác gì so với 2026.1" in text
    assert "thành phố chưa ban hành" in text


def test_a_standard_is_put_in_force_from_a_day_on_with_a_reason(demo_sign_in, demo_session):
    first, second = demo_sign_in("thamdinh"), demo_sign_in("thamdinh2")
    leader, planner = demo_sign_in("lanhdao"), demo_sign_in("taichinh")
    draft = begin_draft(first)
    edit(first, f"{draft}/criteria/CR-A1", percent="110")
    assert "Kết quả chưa đổi" in text_of(page_of(second.post(f"{draft}/publication", follow_redirects=True)))
    page = text_of(page_of(leader.get("/standards/2026.3")))
    assert "chưa được chọn áp dụng" in page
    assert "Chọn áp dụng" not in page
    lost = re.search(r"Không còn đáp ứng \((\d+)\)", text_of(page_of(leader.get("/standards/2026.3/what-if"))))[1]
    assert int(lost) > 0
    assert put_in_force(leader, "2026.3").status_code == 404
    day = today() + timedelta(days=30)
    verdicts = [client.get(path).text for client, path in ((leader, "/readiness/map.json"), (planner, "/plans/1/lines.csv"))]
    assert put_in_force(second, "2026.3", day).status_code == 302
    page = text_of(page_of(leader.get("/standards/")))
    assert f"Bộ tiêu chuẩn 2026.3 áp dụng từ {day:%d/%m/%Y}" in page
    assert re.search(f"{day:%d/%m/%Y} Bộ tiêu chuẩn 2026.3 sắp áp dụng .*Quyết định số 12", page)
    assert verdicts == [
        client.get(path).text for client, path in ((leader, "/readiness/map.json"), (planner, "/plans/1/lines.csv"))
    ]
    with time_machine.travel(now() + timedelta(days=30)):
        # Nobody did anything meanwhile but sign in once more.
        leader, planner = client_of(leader.application, "lanhdao"), client_of(leader.application, "taichinh")
        assert f"{day:%d/%m/%Y} Bộ tiêu chuẩn 2026.3 đang áp dụng" in text_of(page_of(leader.get("/standards/")))
        after = city_readiness(demo_session)
        assert (after.standard.version, after.on) == ("2026.3", day)
        demo_session.rollback()
        assert leader.get("/readiness/map.json").text != verdicts[0]
        assert planner.get("/plans/1/lines.csv").text != verdicts[1]
        assert page_of(client_of(leader.application, "thamdinh").get("/standards/")).select_one("[selected]")["value"] == "2026.3"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("effective_from", "2026-01-01", "từ hôm nay"),
        ("effective_from", "", "Hãy điền ô này"),
        ("effective_from", "1.1.2027", "Ngày chưa đúng"),
        ("reason", " ", "Hãy điền ô này"),
        ("reason", "x" * 501, "Không được dài quá 500 ký tự"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_at_its_field(sign_in, session, field, value, message):
    client = sign_in(Role.REVIEWER)
    data = {"effective_from": (today() + timedelta(days=1)).isoformat(), "reason": "QĐ 12", field: value}
    page = page_of(client.post("/standards/2026.1/in-force", data=data), 400)
    assert message in text_of(page.select_one(f"#{field}-error"))
    assert len(session.scalars(select(StandardChoice)).all()) == 1


def test_a_day_of_issue_that_is_not_yet_is_refused_at_its_field(sign_in):
    draft = begin_draft(sign_in(Role.REVIEWER))
    decision = {"issued_number": "12/QĐ-UBND", "issued_on": (today() + timedelta(days=1)).isoformat()}
    page = page_of(sign_in(Role.REVIEWER, username="nguoi-hai").post(f"{draft}/publication", data=decision), 400)
    assert "Ngày ban hành không sau hôm nay" in text_of(page.select_one("#issued_on-error"))


def test_a_standard_that_the_city_issued_says_so_everywhere(demo_sign_in):
    draft = begin_draft(demo_sign_in("thamdinh"))
    second = demo_sign_in("thamdinh2")
    assert "phải có cả hai" in text_of(page_of(second.post(f"{draft}/publication", data={"issued_number": "12/QĐ-UBND"}), 400))
    decision = {"issued_number": "12/QĐ-UBND", "issued_on": "2026-03-01"}
    assert second.post(f"{draft}/publication", data=decision).status_code == 302
    put_in_force(second, "2026.3")
    for path in ("/standards/2026.3", "/readiness"):
        assert "Theo bộ tiêu chuẩn ban hành tại 12/QĐ-UBND ngày 01/03/2026" in text_of(page_of(demo_sign_in("lanhdao").get(path)))


def test_form_and_text_are_the_same_thing(demo_sign_in):
    client = demo_sign_in("thamdinh")
    draft = begin_draft(client)
    edit(client, f"{draft}/criteria/CR-A5", weight="3", blocking="y")
    form = fields(page_of(client.get(f"{draft}/text")))
    assert "# Bộ tiêu chuẩn tham chiếu." in form["toml"], "the comments of the text stay"
    row = form["toml"].split('code = "CR-A5"')[1].split("[[criteria]]")[0]
    assert "weight = 3" in row
    assert "blocking = true" in row
    answer = edit(client, f"{draft}/text", toml=form["toml"].replace("weight = 3", "weight = 4", 1))
    assert answer.status_code == 302
    draft_text = text_of(page_of(client.get(draft)))
    assert "trọng số" in draft_text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight = 6", "weight = 0", "CR-A1: trọng số 0"),
        ("weight = 6", "weight = -6", "CR-A1: trọng số -6"),
        ('code = "CR-A2"', 'code = "CR-A1"', "Mã tiêu chí bị trùng: CR-A1"),
        (
            'measure = "pcs_usable"',
            'measure = "pcs_flying"',
            "không có phép đo “pcs_flying” . (tiêu chí bắt đầu ở dòng 7)".replace(" .", "."),
        ),
        ("pass_mark = 80", "pass_mark = 180", "Điểm đạt phải là số nguyên từ 1 đến 100"),
        ("pass_mark = 80", "pass_mark = = 80", "at line 4"),
        ('version = "2026.3"', 'version = "2026.1"', "Đặt số phiên bản khác"),
    ],
)
def test_a_wrong_text_is_refused_by_its_line_and_stays_in_the_field(demo_sign_in, old, new, message):
    client = demo_sign_in("thamdinh")
    draft = begin_draft(client)
    entered_text = fields(page_of(client.get(f"{draft}/text")))["toml"].replace(old, new, 1)
    page = page_of(edit(client, f"{draft}/text", toml=entered_text), 400)
    assert message in text_of(page)
    assert new in page.select_one("textarea").get_text()
    assert "Chưa khác gì" in text_of(page_of(client.get(draft)))


@pytest.mark.parametrize("version", ["02/2026", "..", "drafts", "bản 2", "2" * 33])
def test_a_version_that_no_address_can_hold_is_refused_at_its_field_and_in_the_text(sign_in, version):
    client = sign_in(Role.REVIEWER)
    draft = begin_draft(client)
    page = page_of(edit(client, draft, version=version), 400)
    assert page.select_one("#version")["value"] == version
    assert page.select_one("#version-errors, .invalid-feedback")
    toml = fields(page_of(client.get(f"{draft}/text")))["toml"].replace('version = "2026.3"', f'version = "{version}"')
    assert "Phiên bản của bộ tiêu chuẩn chưa dùng được" in text_of(page_of(edit(client, f"{draft}/text", toml=toml), 400))


def test_no_page_stands_where_a_version_may(app):
    for rule in app.url_map.iter_rules():
        taken = rule.rule.removeprefix("/standards/").split("/")[0]
        if rule.rule.startswith("/standards/") and taken and "<" not in taken:
            assert find_code_fault(taken, MAX_VERSION, RESERVED_VERSIONS), f"RESERVED_VERSIONS lacks {taken}"


@pytest.fixture
def published_before_codes(session):
    """A standard from before a version had to be a code, as a migration leaves it."""
    record = session.get_one(StandardRecord, "2026.1")
    text = record.toml.replace('version = "2026.1"', 'version = "02/2026"')
    values = {"name": "Bộ tiêu chuẩn 02/2026", "toml": text, "sha256": "0" * 64, "published_at": now(), "based_on": "2026.1"}
    session.add(StandardRecord(version="02/2026", code="02-2026", **values))
    session.commit()
    return text


def test_a_version_that_no_address_can_hold_is_reached_under_its_own(sign_in, published_before_codes):
    client = sign_in(Role.REVIEWER)
    links = [link["href"] for link in page_of(client.get("/standards/")).select("tbody th a")]
    assert links == ["/standards/02-2026", "/standards/2026.2", "/standards/2026.1"]
    page = page_of(client.get("/standards/02-2026"))
    assert "Số hiệu đã công bố: 02/2026" in text_of(page)
    assert {link["href"] for link in page.select("main a.btn")} == {
        f"/standards/02-2026/{name}" for name in ("standard.toml", "sensitivity", "what-if")
    }
    assert client.get("/standards/02-2026/standard.toml").text == published_before_codes
    assert client.get("/standards/02-2026/sensitivity").status_code == 200
    draft = client.post("/standards/drafts/", data={"version": "02/2026"}).location
    assert "Bản thảo: Bộ tiêu chuẩn 02-2026.1" in text_of(page_of(client.get(draft)))
    answer = edit(client, draft, version="02-2026")
    assert "Đã công bố phiên bản “02-2026”" in text_of(page_of(answer, 400))


def test_a_draft_of_the_longest_version_can_be_opened(sign_in, session):
    record = session.get_one(StandardRecord, "2026.1")
    longest = "x" * MAX_VERSION
    text = record.toml.replace('version = "2026.1"', f'version = "{longest}"')
    session.add(StandardRecord(version=longest, code=longest, name="x", toml=text, sha256="1" * 64, published_at=now()))
    session.commit()
    client = sign_in(Role.REVIEWER)
    draft = client.post("/standards/drafts/", data={"version": longest}).location
    assert f"{'x' * 30}-2" in text_of(page_of(client.get(draft)))


def test_a_stale_form_overwrites_nothing(demo_sign_in):
    first, second = demo_sign_in("thamdinh"), demo_sign_in("thamdinh2")
    draft = begin_draft(first)
    stale_form = fields(page_of(first.get(f"{draft}/criteria/CR-A1")))
    assert edit(second, f"{draft}/criteria/CR-A1", weight="9").status_code == 302
    page = page_of(first.post(f"{draft}/criteria/CR-A1", data=stale_form | {"weight": "5"}), 400)
    assert "người khác lưu trong lúc bạn sửa" in text_of(page)
    assert page.select_one("#weight")["value"] == "5"
    assert "trọng số: 6 → 9" in text_of(page_of(first.get(draft)))


def test_a_criterion_is_added_and_taken_away(demo_sign_in):
    client = demo_sign_in("thamdinh")
    draft = begin_draft(client)
    criterion = {
        "code": "CR-A8",
        "name": "Máy hủy tài liệu",
        "measure": "printers",
        "constant": "1",
        "weight": "1",
        "tier": "required",
        "per": "",
        "applies_if": "",
    }
    criterion |= {"source": "Giả định", "label": "A", "remedy_text": "Mua máy hủy", "revision": "1"}
    assert client.post(f"{draft}/criteria", data=criterion).status_code == 302
    assert "CR-A8 Máy hủy tài liệu thêm tiêu chí “Máy hủy tài liệu”, trọng số 1" in text_of(page_of(client.get(draft)))
    assert client.post(f"{draft}/criteria/CR-A8/removal", data={"revision": "2"}).status_code == 302
    assert "Chưa khác gì" in text_of(page_of(client.get(draft)))


def test_days_of_a_criterion_go_through_the_form(demo_sign_in):
    client = demo_sign_in("thamdinh")
    draft = begin_draft(client)
    assert edit(client, f"{draft}/criteria/CR-G3", effective_from="2027-07-01").status_code == 302
    assert "có hiệu lực từ: không định ngày → 01/07/2027" in text_of(page_of(client.get(draft)))
    assert page_of(client.get(f"{draft}/criteria/CR-G3")).select_one("#effective_from")["value"] == "2027-07-01"
    assert edit(client, f"{draft}/criteria/CR-G3", effective_from="").status_code == 302
    assert "Chưa khác gì" in text_of(page_of(client.get(draft)))


def test_a_file_takes_the_place_of_the_text_and_a_huge_one_is_refused(demo_sign_in):
    client = demo_sign_in("thamdinh")
    draft = begin_draft(client)
    form = fields(page_of(client.get(f"{draft}/text")))
    text = form["toml"].replace("weight = 6", "weight = 7", 1).encode()
    answer = client.post(f"{draft}/text", data=form | {"file": (BytesIO(text), "b.toml")})
    assert answer.status_code == 302
    assert "trọng số: 6 → 7" in text_of(page_of(client.get(draft)))
    form["revision"] = "2"
    for content, message in ((b"#" * 1_500_000, "quá lớn"), (b"\xff\xfe", "không phải văn bản UTF-8")):
        answer = client.post(f"{draft}/text", data=form | {"file": (BytesIO(content), "b.toml")})
        assert message in text_of(page_of(answer, 400))
    assert client.post(f"{draft}/text", data=form | {"file": (BytesIO(b"#" * 17_000_000), "b.toml")}).status_code == 413


@pytest.mark.both_databases
@pytest.mark.parametrize(("draft_count", "statuses"), [(1, [302, 404]), (2, [302, 400])], ids=["one draft", "two of one version"])
def test_two_who_publish_at_once_leave_one_version(sign_in, session, draft_count, statuses):
    author = sign_in(Role.REVIEWER, username="nguoi-soan")
    drafts = [begin_draft(author) for _ in range(draft_count)]
    publishers = [sign_in(Role.REVIEWER, username=f"nguoi-cong-bo-{place}") for place in range(2)]
    start = Barrier(2)

    def publish(client, draft):
        start.wait()
        return client.post(f"{draft}/publication", data={})

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(publish, publishers, [drafts[0], drafts[-1]]), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == statuses
    assert "Đã công bố phiên bản" in answers[1].text or "có thể đã được công bố" in answers[1].text
    assert sorted(record.version for record in session.scalars(select(StandardRecord))) == ["2026.1", "2026.2", "2026.3"]


def test_the_curve_names_the_wards_that_flip(demo_sign_in):
    page = page_of(demo_sign_in("lanhdao").get("/standards/2026.1/sensitivity?of=CR-A1&value=110"))
    text = text_of(page)
    assert "Thử đổi ngưỡng: Mỗi người một máy tính dùng được" in text
    counts = {row.th.get_text().split()[0]: int(row.td.get_text()) for row in page.select("tbody tr")}
    flipped_wards = text.split("Không còn đáp ứng: ")[1].split(".")[0].split(", ")
    assert counts["100"] - counts["110"] == len(flipped_wards) > 0


@pytest.mark.parametrize("query", ["of=CR-Z9", "value=999999999999", "value=-1", "of=%27&value=x"])
def test_odd_questions_leave_the_page_whole(demo_sign_in, query):
    assert page_of(demo_sign_in("lanhdao").get(f"/standards/2026.1/sensitivity?{query}")).h1


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PLANNER, Role.LEADER, Role.ADMINISTRATOR])
def test_only_reviewers_draft(sign_in, role):
    client = sign_in(role, ["00082"] if role.is_of_ward else ())
    assert client.post("/standards/drafts/", data={"version": "2026.1"}).status_code == 404


def test_an_undecided_threshold_names_the_wards_it_would_touch_and_fails_nobody(demo_sign_in):
    client = demo_sign_in("thamdinh")
    draft = begin_draft(client)
    form = fields(page_of(client.get(f"{draft}/criteria/CR-A1"))) | {"percent": "110", "undecided": "y"}
    form.pop("blocking")
    assert client.post(f"{draft}/criteria/CR-A1", data=form).status_code == 302
    text = text_of(page_of(client.get(f"{draft}/what-if")))
    assert "Không còn đáp ứng (0)" in text
    assert int(re.search(r"CR-A1 [^:]+: (\d+) đơn vị chưa đạt nếu giữ ngưỡng này", text)[1]) > 40


def test_what_rests_on_network_security_bears_a_code_of_its_group(demo_sign_in):
    client = demo_sign_in("thamdinh")
    draft = begin_draft(client)
    answer = edit(client, f"{draft}/criteria/CR-A7", measure="pcs_protected")
    assert "Tiêu chí CR-A7: dùng câu trả lời của nhóm an ninh mạng (pcs_protected). Đặt mã thuộc nhóm G" in text_of(
        page_of(answer, 400)
    )
    assert "Chưa khác gì" in text_of(page_of(client.get(draft)))


def test_a_shipped_version_shows_what_differs_and_why(demo_sign_in):
    page = text_of(page_of(demo_sign_in("thamdinh").get("/standards/2026.2")))
    assert "Khác gì so với 2026.1" in page
    for code, reason in NEWEST_STANDARD.reasons.items():
        assert f"{code} " in page
        assert f"Lý do: {reason}" in page
    assert NEWEST_STANDARD.note in page


def test_a_draft_made_from_a_shipped_version_has_reasons_of_its_own(demo_sign_in):
    client = demo_sign_in("thamdinh")
    draft = client.post("/standards/drafts/", data={"version": "2026.2"}).location
    assert "Chưa khác gì" in text_of(page_of(client.get(draft)))
    form = fields(page_of(client.get(f"{draft}/text")))
    assert "[[changes]]" not in form["toml"]
    text = form["toml"].replace("weight = 6", "weight = 7", 1) + '\n[[changes]]\ncriteria = ["CR-A1"]\nreason = "Theo góp ý."\n'
    assert client.post(f"{draft}/text", data=form | {"toml": text}).status_code == 302
    assert "trọng số: 6 → 7 Lý do: Theo góp ý." in text_of(page_of(client.get(draft)))
