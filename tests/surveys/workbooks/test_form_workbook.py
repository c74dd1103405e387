"""The form as a workbook: out, in again, and what is refused."""

import subprocess
import sys
import zipfile
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from accounts.models import AuditEntry
from inventory.snapshots.snapshot import Owner
from portal.uploads import UploadError
from portal.vietnamese import clean_text, fold
from surveys.checks.entries import SubmissionError, entries_of
from surveys.checks.states import AnswerSource, CollectionState
from surveys.models import Submission, SubmissionChange, SubmissionEvent
from surveys.questionnaire.answers.fields import DAY_FORMAT, NumberField
from surveys.questionnaire.evaluation import REASON_FIELD
from surveys.questionnaire.field_names import find_part, is_field_of
from surveys.submissions.rounds import current_round, open_round
from surveys.submissions.submissions import save_fields
from surveys.workbooks.form_import import (
    MAX_ZIP,
    build_submission_form,
    form_header,
    import_form,
    marked_form,
    preview_import,
    read_form,
    unpack_forms,
)
from surveys.workbooks.form_workbook import KEYS, FormHeader, build_form_workbook
from tests.factories.days import DEMO_DAY
from tests.factories.questionnaires import newest_questionnaire, shipped_questionnaire
from tests.factories.snapshots import WARD_CODE
from tests.support.examples import examples
from tests.support.workbooks import fill_in_form

FORM = shipped_questionnaire()
ROOT = Path(__file__).parents[3]


@pytest.fixture
def submission(demo_session):
    return demo_session.scalars(select(Submission).where(Submission.ward_code == WARD_CODE)).one()


def preview_of(session, content, *place):
    return preview_import(session, read_form(content, shipped_questionnaire()), *place)


def test_out_and_in_again_is_an_empty_difference(demo_session, submission):
    preview = preview_of(demo_session, build_submission_form(submission), submission.round, submission)
    assert (preview.taken, preview.refused, preview.disputed) == ((), (), ())
    ward_fields = [
        name
        for name, raw in entries_of(submission).items()
        if raw and FORM.question(name.partition(".")[0].partition("#")[0]).asked_of == "ward"
    ]
    assert preview.same == len(ward_fields) > 50


values = st.one_of(
    st.integers(0, 99_999).map(str),
    st.text(max_size=12).map(str.strip),
    st.sampled_from(["?", "yes", "no", "leased", "1.500", "007", "=1+1", "Hoà", "3,5", "-1"]),
)


@examples(8)
@given(data=st.data())
def test_whatever_was_typed_comes_back_as_it_was(data):
    fields = [
        f"{key}.{part}" if part else key
        for key, part in (
            ("floors", ""),
            ("has_website", ""),
            ("A01", "good"),
            ("A01#3", "year"),
            ("A01", "owner"),
            ("A03", "note"),
            ("internet", "provider"),
            ("internet", "contracted"),
            ("floors", "why"),
        )
    ]
    entries = {field: one_line_of(data.draw(values)) for field in fields}
    if "A01.owner" in entries and entries["A01.owner"] not in ("", "leased"):
        entries["A01.owner"] = ""
    workbook = build_form_workbook(FormHeader(WARD_CODE, "Phường Cửa Nam", 1, "Đợt", FORM.version), FORM, entries)
    book = load_workbook(BytesIO(workbook))
    for row in book[KEYS].iter_rows(min_row=2, values_only=True):
        part = find_part(FORM, row[0])
        entry = (part.field if part else REASON_FIELD).from_cell(book[row[1]][row[2]].value)
        assert entry == entries.get(row[0], ""), row


def one_line_of(text):
    text = "".join(char for char in clean_text(text) if char.isprintable()).strip()
    # What reads as one of our words is that word: nobody types the code of an answer into the other kind of field.
    return "" if fold(text) in ("co", "khong", "chua nam duoc") else text


