"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from accounts.guards import add_scope_check, require_identity
from accounts.identity import Role
from accounts.permissions import Permission, may
from accounts.users import has_active
from inventory.wards.queries import list_wards
from portal.backups.stored_files import add_stored_files
from portal.clock import today
from portal.database import get_session
from portal.jobs.kinds import JobKind, add_job_kind
from portal.navigation import FirstStep, HomePanel, MenuEntry, StepState, add_first_step, add_home_panel, add_menu_entry
from portal.reminders import add_reminder_lines
from portal.setup import add_demo_step, add_setup_step
from surveys.checks.remarks import get_remark
from surveys.checks.states import CollectionState
from surveys.checks.validation import validate_submission
from surveys.cli import surveys as commands
from surveys.demo import load_demo_round
from surveys.models import Evidence, Submission
from surveys.questionnaire.published_questionnaires import get_record, label_questions, publish_shipped
from surveys.review.end_dates import end_reminders
from surveys.review.review import list_waiting
from surveys.submissions.change_log import get_change
from surveys.submissions.evidence import get_evidence
from surveys.submissions.handover import find_handover
from surveys.submissions.rounds import (
    current_round,
    get_round,
    list_submissions,
    rounds_at_hand,
    wards_in_progress,
)
from surveys.submissions.speed_test import get_turn
from surveys.views import (  # noqa: F401 - printing, review, sections and sending add their pages to the blueprints of others
    evidence,
    history,
    printing,
    questionnaires,
    review,
    rounds,
    sections,
    sending,
    speed_test,
    submissions,
    timeliness,
    workbook,
)
from surveys.views.access import check_section_scope, check_submission_scope, scope_check_of


def init_app(app: Flask) -> None:
    """Add the pages of wards and reviewers, their panels, and the demo round."""
    app.register_blueprint(submissions.blueprint)
    app.register_blueprint(rounds.blueprint)
    app.register_blueprint(history.blueprint)
    app.register_blueprint(workbook.blueprint)
    app.register_blueprint(evidence.blueprint)
    app.register_blueprint(speed_test.blueprint)
    app.register_blueprint(timeliness.blueprint)
    app.register_blueprint(questionnaires.blueprint)
    app.cli.add_command(commands)
    add_menu_entry(app, MenuEntry("Phiếu khảo sát", "surveys.index", Permission.SUBMISSION_READ, 10))
    add_menu_entry(app, MenuEntry("Thẩm định", "review.review_queue", Permission.SUBMISSION_REVIEW, 20))
    add_menu_entry(app, MenuEntry("Đợt khảo sát", "review.round_list", Permission.ROUND_MANAGE, 25))
    add_menu_entry(app, MenuEntry("Mẫu phiếu", "questionnaires.versions", Permission.SUBMISSION_REVIEW, 34))
    add_home_panel(app, HomePanel(Role.OFFICER, 10, _ward_panel))
    add_home_panel(app, HomePanel(Role.WARD_HEAD, 10, _ward_panel))
    add_home_panel(app, HomePanel(Role.REVIEWER, 10, _review_panel))
    add_setup_step(app, 25, "mẫu phiếu kèm chương trình", publish_shipped)
    add_demo_step(app, 50, load_demo_round)
    add_reminder_lines(app, lambda session, day: end_reminders(session, day, app.config["SETTINGS"].public_url))
    add_job_kind(app, JobKind("reminders", "Gửi thư nhắc", Permission.ROUND_MANAGE, timeliness.prepare_reminders))
    add_scope_check(app, "submission_id", lambda db, identity, parts: check_submission_scope(db, identity, parts["submission_id"]))
    add_scope_check(app, "round_id", lambda db, _identity, parts: get_round(db, parts["round_id"]))
    add_scope_check(app, "questionnaires.version", lambda db, _identity, parts: get_record(db, parts["version"]))
    for room in ("surveys", "evidence"):
        add_scope_check(app, f"{room}.code", check_section_scope)
    add_scope_check(app, "evidence.evidence_id", scope_check_of(get_evidence, "evidence_id"))
    add_scope_check(app, "change_id", scope_check_of(get_change, "change_id"))
    add_scope_check(app, "remark_id", scope_check_of(get_remark, "remark_id"))
    add_scope_check(app, "turn_id", scope_check_of(get_turn, "turn_id"))
    add_stored_files(app, Evidence.__tablename__)
    app.extensions["wards_being_updated"] = wards_in_progress
    add_first_step(app, FirstStep(60, "Đợt khảo sát đầu tiên", "", _find_round_state))
    app.extensions["label_questions"] = label_questions


def _find_round_state(session: Session) -> StepState:
    if (round := current_round(session)) is not None:
        return StepState(True, round.name)
    if not has_active(session, Role.REVIEWER):
        return StepState(False, "chưa có tài khoản chuyên viên thẩm định để mở đợt")
    return StepState(False, "chưa mở đợt nào; chuyên viên thẩm định mở ở mục “Đợt khảo sát”")


def _ward_panel() -> str:
    """Each ward of the person with its button."""
    session, ward_codes = get_session(), require_identity().wards or frozenset()
    round, practised = rounds_at_hand(session)
    rows = []
    if round is not None:
        query = select(Submission).where(Submission.round_id == round.id, Submission.ward_code.in_(ward_codes))
        wards_by_code = {ward.code: ward for ward in list_wards(session)}
        submissions = session.scalars(query.options(selectinload(Submission.answers)))
        rows = [
            (
                wards_by_code[row.ward_code],
                row,
                CollectionState(row.state),
                validate_submission(session, row).remaining,
                find_handover(session, row),
            )
            for row in submissions
        ]
        rows.sort(key=lambda row: row[0].position)
    days_left = (round.deadline - today()).days if round else 0
    return render_template(
        "surveys/officer/home_panel.html",
        round=round,
        rows=rows,
        days_left=days_left,
        practised=[(practice, list_submissions(session, practice, ward_codes)) for practice in practised],
    )


def _review_panel() -> str:
    session, identity = get_session(), require_identity()
    waiting = list_waiting(session, identity.wards)
    round, practised = rounds_at_hand(session)
    return render_template(
        "surveys/reviewer/home_panel.html",
        waiting=waiting,
        has_round=round is not None,
        practised=[(practice, len(list_waiting(session, identity.wards, practice))) for practice in practised],
        may_open=may(identity, Permission.ROUND_MANAGE),
    )
