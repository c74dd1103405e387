"""Only who is late is reminded, once a day, and each letter is written down."""

import email
import email.policy
import socketserver
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import select, update

from accounts.identity import Role
from accounts.models import AuditEntry, User, UserWard
from portal.database import session_scope
from portal.errors import SettingError
from portal.mail import is_address, send_mail
from portal.settings import read_settings
from surveys.checks.states import CollectionState
from surveys.models import Reminder, Submission
from surveys.review.reminders import build_digests, list_late_wards, send_reminders
from surveys.submissions.rounds import current_round, open_round
from tests.factories.actions import assign_action, make_owner
from tests.factories.days import DEMO_DAY
from tests.factories.users import PASSWORD, create_user
from tests.support.examples import examples
from tests.support.jobs import do_jobs, waiting_queue


@pytest.fixture
def late_city(app, session, tmp_path):
    """A round that is four days late, with officers of three wards; the second has no address, the third two wards."""
    open_round(session, "Đợt thử", DEMO_DAY, DEMO_DAY, "2026.1")
    for name, wards, address in (
        ("mot", ["00070"], "mot@example.org"),
        ("hai", ["00082"], ""),
        ("ba", ["00091", "00004"], "ba@example.org"),
    ):
        create_user(session, f"can.bo.{name}", f"Công chức {name}", Role.OFFICER, wards, password=PASSWORD, email=address)
    create_user(session, "can.bo.khoa", "Đã khóa", Role.OFFICER, ["00070"], password=PASSWORD, email="khoa@example.org")
    session.scalars(select(User).where(User.username == "can.bo.khoa")).one().is_active = False
    session.commit()
    return replace(app.config["SETTINGS"], mail_folder=tmp_path / "mail")


DAY = DEMO_DAY + timedelta(days=4)


def letters(settings):
    files = settings.mail_folder.glob("*.eml") if settings.mail_folder.exists() else ()
    return {
        message["To"]: message
        for message in (email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files)
    }


@pytest.mark.both_databases
def test_who_is_late_gets_one_letter_with_all_wards_and_others_none(app, session, late_city):
    round_id = current_round(session).id
    session.rollback()
    result = send_reminders(app.extensions["engine"], round_id, late_city, DAY)
    assert (result.sent_count, result.failures) == (2, ())
    messages = letters(late_city)
    assert set(messages) == {"mot@example.org", "ba@example.org"}
    text = messages["ba@example.org"].get_content()
    assert text.count("quá hạn 4 ngày") == 2
    assert "http://127.0.0.1:8000/surveys/" in text
    assert messages["mot@example.org"]["Subject"] == "Nhắc gửi phiếu khảo sát hạ tầng CNTT"
    session.rollback()
    rows = list(session.scalars(select(Reminder)))
    assert sorted(row.address for row in rows) == ["ba@example.org", "mot@example.org"]
    assert all(row.text for row in rows)


@pytest.mark.both_databases
def test_four_who_press_at_once_remind_once(app, session, late_city):
    round_id = current_round(session).id
    session.rollback()
    with ThreadPoolExecutor(4) as pool:
        sent_counts = list(
            pool.map(lambda _number: send_reminders(app.extensions["engine"], round_id, late_city, DAY).sent_count, range(4))
        )
    assert sum(sent_counts) == 2
    assert len(list(late_city.mail_folder.glob("*.eml"))) == 2
    assert send_reminders(app.extensions["engine"], round_id, late_city, DAY).sent_count == 0
    assert send_reminders(app.extensions["engine"], round_id, late_city, DAY + timedelta(days=1)).sent_count == 2


def lines_for(session, *usernames):
    """A source of lines for these accounts, as another package hands it in."""
    user_ids = session.scalars(select(User.id).where(User.username.in_(usernames))).all()
    return lambda _session, _day: dict.fromkeys(user_ids, ("Việc cần làm:", "- mua máy in"))