def test_new_changed_and_refused_are_told_all_at_once_with_their_place(demo_session, submission):
    data = fill_in_form(
        build_submission_form(submission),
        {"lan_seats": 79, "it_officers": 1, "switch_ports": "nhiều", "floors": 3.5, "A03.broken": -2},
    )
    preview = preview_of(demo_session, data, submission.round, submission)
    assert [line.field for line in preview.new] == ["it_officers"]
    assert [line.field for line in preview.changed] == ["lan_seats"]
    refusals = {line.field: line for line in preview.refused}
    assert set(refusals) == {"switch_ports", "floors", "A03.broken"}
    line = refusals["switch_ports"]
    assert (line.sheet, line.after, line.label) == ("Phần C", "nhiều", "Tổng số cổng của các switch truy cập")
    assert line.cell.startswith("B")
    assert "số nguyên" in line.message
    assert "3,5" in refusals["floors"].after
    entries_before = entries_of(submission)
    import_form(demo_session, submission, preview, "Công chức", AnswerSource.WORKBOOK)
    entries_after = entries_of(submission)
    assert {name for name in entries_after if entries_after[name] != entries_before.get(name, "")} == {"it_officers", "lan_seats"}
    sources = demo_session.scalars(
        select(SubmissionChange.source).where(SubmissionChange.submission_id == submission.id, SubmissionChange.after == "79")
    )
    assert list(sources) == [AnswerSource.WORKBOOK.value]


def take_workbook(session, submission, data):
    preview = preview_of(session, data, submission.round, submission)
    import_form(session, submission, preview, "Công chức", AnswerSource.WORKBOOK)


def test_the_same_file_twice_changes_nothing(demo_session, submission):
    data = fill_in_form(build_submission_form(submission), {"it_officers": 2})
    take_workbook(demo_session, submission, data)
    version = submission.version
    second_preview = preview_of(demo_session, data, submission.round, submission)
    assert second_preview.taken == ()
    import_form(demo_session, submission, second_preview, "Công chức", AnswerSource.WORKBOOK)
    assert submission.version == version


def test_what_a_colleague_changed_meanwhile_is_told_and_stays(demo_session, submission):
    data = fill_in_form(build_submission_form(submission), {"lan_seats": 79, "floors": 8})
    save_fields(demo_session, submission, {"lan_seats": "66", "villages": "11"}, entries_of(submission), "Đồng nghiệp")
    preview = preview_of(demo_session, data, submission.round, submission)
    assert [line.field for line in preview.disputed] == ["lan_seats"]
    assert [line.field for line in preview.changed] == ["floors"]
    import_form(demo_session, submission, preview, "Công chức", AnswerSource.WORKBOOK)
    assert (entries_of(submission)["lan_seats"], entries_of(submission)["villages"], entries_of(submission)["floors"]) == (
        "66",
        "11",
        "8",
    )


def test_a_blanked_cell_takes_the_answer_away(demo_session, submission):
    data = fill_in_form(build_submission_form(submission), {"floors": None})
    take_workbook(demo_session, submission, data)
    assert entries_of(submission)["floors"] == ""


def test_the_marked_copy_says_at_the_cell_what_is_wrong_and_can_be_handed_in_again(demo_session, submission):
    data = fill_in_form(build_submission_form(submission), {"switch_ports": "nhiều", "it_officers": 1})
    marked_copy = marked_form(submission, preview_of(demo_session, data, submission.round, submission))
    book = load_workbook(BytesIO(marked_copy))
    comments = [cell.comment.text for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]
    assert len(comments) == 1
    assert "số nguyên" in comments[0]
    second_preview = preview_of(demo_session, fill_in_form(marked_copy, {"switch_ports": 96}), submission.round, submission)
    assert [line.field for line in second_preview.new] == ["it_officers"]
    assert second_preview.refused == ()


def test_only_answers_are_open_and_typed_text_is_no_formula(demo_session, submission):
    save_fields(demo_session, submission, {"A03.note": "=HYPERLINK(1)"}, entries_of(submission), "Công chức")
    book = load_workbook(BytesIO(build_submission_form(submission)))
    open_cells = {
        (sheet.title, cell.coordinate) for sheet in book for row in sheet.iter_rows() for cell in row if not cell.protection.locked
    }
    assert all(sheet.protection.sheet for sheet in book)
    assert open_cells == {(row[1], row[2]) for row in book[KEYS].iter_rows(min_row=2, values_only=True)}
    assert book[KEYS].sheet_state == "veryHidden"
    notes = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)"]
    assert notes and {cell.data_type for cell in notes} == {"s"}
    assert any(check.prompt for sheet in book for check in sheet.data_validations.dataValidation)
    assert "Máy đa năng" in " ".join(str(cell.value) for cell in book["Hướng dẫn"]["A"])


