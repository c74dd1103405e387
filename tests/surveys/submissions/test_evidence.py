"""Evidence beside an answer: what is taken, what is refused, who gets it, and what stays when it goes."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from accounts.models import AuditEntry
from portal import file_store
from portal.checked_files import FileError, check_file, clean_name
from portal.database import session_scope
from portal.kept_files import keep_file
from surveys.models import Evidence, Submission
from surveys.submissions.evidence import MAX_FILES
from surveys.views import evidence as views
from tests.factories.questionnaires import shipped_questionnaire

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF\n"
OPEN_WARD, OTHER_WARD = "00082", "00004"


def picture(kind="JPEG", size=(40, 30), **options):
    buffer = BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind, **options)
    return buffer.getvalue()


def find_submission_id(session, ward=OPEN_WARD):
    identifier = session.scalars(select(Submission.id).where(Submission.ward_code == ward)).one()
    session.rollback()
    return identifier


def attach(client, submission_id, data, name="anh.jpg", question="internet", section="D"):
    form = {"question": question, "file": (BytesIO(data), name)}
    return client.post(f"/surveys/{submission_id}/sections/{section}/evidence", data=form, follow_redirects=True)


def evidence_rows(session):
    rows = list(session.scalars(select(Evidence).order_by(Evidence.id)))
    # A session that goes on holding the database would keep the pages from writing.
    session.expunge_all()
    session.rollback()
    return rows


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_nothing_of_the_camera(kind):
    exif = Image.Exif()
    exif[0x010F] = "May anh bi mat"
    # Where some programs leave words of their own.
    words = {} if kind == "PNG" else {"icc_profile": b"Ten nguoi chup"}
    content = picture(kind, exif=exif, **words, **({"comment": b"Ten nguoi chup"} if kind == "JPEG" else {}))
    assert b"May anh bi mat" in content and (b"Ten nguoi chup" in content) is bool(words)
    checked_file = check_file(content + b"<script>behind</script>")
    assert not [word for word in (b"May anh bi mat", b"Ten nguoi chup", b"<script>") if word in checked_file.data]
    assert Image.open(BytesIO(checked_file.data)).size == (40, 30)


def test_the_picture_of_a_phone_that_keeps_two_in_one_is_taken(demo_sign_in, demo_session):
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (20, 10), "blue")])
    assert Image.open(BytesIO(buffer.getvalue())).format == "MPO"
    assert check_file(buffer.getvalue()).media_type == "image/jpeg"
    submission_id = find_submission_id(demo_session)
    assert "Đã đính kèm tệp “tủ mạng.jpg”." in attach(demo_sign_in("canbo"), submission_id, buffer.getvalue(), "tủ mạng.mpo").text


@pytest.mark.parametrize(("orientation", "size"), [(1, (40, 30)), (3, (40, 30)), (6, (30, 40)), (8, (30, 40)), (99, (40, 30))])
def test_a_picture_stands_upright(orientation, size):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert Image.open(BytesIO(check_file(picture(exif=exif)).data)).size == size


def test_a_damaged_picture_is_taken_or_told_whatever_the_damage():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "May anh", {1: "N", 2: (21.0, 2.0, 0.0)}
    whole_picture = picture(exif=exif)
    refusal_count = 0
    for index in range(min(len(whole_picture), 400)):
        for value in (0, 1, 7, 255):
            damaged_picture = bytearray(whole_picture)
            damaged_picture[index] = value
            try:
                check_file(bytes(damaged_picture))
            except FileError:
                refusal_count += 1
    assert refusal_count


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Hãy chọn một tệp"),
        (b"<html><script>alert(1)</script></html>", "không phải ảnh"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "không phải ảnh"),
        (b"GIF89a" + b"\x00" * 40, "không phải ảnh"),
        (picture()[:200], "không phải ảnh"),
        (b"%PDF-1.4\nno end", "thiếu phần cuối"),
        (b"%PDF-" + b"x" * (10 * 1024 * 1024), "lớn hơn 10 MB"),
    ],
)
def test_what_is_no_sound_file_is_refused(data, message):
    with pytest.raises(FileError, match=message):
        check_file(data)


@pytest.mark.parametrize("size", [(10_000, 5_000), (12_000, 10_000), (20_000, 10_000)])
def test_a_picture_of_too_many_points_is_refused(size):
    buffer = BytesIO()
    Image.new("1", size).save(buffer, "PNG")
    with pytest.raises(FileError, match="40 triệu"):
        check_file(buffer.getvalue())


@pytest.mark.parametrize(
    ("raw_name", "name"),
    [
        ("../../etc/passwd.png", "passwd.pdf"),
        ("C:\\anh\\bien ban.pdf", "bien ban.pdf"),
        ('a"b\r\nSet-Cookie x.html', "abSet-Cookie x.pdf"),
        ("Ảnh chụp tủ mạng.PDF", "Ảnh chụp tủ mạng.pdf"),
        ("..", "tep.pdf"),
    ],
)
def test_a_name_is_only_a_name(raw_name, name):
    assert clean_name(raw_name, "application/pdf") == name


@pytest.mark.parametrize("location", ["memory://kho", "folder"])
def test_the_store_gives_back_what_it_was_given(location, tmp_path):
    url = str(tmp_path / "kho") if location == "folder" else location
    file_store.put(url, "abc", b"123")
    assert file_store.get(url, "abc") == b"123"
    with pytest.raises(file_store.StoreError):
        file_store.get(url, "nothing")


def test_a_file_stands_beside_the_answer_for_officer_and_reviewer_and_leaves_as_a_download(demo_sign_in, demo_session):
    submission_id = find_submission_id(demo_session)
    officer, reviewer = demo_sign_in("canbo"), demo_sign_in("thamdinh")
    assert "Đã đính kèm tệp “bien ban.pdf”" in attach(officer, submission_id, PDF, "bien ban.html").text
    (row,) = evidence_rows(demo_session)
    assert "bien ban.pdf" in officer.get(f"/surveys/{submission_id}/sections/D").text
    assert "bien ban.pdf" in reviewer.get(f"/review/{submission_id}").text
    answer = reviewer.get(f"/surveys/{submission_id}/evidence/{row.id}.file")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    actions = set(demo_session.scalars(select(AuditEntry.action)))
    assert {"evidence:attach", "evidence:download"} <= actions


def test_another_wards_file_is_not_there(demo_sign_in, demo_session):
    submission_id, other_id = find_submission_id(demo_session), find_submission_id(demo_session, OTHER_WARD)
    officer = demo_sign_in("canbo")
    attach(officer, submission_id, PDF)
    (row,) = evidence_rows(demo_session)
    assert officer.get(f"/surveys/{other_id}/evidence/{row.id}.file").status_code == 404
    assert demo_sign_in("thamdinh").get(f"/surveys/{other_id}/evidence/{row.id}.file").status_code == 404


def test_what_is_removed_keeps_its_line_and_only_an_open_submission_gives_it_up(demo_sign_in, demo_session):
    submission_id = find_submission_id(demo_session)
    officer = demo_sign_in("canbo")
    attach(officer, submission_id, PDF)
    attach(officer, submission_id, PDF)
    first, second = evidence_rows(demo_session)
    address = f"/surveys/{submission_id}/sections/D/evidence"
    assert "Đã gỡ tệp" in officer.post(f"{address}/{first.id}/remove", follow_redirects=True).text
    assert officer.get(f"/surveys/{submission_id}/evidence/{first.id}.file").status_code == 404
    demo_session.get(Submission, submission_id).state = "sent"
    demo_session.commit()
    assert "không sửa được" in officer.post(f"{address}/{second.id}/remove", follow_redirects=True).text
    assert "không sửa được" in attach(officer, submission_id, PDF).text
    first, second = evidence_rows(demo_session)
    assert first.removed_at and first.removed_by and second.removed_at is None


def test_a_form_that_is_sent_while_a_file_is_stored_does_not_take_it(demo_app, demo_sign_in, demo_session, monkeypatch):
    submission_id = find_submission_id(demo_session)

    def keep(*arguments):
        with session_scope(demo_app.extensions["engine"], writes=True) as session:
            session.get_one(Submission, submission_id).state = "sent"
        return keep_file(*arguments)

    monkeypatch.setattr(views, "keep_file", keep)
    assert "không sửa được" in attach(demo_sign_in("canbo"), submission_id, PDF).text
    assert evidence_rows(demo_session) == []


def test_what_the_city_answers_takes_no_file_of_a_ward(demo_sign_in, demo_session):
    page = attach(demo_sign_in("canbo"), find_submission_id(demo_session), PDF, question="tslcd").text
    assert "Hãy chọn câu hỏi mà tệp này chứng minh." in page
    assert evidence_rows(demo_session) == []


def test_one_file_too_many_is_told(demo_sign_in, demo_session):
    submission_id = find_submission_id(demo_session)
    officer = demo_sign_in("canbo")
    for _ in range(MAX_FILES):
        attach(officer, submission_id, PDF)
    assert "đã có 20 tệp" in attach(officer, submission_id, PDF).text
    assert len(evidence_rows(demo_session)) == MAX_FILES


def test_attaching_and_removing_without_end_is_bounded(demo_sign_in, demo_session, monkeypatch):
    monkeypatch.setattr("surveys.submissions.evidence.MAX_FILES_EVER", 2)
    submission_id, client = find_submission_id(demo_session), demo_sign_in("canbo")
    for _ in range(2):
        attach(client, submission_id, PDF, "a.pdf")
        newest_id = evidence_rows(demo_session)[-1].id
        client.post(f"/surveys/{submission_id}/sections/D/evidence/{newest_id}/remove")
    assert "kể cả tệp đã gỡ" in attach(client, submission_id, PDF, "a.pdf").text
    assert len(evidence_rows(demo_session)) == 2


def test_the_name_behind_a_sensitive_answer_stays_out_of_the_audit_trail(demo_sign_in, demo_session):
    submission_id = find_submission_id(demo_session)
    section, question = next(
        (part, candidate) for part in shipped_questionnaire().sections for candidate in part.questions if candidate.sensitive
    )
    attach(demo_sign_in("canbo"), submission_id, PDF, "mat-khau-tuong-lua.pdf", question.key, section.code)
    (row,) = evidence_rows(demo_session)
    assert row.name == "mat-khau-tuong-lua.pdf"
    lines = [str((line.before, line.after)) for line in demo_session.scalars(select(AuditEntry))]
    assert not [line for line in lines if "tuong-lua" in line]
