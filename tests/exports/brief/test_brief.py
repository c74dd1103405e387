from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from accounts.models import AuditEntry
from exports.brief import content
from exports.brief.brief import city_scope, district_scope, ward_scope, write_brief
from exports.brief.loading import all_scopes, read_sources
from exports.brief.rendering import build_brief, name_brief
from scoring.rating.rating import Result, rating_without_data
from tests.factories.days import DEMO_DAY
from tests.support.examples import examples

AGENCY = "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI"
OWN_WARD, OTHER_WARD = "00082", "00070"


@pytest.fixture
def sources(demo_session):
    return read_sources(demo_session, date(2026, 3, 31), is_demo=True, sees=lambda _ward_code: True)


def ward_of(sources, code):
    return next(ward for ward in sources.wards if ward.code == code)


def sentences_of(brief):
    """Every word of a brief in one line, as a reader meets them."""
    sentences = [content.title(brief), content.origin(brief), content.source(brief)]
    for card in content.cards(brief):
        sentences += [card.figure, card.label]
    for section in content.sections(brief):
        cells = [cell for row in (section.table.heads, *section.table.rows) for cell in row] if section.table else []
        sentences += [section.heading, *cells, *section.sentences, *section.steps, section.note]
    return [" ".join(text.split()) for text in sentences if text]


def text_of(pdf):
    return " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())


def section(brief, heading):
    return next(part for part in content.sections(brief) if part.heading == heading)


def test_the_words_of_the_city_are_its_figures(sources):
    brief = write_brief(sources, city_scope(sources.wards))
    results = [sources.ratings[ward.code].result for ward in sources.wards]
    summary = section(brief, "Kết quả hiện nay").sentences[0]
    for result in Result:
        assert f"{results.count(result)} {result.label.lower()}" in summary or f"{results.count(result)}/126" in summary
    table = section(brief, "Thiếu nhiều nhất").table
    for name, _blocking, wards in table.rows:
        codes = [
            code for code, rating in sources.ratings.items() if any(finding.criterion.name == name for finding in rating.unmet)
        ]
        assert (
            wards
            == f"{len(codes)}/{results.count(Result.READY) + results.count(Result.NOT_READY) + results.count(Result.INCOMPLETE)}"
        )
    counts = [int(row[2].split("/")[0]) for row in table.rows]
    assert counts == sorted(counts, reverse=True)


def test_money_is_the_sum_of_the_wards_and_says_which_prices_have_no_evidence(sources):
    brief = write_brief(sources, city_scope(sources.wards))
    costs = [
        sources.costs[code]
        for code, rating in sources.ratings.items()
        if rating.result in (Result.NOT_READY, Result.INCOMPLETE) and sources.costs[code].possible
    ]
    assert (brief.money.capital, brief.money.recurrent) == (
        sum(cost.capital for cost in costs),
        sum(cost.recurrent for cost in costs),
    )
    items = {line.item for cost in costs for line in cost.lines}
    assert section(brief, "Kinh phí cần bổ sung để đáp ứng").note == (
        f"Số tiền là dự kiến: {len(items & sources.without_evidence)}/{len(items)} danh mục dùng đơn giá tham khảo, chưa có căn cứ giá. "
        "Phương án đầu tư tính theo thuế suất và giá gia hạn của từng năm nên có thể khác."
    )
    proven_brief = write_brief(replace(sources, without_evidence=frozenset()), city_scope(sources.wards))
    assert "chưa có căn cứ giá" not in section(proven_brief, "Kinh phí cần bổ sung để đáp ứng").note


def test_the_change_is_the_difference_of_the_two_rounds(sources):
    codes = sorted(code for code, rating in sources.ratings.items() if rating.snapshot)

    @examples(60)
    @given(st.dictionaries(st.sampled_from(codes), st.booleans(), max_size=40))
    def check_change(was_ready):
        ratings_before = {
            code: replace(sources.ratings[code], result=Result.READY if ready else Result.NOT_READY)
            for code, ready in was_ready.items()
        }
        brief = write_brief(replace(sources, before=ratings_before), city_scope(sources.wards))
        is_ready = {code: sources.ratings[code].result is Result.READY for code in was_ready}
        assert {ward.code for ward in brief.change.gained} == {code for code in was_ready if is_ready[code] and not was_ready[code]}
        assert {ward.code for ward in brief.change.lost} == {code for code in was_ready if was_ready[code] and not is_ready[code]}
        change = brief.change
        assert change.ready_before + len(change.gained) - len(change.lost) == change.ready_now
        sentences = section(brief, "Thay đổi so với đợt trước").sentences
        if not was_ready:
            assert sentences == ("Chưa có đợt trước để so.",)
        else:
            ready_counts = sum(was_ready.values()), sum(is_ready.values())
            assert sentences[0] == f"So được {len(was_ready)}/126 đơn vị: đáp ứng {ready_counts[0]} → {ready_counts[1]}."

    check_change()