def test_room_for_more_lots_comes_back_as_lots(demo_session, submission):
    data = fill_in_form(build_submission_form(submission), {"A03#2.good": 4, "A03#2.note": "kho cũ"})
    take_workbook(demo_session, submission, data)
    assert entries_of(submission)["A03#2.good"] == "4"
    book = load_workbook(BytesIO(build_submission_form(submission)))
    fields = {row[0] for row in book[KEYS].iter_rows(min_row=2, values_only=True)}
    assert "A03#5.good" in fields
    assert all(is_field_of(field, FORM.question(field.partition(".")[0].partition("#")[0])) for field in fields)


def test_a_day_has_room_in_its_cell():
    book = load_workbook(
        BytesIO(build_form_workbook(FormHeader("00082", "Phường", 1, "Đợt", "2026.2"), newest_questionnaire(), {}))
    )
    days = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.number_format == DAY_FORMAT]
    assert len(days) == 3
    assert min(cell.parent.column_dimensions[cell.column_letter].width for cell in days) >= len("31/12/2026") + 2


def test_forms_of_others_and_no_forms_are_refused(demo_session, submission):
    other_submission = demo_session.scalars(select(Submission).where(Submission.ward_code == "00004")).one()
    with pytest.raises(UploadError, match=r"là phiếu của .* không phải của Phường Cửa Nam"):
        preview_of(demo_session, build_submission_form(other_submission), submission.round, submission)
    second_round = open_round(demo_session, "Đợt hai", DEMO_DAY, DEMO_DAY, "2026.1")
    with pytest.raises(UploadError, match=r"phiếu của Phường Cửa Nam ở đợt “.*”, không phải “Đợt hai”"):
        preview_of(demo_session, build_submission_form(submission), second_round)
    data = build_submission_form(submission)
    submission.round.questionnaire_version = "2027.1"
    with pytest.raises(UploadError, match="Tải lại mẫu"):
        preview_of(demo_session, data, submission.round, submission)


def test_what_was_sent_takes_no_file(demo_session, submission):
    data = fill_in_form(build_submission_form(submission), {"floors": 8})
    submission.state = CollectionState.SENT.value
    with pytest.raises(SubmissionError, match="không nạp tệp được"):
        preview_of(demo_session, data, submission.round, submission)


def test_what_somebody_adds_to_the_hidden_sheet_reaches_no_other_field(demo_session, submission):
    book = load_workbook(BytesIO(build_submission_form(submission)))
    for field in ("tslcd.contracted", "online_files_percent", "khong-co", "A01#999.good", "A01.state", "../x"):
        book[KEYS].append([field, "Phần C", "B5", ""])
    buffer = BytesIO()
    book.save(buffer)
    preview = preview_of(demo_session, buffer.getvalue(), submission.round, submission)
    assert preview.taken == preview.refused == ()