@pytest.mark.both_databases
def test_what_others_have_to_tell_goes_into_the_same_letter_and_nobody_gets_two(app, session, late_city):
    create_user(session, "chuyen.vien", "Chuyên viên", Role.PLANNER, (), password=PASSWORD, email="cv@example.org")
    session.commit()
    extra_lines, round_id = lines_for(session, "can.bo.mot", "chuyen.vien"), current_round(session).id
    session.rollback()
    for attempt in range(2):
        result = send_reminders(app.extensions["engine"], round_id, late_city, DAY, extra_lines)
        assert (result.sent_count, result.failures) == (0 if attempt else 3, ())
    messages = letters(late_city)
    assert len(list(late_city.mail_folder.glob("*.eml"))) == len(messages) == 3
    combined_letter, survey_letter, action_letter = (messages[f"{name}@example.org"] for name in ("mot", "ba", "cv"))
    assert "quá hạn 4 ngày" in combined_letter.get_content()
    assert "- mua máy in" in combined_letter.get_content()
    assert "máy in" not in survey_letter.get_content()
    assert "phiếu khảo sát" not in action_letter.get_content()
    assert [letter["Subject"] for letter in (combined_letter, action_letter)] == [
        "Nhắc gửi phiếu khảo sát hạ tầng CNTT",
        "Nhắc việc cần làm",
    ]


def test_a_closed_account_is_told_nothing_and_a_ward_counts_as_told_by_its_officer_only(session, late_city):
    create_user(session, "lanh.dao", "Lãnh đạo", Role.WARD_HEAD, ["00004"], password=PASSWORD, email="ld@example.org")
    session.flush()
    extra_lines = lines_for(session, "can.bo.khoa", "lanh.dao")
    digests, unreached_wards = build_digests(session, current_round(session), late_city, DAY, extra_lines)
    assert [digest.full_name for digest in digests] == ["Công chức ba", "Công chức hai", "Công chức mot", "Lãnh đạo"]
    assert digests[-1].wards == ()
    assert "00004" not in [late_ward.ward.code for late_ward in unreached_wards]


def test_nobody_is_late_on_the_last_day(app, session, late_city):
    assert list_late_wards(session, current_round(session), DEMO_DAY) == ()
    assert send_reminders(app.extensions["engine"], current_round(session).id, late_city, DEMO_DAY).sent_count == 0


@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(states=st.lists(st.sampled_from(list(CollectionState)), min_size=4, max_size=4), days=st.integers(-2, 30))
def test_nobody_who_has_sent_is_ever_reminded(app, late_city, states, days):
    codes = ("00070", "00082", "00091", "00004")
    with session_scope(app.extensions["engine"], writes=True) as session:
        for code, state in zip(codes, states, strict=True):
            session.execute(update(Submission).where(Submission.ward_code == code).values(state=state.value))
    late_codes = {code for code, state in zip(codes, states, strict=True) if state.is_open}
    with session_scope(app.extensions["engine"], writes=False) as session:
        digests, _unreached_wards = build_digests(session, current_round(session), late_city, DEMO_DAY + timedelta(days=days))
        reminded_codes = [late_ward.ward.code for digest in digests for late_ward in digest.wards]
    assert set(reminded_codes) == (late_codes if days > 0 else set())
    assert len(reminded_codes) == len(set(reminded_codes))


def test_a_ward_that_was_let_in_again_is_left_in_peace(session, late_city):
    submission = session.scalars(select(Submission).where(Submission.ward_code == "00070")).one()
    submission.reopened_until = DAY
    assert "00070" not in [late_ward.ward.code for late_ward in list_late_wards(session, current_round(session), DAY)]
    assert "00070" in [
        late_ward.ward.code for late_ward in list_late_wards(session, current_round(session), DAY + timedelta(days=1))
    ]


def test_a_closed_round_asks_nobody(session, late_city):
    survey_round = current_round(session)
    survey_round.is_closed = True
    assert list_late_wards(session, survey_round, DAY) == ()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("sent_codes", "reminded_codes"), [((), ["00070", "00082"]), (("00070",), ["00082"]), (("00070", "00082"), None)]
)
def test_who_sends_while_letters_go_out_is_not_reminded_of_it(app, session, late_city, monkeypatch, sent_codes, reminded_codes):
    officer = session.scalars(select(User).where(User.username == "can.bo.mot")).one()
    officer.wards.append(UserWard(ward_code="00082"))
    round_id = current_round(session).id
    session.commit()
    texts = {}

    def send_slowly(_settings, address, _subject, text):
        with session_scope(app.extensions["engine"], writes=True) as other_session:
            other_session.execute(update(Submission).where(Submission.ward_code.in_(sent_codes)).values(state="sent"))
        texts[address] = text

    monkeypatch.setattr("surveys.review.reminders.send_mail", send_slowly)
    assert send_reminders(app.extensions["engine"], round_id, late_city, DAY).sent_count == (2 if reminded_codes else 1)
    assert next(iter(texts)) == "ba@example.org"
    assert texts.get("mot@example.org", "").count("quá hạn 4 ngày") == len(reminded_codes or ())
    stored_codes = session.scalars(select(Reminder.wards).where(Reminder.address == "mot@example.org")).first()
    assert stored_codes == reminded_codes