def test_a_district_names_each_of_its_wards_those_that_are_not_ready_first(sources):
    brief = write_brief(sources, district_scope(sources.wards, "Huyện Ba Vì"))
    rows = section(brief, "Từng xã, phường").table.rows
    wards = [ward for ward in sources.wards if ward.former_district == "Huyện Ba Vì"]
    assert {row[0]: row[1:] for row in rows} == {
        ward.full_name: (sources.ratings[ward.code].result.label, sources.ratings[ward.code].headline) for ward in wards
    }
    ready_flags = [row[1] == Result.READY.label for row in rows]
    assert ready_flags == sorted(ready_flags)


def test_a_ward_tells_what_it_was_and_what_it_is(sources):
    rating = sources.ratings[OTHER_WARD]
    rating_before = replace(rating, result=Result.READY, score=91)
    brief = write_brief(replace(sources, before={OTHER_WARD: rating_before}), ward_scope(ward_of(sources, OTHER_WARD)))
    [sentence] = section(brief, "Thay đổi so với đợt trước").sentences
    assert "đáp ứng, 91 điểm. Nay:" in sentence
    assert f"{rating.result.label.lower()}, {rating.score} điểm." in sentence


@pytest.mark.parametrize(
    ("days", "beginning"),
    [
        (-3, "Quá hạn 3 ngày so với ngày"),
        (0, "Hôm nay là hạn"),
        (1234, "Còn 1.234 ngày đến hạn"),
    ],
)
def test_the_deadline_in_words(sources, days, beginning):
    brief = write_brief(replace(sources, target=sources.on + timedelta(days=days)), city_scope(sources.wards))
    assert content.deadline(brief).startswith(beginning)
    assert f"{content.deadline(brief)}." in section(brief, "Kết quả hiện nay").sentences


def test_the_next_steps_are_the_most_urgent_open_actions(sources):
    brief = write_brief(sources, city_scope(sources.wards))
    due_days = sorted(action.clarities.due for action in sources.actions)[:3]
    assert [step.due for step in brief.steps] == due_days
    assert not brief.is_suggested
    duty_count = sum(duty.count for duty in brief.duties)
    assert duty_count == len(sources.actions)


def test_without_actions_the_steps_are_called_suggestions(sources):
    sources_without_actions = replace(sources, actions=())
    brief = write_brief(sources_without_actions, city_scope(sources.wards))
    suggestions = section(brief, "Gợi ý việc cần làm tiếp")
    assert "chưa phải quyết định" in suggestions.sentences[0]
    unready_codes = [code for code, rating in sources.ratings.items() if rating.result in (Result.NOT_READY, Result.INCOMPLETE)]
    possible_codes = [code for code in unready_codes if sources.costs[code].possible]
    cheapest_code = min(possible_codes, key=lambda code: sources.costs[code].capital + sources.costs[code].recurrent)
    assert suggestions.steps[0].startswith(ward_of(sources, cheapest_code).full_name)
    assert "Ai còn nợ việc gì, đến khi nào" in [part.heading for part in content.sections(brief)]


def test_a_ready_ward_without_actions_gets_no_made_up_step(sources):
    code, rating = next((code, rating) for code, rating in sources.ratings.items() if rating.result is Result.READY)
    perfect_rating = replace(rating, findings=tuple(finding for finding in rating.findings if finding.is_met))
    brief = write_brief(replace(sources, ratings={code: perfect_rating}, actions=()), ward_scope(ward_of(sources, code)))
    assert section(brief, "Gợi ý việc cần làm tiếp").steps == ()
    assert section(brief, "Còn thiếu").sentences == ("Không còn tiêu chí nào chưa đạt.",)


def test_a_ward_without_data_says_so_and_nothing_else(sources):
    code = next(code for code, rating in sources.ratings.items() if rating.snapshot is None)
    brief = write_brief(replace(sources, actions=()), ward_scope(ward_of(sources, code)))
    headings = [part.heading for part in content.sections(brief)]
    assert "Còn thiếu" not in headings
    assert "Kinh phí cần bổ sung để đáp ứng" not in headings
    assert section(brief, "Gợi ý việc cần làm tiếp").steps == ("Hoàn thành và gửi phiếu khảo sát hạ tầng CNTT.",)


def test_no_brief_names_a_criterion_that_would_help_an_attacker(sources):
    secret_names = [criterion.name for criterion in sources.standard.criteria if criterion.is_sensitive]
    assert secret_names
    for variant in (sources, replace(sources, actions=())):
        for scope in all_scopes(sources):
            text = " ".join(sentences_of(write_brief(variant, scope)))
            assert not [name for name in secret_names if name in text], scope.name
            assert "CR-G" not in text


def test_every_brief_is_one_page_and_its_words_can_be_read_out(sources):
    scopes = all_scopes(sources)
    longest_scope = max(scopes, key=lambda scope: len(" ".join(sentences_of(write_brief(sources, scope)))))
    for scope in {
        id(candidate): candidate for candidate in (scopes[0], scopes[1], longest_scope, ward_scope(ward_of(sources, OWN_WARD)))
    }.values():
        brief = write_brief(sources, scope)
        pdf = build_brief(brief, "pdf", AGENCY)
        assert len(PdfReader(BytesIO(pdf)).pages) == 1
        page_text = text_of(pdf)
        for sentence in sentences_of(brief):
            assert sentence in page_text, sentence
        assert "SỐ LIỆU MINH HỌA" in page_text


