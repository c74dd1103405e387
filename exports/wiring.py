"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask

from accounts.identity import Role
from accounts.permissions import Permission
from exports import cli
from exports.leader_panel import leader_money
from exports.planning import load_default_plan
from exports.views import briefs, costs, figures, files, funding, lines, parts, plans, returning, rules, transfers
from portal.navigation import HomePanel, MenuEntry, add_home_panel, add_menu_entry
from portal.setup import add_setup_step


def init_app(app: Flask) -> None:
    """Add the pages of the plan, the pictures, the open data, and the default scenario."""
    for room in (plans, rules, lines, transfers, funding, costs, files, parts, returning, figures, briefs):
        app.register_blueprint(room.blueprint)
    app.cli.add_command(cli.open_data)
    app.cli.add_command(cli.pictures)
    app.cli.add_command(cli.brief)
    add_menu_entry(app, MenuEntry("Bản tóm tắt", "briefs.listing", Permission.READINESS_READ, 31))
    add_menu_entry(app, MenuEntry("Phương án đầu tư", "exports.plans", Permission.PLAN_READ, 35))
    add_home_panel(app, HomePanel(Role.PLANNER, 10, plans.planner_panel))
    add_home_panel(app, HomePanel(Role.LEADER, 50, leader_money, "money"))
    add_setup_step(app, 60, "phương án mặc định", load_default_plan)