def replace_part(data, part, old_xml, new_xml):
    """The workbook with one of its parts changed."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            text = source.read(name)
            assert name != part or old_xml in text
            archive.writestr(name, text.replace(old_xml, new_xml, 1) if name == part else text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("old_xml", "new_xml"),
    [
        (b"</sheetData>", b"<row>"),
        (b"</sheetData>", b'<row r="900"><c r="A900" t="n"><v>ba</v></c></row></sheetData>'),
        (b"</sheetData>", b'<row r="900"><c r="A900" t="d"><v>ba</v></c></row></sheetData>'),
        (b'<row r="1"', b'<row r="z"'),
        (b'r="A1"', b'r="!!"'),
        (b"<sheetData>", b"<!--" + b"x" * 5000 + b'--><!DOCTYPE a [<!ENTITY b "c">]><sheetData>'),
    ],
)
def test_a_damaged_sheet_is_told_and_is_no_fault_of_ours(demo_session, submission, old_xml, new_xml):
    data = replace_part(build_submission_form(submission), "xl/worksheets/sheet3.xml", old_xml, new_xml)
    with pytest.raises(UploadError, match="Tệp bị hỏng"):
        preview_of(demo_session, data, submission.round, submission)


def test_the_largest_form_that_a_ward_has_comes_back(demo_session, submission):
    parts = {"good": "1", "degraded": "0", "year": "2024", "note": "Phòng một cửa, tầng hai, nhận bàn giao"}
    lots = {f"A01#{number}.{part}": value for number in range(2, 501) for part, value in parts.items()}
    save_fields(demo_session, submission, lots, entries_of(submission), "Công chức")
    preview = preview_of(demo_session, build_submission_form(submission), submission.round, submission)
    assert (preview.taken, preview.refused, preview.disputed) == ((), (), ())


@pytest.mark.parametrize("owner", ["Thuê, mượn", "Thuê  mượn", "thuê mượn"])
def test_the_list_of_owners_gives_what_the_check_takes(demo_session, submission, owner):
    book = load_workbook(BytesIO(build_submission_form(submission)))
    list_ranges = {check.formula1 for check in book["Phần A"].data_validations.dataValidation if check.type == "list"}
    assert list_ranges == {f"{KEYS}!$F$1:$F$3"}
    assert [cell.value for (cell,) in book[KEYS]["F1:F3"]] == [member.label for member in Owner]
    preview = preview_of(
        demo_session, fill_in_form(build_submission_form(submission), {"A03.owner": owner}), submission.round, submission
    )
    assert [(line.after, line.message) for line in (*preview.taken, *preview.refused)] == [("Thuê, mượn", "")]


# Each file is read in a fork, whose memory and time are its own, of one interpreter that has loaded everything already.
READER_SCRIPT = """
import os, resource, sys, time
from surveys.workbooks.form_import import preview_import, read_form
from portal.uploads import UploadError
from portal.vietnamese import fold, clean_text
from portal.errors import WardReadinessError
from tests.factories.questionnaires import shipped_questionnaire
class Round: id, questionnaire_version = 1, "2026.1"
for path in sys.argv[1:]:
    if os.fork():
        if os.wait()[1]:
            sys.exit(f"{path}: the process ended with an error")
        continue
    data = open(path, "rb").read()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    try:
        preview_import(None, read_form(data, shipped_questionnaire()), Round())
        answer = "taken"
    except WardReadinessError as error:
        answer = f"refused {error.message}"
    seconds, kilobytes = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(path, seconds, kilobytes / 1024, answer, sep="\\t")
    sys.exit()
