"""Pages of what takes long: who asked sees how it stands and gets what it came to, nobody else does."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from openpyxl import Workbook
from sqlalchemy import select

from accounts import stand_ins, users_import
from accounts.identity import Role
from accounts.models import AuditEntry, User
from portal.clock import now, today
from portal.database import session_scope
from portal.jobs.storage import FILE
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import client_of
from tests.support.jobs import do_jobs, waiting_queue

PLAN_FILE = "/plans/1/workbooks-by-source.zip"


def table_of_people(*names):
    book = Workbook()
    book.active.append(["Tên đăng nhập", "Họ và tên", "Vai trò", "Mã xã, phường"])
    for name in names:
        book.active.append([name, f"Người {name}", "Công chức xã, phường", "00070"])
    book.save(buffer := BytesIO())
    return buffer.getvalue()


def import_people(client, *names):
    """Send a table and have its accounts created; the page of the job."""
    answer = client.post("/users/import", data={"file": (BytesIO(table_of_people(*names)), "bang.xlsx"), "do": "take"})
    assert answer.status_code == 302, answer.text
    return answer.location


def look(app, query):
    with session_scope(app.extensions["engine"], writes=False) as session:
        return list(session.scalars(query))


class TestFile:
    """The page of a plan leads to the page of a job, and from there to the file."""

    @pytest.fixture
    def queue(self, demo_app, tmp_path):
        with waiting_queue(demo_app, tmp_path) as queue:
            yield queue

    def test_it_is_waited_for_and_sent_where_it_was_asked_for(self, demo_app, demo_sign_in, queue):
        planner = demo_sign_in("taichinh")
        answer = planner.get(PLAN_FILE)
        assert answer.status_code == 302
        page = planner.get(answer.location)
        assert "Sổ tính từng nguồn vốn" in page.text
        assert "Đang chờ đến lượt." in page.text
        assert 'http-equiv="refresh"' in page.text
        state = planner.get(f"{answer.location}/state").json
        assert state == {"is_open": True, "done": 0, "total": 0, "text": "Đang chờ đến lượt.", "leads_on": False}
        do_jobs(queue)
        state = planner.get(f"{answer.location}/state").json
        assert (state["is_open"], state["text"], state["leads_on"]) == (False, "Đã xong.", True)
        page = planner.get(answer.location).text
        assert f'href="{PLAN_FILE}"' in page
        assert 'http-equiv="refresh"' not in page
        of_downloads = select(AuditEntry).where(AuditEntry.action == "plan:download-parts")
        assert look(demo_app, of_downloads) == []
        file = planner.get(PLAN_FILE)
        assert file.data.startswith(b"PK")
        [entry] = look(demo_app, of_downloads)
        assert (entry.username, entry.subject, entry.after["files"]) == ("taichinh", "plan 1", 2)
        assert planner.get(PLAN_FILE).data == file.data

    def test_nobody_else_knows_of_it_and_who_manages_accounts_gets_no_file(self, demo_sign_in, queue):
        address = demo_sign_in("taichinh").get(PLAN_FILE).location
        other = demo_sign_in("thamdinh")
        for path in (address, f"{address}/state", "/jobs/0123456789abcdef"):
            assert other.get(path).status_code == 404
        assert other.post(f"{address}/cancel").status_code == 404
        assert address not in other.get("/jobs").text
        assert address in demo_sign_in("taichinh").get("/jobs").text
        do_jobs(queue)
        administrator = demo_sign_in("quantri")
        assert address in administrator.get("/jobs").text
        page = administrator.get(address).text
        assert "Người gửi:" in page
        assert PLAN_FILE not in page
        assert not administrator.get(f"{address}/state").json["leads_on"]
        assert administrator.get(PLAN_FILE).status_code == 404

    def test_it_is_cancelled_and_asked_for_again(self, demo_sign_in, queue):
        planner = demo_sign_in("taichinh")
        address = planner.get(PLAN_FILE).location
        page = planner.post(f"{address}/cancel", follow_redirects=True).text
        assert "Đã hủy." in page
        assert f'href="{PLAN_FILE}"' in page
        assert planner.get(PLAN_FILE).location != address

    def test_a_plan_that_is_not_there_makes_no_job(self, demo_sign_in, queue):
        planner = demo_sign_in("taichinh")
        for path in ("/plans/999/workbook.xlsx", "/plans/999/workbooks-by-ward.zip", "/plans/1/workbook.xlsx?kind=thu"):
            assert planner.get(path).status_code == 404
        assert "Chưa có yêu cầu nào" in planner.get("/jobs").text

    def test_another_plan_is_another_file(self, demo_sign_in, queue):
        planner, kinds = demo_sign_in("taichinh"), ("", "?kind=report")
        assert len({planner.get(f"/plans/1/workbook.xlsx{kind}").location for kind in kinds}) == 2
        assert planner.get("/plans/1/workbook.xlsx?kind=proposal").location == planner.get("/plans/1/workbook.xlsx").location

    def test_what_one_may_see_is_part_of_the_question(self, demo_sign_in, queue):
        leader, officer = demo_sign_in("lanhdao"), demo_sign_in("canbo")
        assert "/jobs/" in leader.get("/briefs/all.pdf.zip").location
        # A few are made at once.
        assert officer.get("/briefs/all.pdf.zip").data.startswith(b"PK")
        do_jobs(queue)
        assert officer.get("/briefs/all.pdf.zip").data != leader.get("/briefs/all.pdf.zip").data


class TestImport:
    """Accounts are created by a worker, and their slips shown to whoever asked, for an hour."""

    @pytest.fixture
    def queue(self, app, tmp_path):
        with waiting_queue(app, tmp_path) as queue:
            yield queue

    def test_its_slips_are_for_whoever_asked_until_they_are_printed(self, app, sign_in, queue, tmp_path, caplog):
        administrator, other = sign_in(Role.ADMINISTRATOR), sign_in(Role.ADMINISTRATOR, username="nguoi-khac")
        address = import_people(administrator, "thu.ha", "duc.anh")
        do_jobs(queue)
        slips = address.replace("/jobs/", "/users/slips/")
        page = administrator.get(slips).text
        passwords = re.findall(r"Mật khẩu một lần: <code>([^<]+)</code>", page)
        assert len(passwords) == 2
        assert f'href="{slips}"' in administrator.get(address).text
        assert other.get(slips).status_code == 404
        assert other.post(f"{slips}/printed").status_code == 404
        assert other.get(address).status_code == 200
        known = b"".join(path.read_bytes() for path in tmp_path.glob("*") if path.is_file()) + caplog.text.encode()
        assert (tmp_path / FILE).exists()
        assert not any(password.encode() in known for password in passwords), "a password lies outside its file"
        [entry] = look(app, select(AuditEntry).where(AuditEntry.action == "account:import"))
        assert (entry.username, entry.address, entry.after) == ("nguoi-administrator", "127.0.0.1", {"accounts": 2})
        administrator.post(f"{slips}/printed")
        gone = administrator.get(slips)
        assert gone.status_code == 404
        assert "đã xóa sau khi in" in gone.text
        assert list(queue.folder.glob("*")) == []

    def test_they_are_gone_after_an_hour(self, sign_in, queue):
        with time_machine.travel(now(), tick=False) as clock:
            administrator = sign_in(Role.ADMINISTRATOR)
            slips = import_people(administrator, "thu.ha").replace("/jobs/", "/users/slips/")
            do_jobs(queue)
            assert [path.name for path in queue.folder.glob("*")] == [queue.ledger.list()[0].result.sha256], "the table is kept"
            clock.shift(timedelta(minutes=59))
            assert administrator.get(slips).status_code == 200
            clock.shift(timedelta(minutes=1))
            assert administrator.get(slips).status_code == 404
            queue.prune()
            assert list(queue.folder.glob("*")) == []

    def test_what_became_wrong_meanwhile_creates_nothing(self, app, sign_in, queue):
        administrator = sign_in(Role.ADMINISTRATOR)
        address = import_people(administrator, "thu.ha", "duc.anh")
        with session_scope(app.extensions["engine"], writes=True) as session:
            create_user(session, "duc.anh", "Người khác", Role.LEADER, password=PASSWORD)
        do_jobs(queue)
        page = administrator.get(address).text
        assert "Dòng 3: Đã có tài khoản “duc.anh”." in page
        assert 'href="/users/import"' in page
        assert look(app, select(User).where(User.username == "thu.ha")) == []

    def test_slips_of_accounts_that_were_not_created_are_not_kept(self, app, sign_in, queue, monkeypatch):
        def refuse(*_arguments):
            raise users_import.UploadError("Có người vừa tạo tài khoản ấy.")

        monkeypatch.setattr(users_import, "import_users", refuse)
        address = import_people(sign_in(Role.ADMINISTRATOR), "thu.ha")
        before = set(queue.folder.glob("*"))
        do_jobs(queue)
        assert "Có người vừa tạo" in sign_in(Role.ADMINISTRATOR).get(address).text
        assert set(queue.folder.glob("*")) == before

    def test_it_is_cancelled_between_two_passwords(self, app, sign_in, queue, monkeypatch):
        administrator = sign_in(Role.ADMINISTRATOR)
        address = import_people(administrator, "thu.ha", "duc.anh")

        def make_and_cancel(make=users_import.make_credentials):
            administrator.post(f"{address}/cancel")
            return make()

        monkeypatch.setattr(users_import, "make_credentials", make_and_cancel)
        monkeypatch.setattr("portal.jobs.run.PAUSE", timedelta())
        do_jobs(queue)
        assert "Yêu cầu đã được hủy." in administrator.get(address).text
        assert look(app, select(User.username)) == ["nguoi-administrator"]


def test_a_deputy_gets_what_they_asked_for_in_the_place_of_the_absent_and_loses_it_with_the_stand_in(app, session, tmp_path):
    create_user(session, "vang.mat", "Lê Vắng Mặt", Role.PLANNER, password=PASSWORD)
    create_user(session, "lam.thay", "Trần Làm Thay", Role.REVIEWER, password=PASSWORD)
    absent, deputy = (session.scalars(select(User).where(User.username == name)).one() for name in ("vang.mat", "lam.thay"))
    row = stand_ins.create_stand_in(session, absent, deputy, today(), today(), "QĐ 1", "quan.tri")
    number, absent_id = row.id, absent.id
    session.commit()
    with waiting_queue(app, tmp_path) as queue:
        client = client_of(app, "lam.thay")
        assert client.get(PLAN_FILE).status_code == 404
        client.post(f"/account/acting/{number}")
        first, second = client.get(PLAN_FILE).location, client.get("/plans/1/workbook.xlsx").location
        assert first != second
        task = queue.huey.dequeue()
        queue.huey.execute(task)
        assert client.get(PLAN_FILE).data.startswith(b"PK")
        stand_ins.end_stand_in(session, number, absent_id)
        session.commit()
        do_jobs(queue)
        assert client.get(first).status_code == 404
        states = {job.id: job for job in queue.ledger.list()}
        assert "hết ủy quyền" in states[second.rpartition("/")[2]].lines[0]
