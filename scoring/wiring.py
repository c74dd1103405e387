"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask

from accounts.duties import add_duty
from accounts.guards import add_scope_check
from accounts.identity import Role
from accounts.permissions import Permission
from portal.navigation import HomePanel, MenuEntry, add_home_panel, add_menu_entry
from portal.reminders import add_reminder_lines
from portal.setup import add_demo_step, add_setup_step
from scoring.actions.panel import city_actions_panel, my_actions_panel
from scoring.actions.register import describe_open_actions, get_action
from scoring.actions.reminders import action_reminders
from scoring.actions.views import blueprint as action_blueprint
from scoring.analysis.trend_views import blueprint as trend_blueprint
from scoring.analysis.views import blueprint as analysis_blueprint
from scoring.breadcrumbs import ward_trail
from scoring.criterion_views import blueprint as criterion_blueprint
from scoring.demo import load_demo_actions
from scoring.leader_panels import decisions_panel, figures_panel, map_panel, trend_panel
from scoring.rating.published_standards import get_record_by_code
from scoring.rating.shipped_standards import load_shipped_standards
from scoring.standard_editor.draft_views import blueprint as draft_blueprint
from scoring.standard_editor.drafts import check_criterion, get_draft
from scoring.standard_editor.views import blueprint as standard_blueprint
from scoring.views import blueprint as readiness_blueprint


def init_app(app: Flask) -> None:
    """Add the package's pages, menu entries and set-up."""
    blueprints = (
        readiness_blueprint,
        analysis_blueprint,
        standard_blueprint,
        draft_blueprint,
        action_blueprint,
        trend_blueprint,
        criterion_blueprint,
    )
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    add_menu_entry(app, MenuEntry("Mức độ đáp ứng", "scoring.readiness", Permission.READINESS_READ, 30))
    add_menu_entry(app, MenuEntry("Bộ tiêu chuẩn", "standards.versions", Permission.READINESS_READ, 35))
    add_menu_entry(app, MenuEntry("Việc cần làm", "actions.listing", Permission.ACTION_READ, 32))
    add_home_panel(app, HomePanel(Role.LEADER, 10, figures_panel, "figures"))
    add_home_panel(app, HomePanel(Role.LEADER, 20, map_panel, "map"))
    add_home_panel(app, HomePanel(Role.LEADER, 30, trend_panel, "trend"))
    add_home_panel(app, HomePanel(Role.LEADER, 40, decisions_panel, "decisions"))
    add_home_panel(app, HomePanel(Role.LEADER, 60, city_actions_panel, "actions"))
    for role in (Role.OFFICER, Role.WARD_HEAD, Role.REVIEWER, Role.PLANNER):
        add_home_panel(app, HomePanel(role, 20, my_actions_panel))
    app.extensions["ward_trail"] = ward_trail
    add_scope_check(app, "action_id", lambda db, identity, parts: get_action(db, identity, parts["action_id"]))
    add_scope_check(app, "standards.version", lambda db, _identity, parts: get_record_by_code(db, parts["version"]))
    add_scope_check(app, "draft_id", lambda db, _identity, parts: get_draft(db, parts["draft_id"]))
    add_scope_check(
        app, "drafts.code", lambda db, _identity, parts: check_criterion(get_draft(db, parts["draft_id"]), parts["code"])
    )
    add_duty(app, describe_open_actions)
    add_reminder_lines(app, lambda session, day: action_reminders(session, day, app.config["SETTINGS"].public_url))
    add_demo_step(app, 60, load_demo_actions)
    add_setup_step(app, 20, "bộ tiêu chuẩn đi kèm hệ thống", load_shipped_standards)