class MailHandler(socketserver.StreamRequestHandler):
    """As much of SMTP as one letter needs. ``refused_addresses`` get a 550."""

    received, refused_addresses = [], set()

    def handle(self):
        self.say("220 post")
        is_refused = False
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                is_refused = any(address in line for address in self.refused_addresses)
                self.say("550 no such person" if is_refused else "250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += self.rfile.readline()
                self.received.append(body)
                self.say("250 ok")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def smtp_url():
    MailHandler.received, MailHandler.refused_addresses = [], set()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailHandler) as mail_server:
        threading.Thread(target=mail_server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{mail_server.server_address[1]}"
        mail_server.shutdown()


def test_a_letter_goes_by_smtp_and_one_that_is_refused_is_told_and_can_be_sent_again(app, session, late_city, smtp_url):
    MailHandler.refused_addresses = {"mot@example.org"}
    settings, round_id = replace(late_city, smtp_url=smtp_url), current_round(session).id
    session.rollback()
    result = send_reminders(app.extensions["engine"], round_id, settings, DAY)
    assert result.sent_count == 1
    assert "Chưa gửi được thư tới mot@example.org" in result.failures[0]
    assert not late_city.mail_folder.exists()
    assert b"To: ba@example.org" in MailHandler.received[0]
    MailHandler.refused_addresses = set()
    assert send_reminders(app.extensions["engine"], round_id, settings, DAY).sent_count == 1


def test_a_server_that_is_away_costs_nobody_the_reminder(app, session, late_city):
    settings, round_id = replace(late_city, smtp_url="smtp://127.0.0.1:1"), current_round(session).id
    session.rollback()
    assert len(send_reminders(app.extensions["engine"], round_id, settings, DAY).failures) == 2
    session.rollback()
    assert session.scalars(select(Reminder)).all() == []


def test_a_folder_that_takes_no_letters_is_told_and_costs_nobody_the_reminder(app, session, late_city, tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings, round_id = replace(late_city, mail_folder=tmp_path / "file"), current_round(session).id
    session.rollback()
    failures = send_reminders(app.extensions["engine"], round_id, settings, DAY).failures
    assert len(failures) == 2
    assert "MAIL_FOLDER" in failures[0]
    assert session.scalars(select(Reminder)).all() == []


def test_the_page_lists_whom_to_write_and_whom_to_call(app, session, sign_in, late_city):
    app.config["SETTINGS"] = late_city
    round_id = current_round(session).id
    session.rollback()
    client = sign_in(Role.REVIEWER)
    page = client.get(f"/rounds/{round_id}/reminders").text
    assert "Gửi 2 thư nhắc hôm nay" in page
    assert "chưa có thư điện tử: chép tin dưới đây" in page
    assert "Quá hạn mà chưa có tài khoản công chức nào phụ trách" in page
    page_text = client.post(f"/rounds/{round_id}/reminders", follow_redirects=True).text
    assert "Đã gửi 2 thư nhắc" in page_text
    assert "- Phường Hoàn Kiếm: quá hạn" in page_text.partition("Đã nhắc trong đợt này")[2]
    officer_id = str(session.scalars(select(User.id).where(User.username == "can.bo.hai")).one())
    session.rollback()
    for sentence in ("Đã ghi là đã nhắn cho Công chức hai", "hôm nay đã được nhắc"):
        assert (
            sentence in client.post(f"/rounds/{round_id}/reminders/noted", data={"person": officer_id}, follow_redirects=True).text
        )


def test_a_reminder_that_is_cancelled_says_what_was_sent(app, session, sign_in, late_city, tmp_path, monkeypatch):
    app.config["SETTINGS"] = late_city
    round_id = current_round(session).id
    session.rollback()
    reviewer = sign_in(Role.REVIEWER)
    with waiting_queue(app, tmp_path) as queue:
        address = reviewer.post(f"/rounds/{round_id}/reminders").location
        assert "Gửi thư nhắc" in reviewer.get(address).text
        assert not late_city.mail_folder.exists()

        def send_and_cancel(*arguments):
            send_mail(*arguments)
            reviewer.post(f"{address}/cancel")

        monkeypatch.setattr("surveys.review.reminders.send_mail", send_and_cancel)
        monkeypatch.setattr("portal.jobs.run.PAUSE", timedelta())
        do_jobs(queue)
        page = reviewer.get(address).text
        assert "Đã hủy; trước đó đã gửi 1 thư nhắc." in page
        assert f'href="/rounds/{round_id}/reminders"' in page
    assert len(letters(late_city)) == 1
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "reminder:send"))
    assert (entry.username, entry.after) == ("nguoi-reviewer", {"letters": 1, "failed": 0})