def test_a_brief_of_long_words_stays_on_its_page(sources):
    long_actions = [
        replace(action, clarities=replace(action.clarities, task="Nâng cấp đường truyền số liệu chuyên dùng " * 20))
        for action in sources.actions
    ]
    ratings_before = {
        code: replace(rating, result=Result.READY if rating.result is Result.NOT_READY else Result.NOT_READY)
        for code, rating in sources.ratings.items()
    }
    ratings_before = {code: rating for code, rating in ratings_before.items() if rating.snapshot}
    brief = write_brief(replace(sources, actions=tuple(long_actions), before=ratings_before), city_scope(sources.wards))
    assert len(PdfReader(BytesIO(build_brief(brief, "pdf", AGENCY))).pages) == 1
    assert section(brief, "Thay đổi so với đợt trước").sentences[1] in text_of(build_brief(brief, "pdf", AGENCY))


def test_without_the_demo_nothing_is_marked(sources):
    brief = write_brief(replace(sources, is_demo=False), city_scope(sources.wards))
    assert "MINH HỌA" not in text_of(build_brief(brief, "pdf", AGENCY))


def test_the_document_reads_back(sources):
    brief = write_brief(sources, district_scope(sources.wards, "Huyện Ba Vì"))
    document = Document(BytesIO(build_brief(brief, "docx", AGENCY)))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [
        paragraph.text for table in document.tables for row in table.rows for cell in row.cells for paragraph in cell.paragraphs
    ]
    document_text = " ".join(" ".join(parts).split())
    for sentence in sentences_of(brief):
        assert sentence in document_text, sentence
    assert document.sections[0].page_width.mm == pytest.approx(210, abs=0.1)


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_equal_briefs_are_equal_files(sources, kind):
    brief = write_brief(sources, city_scope(sources.wards))
    assert build_brief(brief, kind, AGENCY) == build_brief(brief, kind, AGENCY)


def test_a_ward_gets_its_own_brief_only(demo_sign_in):
    officer = demo_sign_in("canbo")
    assert officer.get(f"/briefs/wards/{OWN_WARD}").status_code == 200
    assert officer.get(f"/briefs/files/wards/{OWN_WARD}.pdf").data.startswith(b"%PDF")
    for path in (
        "/briefs/wards/00004",
        "/briefs/files/wards/00004.pdf",
        "/briefs/city",
        "/briefs/files/city.docx",
        "/briefs/districts/huyen-ba-vi",
        "/briefs/files/districts/huyen-ba-vi.pdf",
    ):
        assert officer.get(path).status_code == 404, path
    with ZipFile(BytesIO(officer.get("/briefs/all.docx.zip").data)) as archive:
        assert len(archive.namelist()) == len(listed_wards(officer))


def listed_wards(client):
    page = client.get("/briefs").get_data(as_text=True)
    return {part[:5] for part in page.split("/briefs/wards/")[1:]}


def test_each_download_is_audited(demo_sign_in, demo_session, sources):
    demo_session.rollback()
    leader = demo_sign_in("lanhdao")
    subjects = {
        "/briefs/files/city.pdf": "city",
        "/briefs/files/districts/huyen-ba-vi.docx": "city",
        f"/briefs/files/wards/{OWN_WARD}.pdf": f"ward {OWN_WARD}",
        "/briefs/all.pdf.zip": "city",
    }
    for path in subjects:
        answer = leader.get(path)
        assert answer.status_code == 200
    with ZipFile(BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [name_brief(ward_scope(ward), "pdf") for ward in sources.wards]
    entries = demo_session.scalars(select(AuditEntry).where(AuditEntry.action == "brief:download").order_by(AuditEntry.id))
    assert [(entry.username, entry.subject) for entry in entries] == [("lanhdao", subject) for subject in subjects.values()]


@pytest.mark.parametrize(
    "path", ["/briefs/files/city.odt", "/briefs/all.odt.zip", "/briefs/districts/quan-nao-do", "/briefs/wards/99999"]
)
def test_what_there_is_not_is_no_page(demo_sign_in, path):
    assert demo_sign_in("lanhdao").get(path).status_code == 404


@pytest.mark.long
def test_the_command_writes_every_brief_and_tells_how_far_it_is(demo_app, tmp_path):
    result = demo_app.test_cli_runner().invoke(args=["brief", str(tmp_path / "all")])
    assert result.exit_code == 0, result.output
    assert "Đã ghi 157/157 bản tóm tắt." in result.output
    assert len(list((tmp_path / "all").glob("*.pdf"))) == 157


def test_a_city_without_data_has_a_brief(sources):
    empty_ratings = {code: rating_without_data(code, DEMO_DAY) for code in sources.ratings}
    brief = write_brief(replace(sources, ratings=empty_ratings, before={}, actions=()), city_scope(sources.wards))
    assert "chưa có số liệu" in content.origin(brief)
    assert "126 đơn vị" in section(brief, "Ai còn nợ việc gì, đến khi nào").sentences[0]
    assert build_brief(brief, "pdf", AGENCY)