"""


def make_evil_files(folder):
    """Files that would hurt: by name, and how."""
    far_book = Workbook()
    far_book.active["XFD1048576"] = 1
    far_book.save(folder / "far.xlsx")
    rows = b"<row><c><v>1</v></c></row>" * 3_000_000
    buffer = BytesIO()
    Workbook().save(buffer)
    with zipfile.ZipFile(folder / "rows.xlsx", "w", zipfile.ZIP_DEFLATED) as archive, zipfile.ZipFile(buffer) as source:
        for part in source.namelist():
            text = source.read(part)
            archive.writestr(
                part,
                text.replace(b"<sheetData/>", b"<sheetData>" + rows + b"</sheetData>").replace(
                    b"<sheetData></sheetData>", b"<sheetData>" + rows + b"</sheetData>"
                ),
            )
    with zipfile.ZipFile(folder / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("xl/workbook.xml", b" " * 400_000_000)
    with zipfile.ZipFile(folder / "macro.xlsx", "w") as archive, zipfile.ZipFile(buffer) as source:
        for part in source.namelist():
            archive.writestr(part, source.read(part))
        archive.writestr("xl/vbaProject.bin", b"x")
    (folder / "encrypted.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 5000)
    (folder / "empty.xlsx").write_bytes(b"")
    (folder / "text.xlsx").write_text("xin chào", "utf-8")
    buffer.seek(0)
    (folder / "plain.xlsx").write_bytes(buffer.read())
    form = build_form_workbook(FormHeader(WARD_CODE, "x", 1, "y", FORM.version), FORM, {})
    cells = b"".join(b"<c><v>%d</v></c>" % (number % 7919) for number in range(160_000))
    names = b"".join(b'<definedName name="n%d">A1</definedName>' % number for number in range(100_000))
    kinds = b"".join(b'<Override PartName="/x%d" ContentType="a"/>' % number for number in range(100_000))
    for name, part, old_xml, new_xml in (
        ("row", "xl/worksheets/sheet3.xml", b"<sheetData>", b'<sheetData><row r="1">' + cells * 4 + b"</row>"),
        ("names", "xl/workbook.xml", b"</sheets>", b"</sheets><definedNames>" + names + b"</definedNames>"),
        ("kinds", "[Content_Types].xml", b"</Types>", kinds + b"</Types>"),
        ("sheets", "xl/workbook.xml", b"</sheets>", b'<sheet name="x" sheetId="99" r:id="rId1"/>' * 200 + b"</sheets>"),
        ("macro-kind", "[Content_Types].xml", b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"),
    ):
        (folder / f"form-{name}.xlsx").write_bytes(replace_part(form, part, old_xml, new_xml))
    book = load_workbook(BytesIO(form))
    book["Phần A"]["XFD1048576"] = 1
    book.save(folder / "form-far.xlsx")
    return sorted(folder.glob("*.xlsx"))


def test_files_that_would_hurt_are_refused_in_a_sentence_within_two_seconds_and_200_megabytes(tmp_path):
    paths = [str(path) for path in make_evil_files(tmp_path)]
    command = [sys.executable, "-c", READER_SCRIPT, *paths]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert result.returncode == 0, result.stderr[-500:]
    answers = [line.split("\t") for line in result.stdout.splitlines()]
    assert [path for path, *_ in answers] == paths
    for path, seconds, megabytes, answer in answers:
        assert answer.startswith("refused ") and answer.endswith((".", "lại.")), f"{path}: {answer}"
        assert float(seconds) < 2, f"{path}: {seconds} s"
        assert float(megabytes) < 200, f"{path}: {megabytes} MB"


def test_a_zip_of_many_is_looked_over_file_by_file(demo_session, demo_sign_in, submission):
    drafts = list(demo_session.scalars(select(Submission).where(Submission.state == "draft").limit(3)))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for row in drafts:
            archive.writestr(f"phiếu/{row.ward_code}.xlsx", fill_in_form(build_submission_form(row), {"villages": 12}))
        archive.writestr("hỏng.xlsx", b"x")
        archive.writestr("đọc.txt", b"x")
    submission_ids = [row.id for row in drafts]
    demo_session.rollback()
    client = demo_sign_in("thamdinh")
    answer = client.post("/rounds/1/forms", data={"file": (BytesIO(buffer.getvalue()), "phieu.zip")})
    page = BeautifulSoup(answer.data, "html.parser")
    assert "4 tệp, 3 tệp đọc được" in page.get_text()
    content = page.select_one('input[name="content"]')["value"]
    assert content == b64encode(buffer.getvalue()).decode()
    page_text = client.post("/rounds/1/forms", data={"content": content, "do": "take"}, follow_redirects=True).text
    assert "của 3 đơn vị" in page_text or "của 2 đơn vị" in page_text
    demo_session.expire_all()
    assert {entries_of(demo_session.get(Submission, submission_id))["villages"] for submission_id in submission_ids} == {"12"}


def test_a_form_that_was_saved_as_something_else_is_told_by_its_name():
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("Cửa Nam.ods", "b/Ba Đình.XLS", "c.csv", "anh.jpg", "__MACOSX/._c.csv"):
            archive.writestr(name, b"x")
    names = [name for name, _data in unpack_forms(buffer.getvalue())]
    assert names == ["Cửa Nam.ods", "Ba Đình.XLS", "c.csv"]
    for _name, data in unpack_forms(buffer.getvalue()):
        with pytest.raises(UploadError, match=r"lưu thành \.xlsx"):
            read_form(data, shipped_questionnaire())


def test_no_zip_and_too_many_are_told():
    with pytest.raises(UploadError, match=r"không phải \.zip"):
        unpack_forms(b"x")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", b"x")
    with pytest.raises(UploadError, match=r"không có tệp \.xlsx"):
        unpack_forms(buffer.getvalue())
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(151):
            archive.writestr(f"{number}.xlsx", b"x")
    with pytest.raises(UploadError, match="không quá 150"):
        unpack_forms(buffer.getvalue())
    with pytest.raises(UploadError, match="lớn hơn 11 MB"):
        unpack_forms(b"PK" + b"x" * MAX_ZIP)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"{number}.xlsx", b"\0" * 4_000_000)
    with pytest.raises(UploadError, match="quá lớn khi mở ra"):
        unpack_forms(buffer.getvalue())


def test_two_files_of_one_ward_in_a_zip_are_told(demo_session, demo_sign_in, submission):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for villages in (7, 8):
            archive.writestr(
                f"lần {villages}.xlsx",
                fill_in_form(build_submission_form(submission), {"villages": villages, "switch_ports": "nhiều"}),
            )
    submission_id = submission.id
    demo_session.rollback()
    client = demo_sign_in("thamdinh")
    page = client.post("/rounds/1/forms", data={"file": (BytesIO(buffer.getvalue()), "phieu.zip")}).text
    assert "Phường Cửa Nam đã có ở tệp “lần 7.xlsx”. Giữ lại một tệp." in page
    page_text = client.post(
        "/rounds/1/forms", data={"content": b64encode(buffer.getvalue()).decode(), "do": "take"}, follow_redirects=True
    ).text
    assert "Đã nhận 1 ô của 1 đơn vị." in page_text
    assert "1 ô chưa nhận, giữ như cũ." in page_text
    demo_session.expire_all()
    assert entries_of(demo_session.get(Submission, submission_id))["villages"] == "7"


def test_the_pages_rehearse_first_and_then_take_over(demo_session, demo_sign_in, submission):
    submission_id, data = (
        submission.id,
        fill_in_form(build_submission_form(submission), {"it_officers": 1, "switch_ports": "nhiều"}),
    )
    version_before = submission.version
    demo_session.rollback()
    client = demo_sign_in("canbo")
    address = f"/surveys/{submission_id}/form"
    page = BeautifulSoup(client.post(address, data={"file": (BytesIO(data), "phieu.xlsx")}).data, "html.parser")
    assert "Mới xem trước, chưa nhận gì. 1 ô mới, 0 ô đổi" in page.get_text()
    demo_session.expire_all()
    assert demo_session.get(Submission, submission_id).version == version_before
    demo_session.rollback()
    content = page.select_one('input[name="content"]')["value"]
    marked_copy = client.post(address, data={"content": content, "do": "mark"})
    assert load_workbook(BytesIO(marked_copy.data)).sheetnames[0] == "Hướng dẫn"
    page_text = client.post(address, data={"content": content, "do": "take"}, follow_redirects=True).text
    assert "Đã nhận 1 ô từ tệp." in page_text
    assert "1 ô chưa nhận, giữ như cũ." in page_text
    for form in ({}, {"content": "%%"}, {"content": b64encode(b"x").decode(), "do": "take"}):
        assert client.post(address, data=form).status_code == 400


def test_a_download_leaves_its_lines(demo_session, demo_sign_in, submission):
    submission_id = submission.id
    demo_session.rollback()
    answer = demo_sign_in("canbo").get(f"/surveys/{submission_id}/form.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "submission:download-form" in list(demo_session.scalars(select(AuditEntry.action)))
    assert "downloaded" in list(
        demo_session.scalars(select(SubmissionEvent.kind).where(SubmissionEvent.submission_id == submission_id))
    )


def test_the_command_rehearses_and_takes_over(demo_app, demo_session, submission, tmp_path):
    path, submission_id = tmp_path / "phieu.xlsx", submission.id
    path.write_bytes(fill_in_form(build_submission_form(submission), {"it_officers": 1}))
    assert form_header(submission).round_id == current_round(demo_session).id
    demo_session.rollback()
    runner = demo_app.test_cli_runner()
    assert "1 ô mới" in runner.invoke(args=["surveys", "import", "--rehearse", str(path)]).output
    assert entries_of(demo_session.get(Submission, submission_id)).get("it_officers", "") == ""
    demo_session.rollback()
    assert runner.invoke(args=["surveys", "import", str(path)]).exit_code == 0
    demo_session.expire_all()
    assert entries_of(demo_session.get(Submission, submission_id))["it_officers"] == "1"
    demo_session.rollback()
    path.write_bytes(b"x")
    result = runner.invoke(args=["surveys", "import", str(path)])
    assert result.exit_code == 1


@pytest.mark.parametrize(("value", "raw"), [(True, "yes"), (3.0, "3"), (1e20, "1e+20"), (float("nan"), "nan")])
def test_odd_cells_are_read_as_text(value, raw):
    assert NumberField(maximum=100).from_cell(value) == raw
    assert NumberField(maximum=100).to_cell("007") == "007"