def test_an_overdue_action_is_in_the_letter_on_the_page_and_by_the_command(app, session, sign_in, late_city):
    app.config["SETTINGS"] = late_city
    owner = make_owner(session, "chuyen.vien", Role.PLANNER, (), "cv@example.org")
    assign_action(session, owner, days=-2, task="Lấy báo giá máy tính")
    round_id = current_round(session).id
    session.rollback()
    page = sign_in(Role.REVIEWER).get(f"/rounds/{round_id}/reminders").text
    assert "Phường Cửa Nam: Lấy báo giá máy tính; quá hạn 2 ngày." in page
    runner = app.test_cli_runner()
    assert "Người chuyen.vien: việc cần làm · cv@example.org" in runner.invoke(args=["surveys", "remind", "--dry-run"]).output
    assert "Đã gửi 3 thư nhắc." in runner.invoke(args=["surveys", "remind"]).output
    assert "Lấy báo giá máy tính; quá hạn 2 ngày" in letters(late_city)["cv@example.org"].get_content()


def test_the_command_does_the_same(app, session, late_city):
    app.config["SETTINGS"] = late_city
    session.rollback()
    runner = app.test_cli_runner()
    rehearsal = runner.invoke(args=["surveys", "remind", "--dry-run"])
    assert "Công chức mot: Phường Hoàn Kiếm · mot@example.org" in rehearsal.output
    assert not late_city.mail_folder.exists()
    assert "Đã gửi 2 thư nhắc." in runner.invoke(args=["surveys", "remind"]).output
    assert "đã nhắc hôm nay" in runner.invoke(args=["surveys", "remind", "--dry-run"]).output
    assert "Không có đợt khảo sát này" in runner.invoke(args=["surveys", "remind", "--round", "99"]).output


@pytest.mark.parametrize("text", ["a@b.vn", "ten.ho-dem@so.hanoi.gov.vn", "x+y@example.org"])
def test_addresses(text):
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@b",
        "@b.vn",
        "a@",
        "a@b..vn",
        "a b@c.vn",
        "a@b.vn\nBcc: c@d.vn",
        "a@b@c.vn",
        "á@b.vn",
        "<a@b.vn>",
        "x" * 250 + "@b.vn",
    ],
)
def test_no_addresses(text):
    assert not is_address(text)


@pytest.mark.parametrize("value", ["host", "http://host", "smtp://", "smtp://host:x", "smtp://host:99999"])
def test_a_wrong_mail_server_is_refused_at_start(value, tmp_path):
    with pytest.raises(SettingError, match="SMTP_URL"):
        read_settings({"SMTP_URL": value}, tmp_path)


def test_an_own_address_is_kept_and_a_wrong_one_told(demo_sign_in, demo_session):
    client = demo_sign_in("canbo")
    answer = client.post("/account/email", data={"email": "không phải"})
    assert answer.status_code == 400
    assert "không phải" in answer.text and "chưa đúng" in answer.text
    assert client.post("/account/email", data={"email": "moi@example.org"}).status_code == 302
    assert demo_session.scalars(select(User.email).where(User.username == "canbo")).one() == "moi@example.org"
