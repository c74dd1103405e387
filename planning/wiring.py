"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask

from accounts.guards import add_scope_check
from accounts.identity import Role
from accounts.permissions import Permission
from planning.decisions.decisions import get_decision, standing_of
from planning.decisions.requests import get_request
from planning.models import PlanDecision, PlanRequest
from planning.scenarios.loading import get_plan_record, load_default_plan, load_default_terms
from planning.scenarios.reminders import budget_reminders
from planning.views import approval, assumptions, costs, decisions, funding, lines, plans, requests, transfers
from planning.views.leader_panel import leader_panel
from portal.backups.stored_files import add_stored_files
from portal.jobs.kinds import add_job_kind
from portal.navigation import HomePanel, MenuEntry, add_home_panel, add_menu_entry
from portal.reminders import add_reminder_lines
from portal.setup import add_setup_step
from scoring.rating.remedy_terms import hand_in_remedy_terms


def init_app(app: Flask) -> None:
    """Add the pages of the plan, its panels, and the default scenario."""
    for module in (plans, assumptions, lines, transfers, funding, costs, requests, approval, decisions):
        app.register_blueprint(module.blueprint)
    add_scope_check(app, "plan_id", lambda db, _identity, parts: get_plan_record(db, parts["plan_id"]))
    add_scope_check(app, "line_code", lambda _db, _identity, parts: lines.split_line_code(parts["line_code"]))
    add_scope_check(app, "plan_rules.item_code", lambda _db, _identity, parts: assumptions.check_item(parts["item_code"]))
    add_scope_check(app, "decision_id", lambda db, _identity, parts: get_decision(db, parts["plan_id"], parts["decision_id"]))
    add_scope_check(app, "request_id", lambda db, _identity, parts: get_request(db, parts["plan_id"], parts["request_id"]))
    app.jinja_env.globals.update(plan_standing=standing_of)
    add_menu_entry(app, MenuEntry("Phương án đầu tư", "plans.plans", Permission.PLAN_READ, 35))
    add_home_panel(app, HomePanel(Role.PLANNER, 10, plans.planner_panel))
    add_home_panel(app, HomePanel(Role.LEADER, 50, leader_panel, "money"))
    add_reminder_lines(app, lambda session, day: budget_reminders(session, day, app.config["SETTINGS"].public_url))
    for table in (PlanDecision, PlanRequest):
        add_stored_files(app, table.__tablename__)
    add_job_kind(app, funding.KIND)
    add_setup_step(app, 60, "phương án mặc định", load_default_plan)
    hand_in_remedy_terms(app, load_default_terms)
