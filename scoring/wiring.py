"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask

from accounts.identity import Role
from accounts.permissions import Permission
from portal.navigation import HomePanel, MenuEntry, add_home_panel, add_menu_entry
from portal.setup import add_setup_step
from scoring.draft_views import blueprint as draft_blueprint
from scoring.publishing import load_reference_standard
from scoring.standard_views import blueprint as standard_blueprint
from scoring.study_views import blueprint as study_blueprint
from scoring.views import blueprint, leader_panel


def init_app(app: Flask) -> None:
    """Add the package's pages, menu entries and set-up."""
    for part in (blueprint, study_blueprint, standard_blueprint, draft_blueprint):
        app.register_blueprint(part)
    add_menu_entry(app, MenuEntry("Mức độ đáp ứng", "scoring.readiness", Permission.READINESS_READ, 30))
    add_menu_entry(app, MenuEntry("Bộ tiêu chuẩn", "standards.versions", Permission.READINESS_READ, 35))
    add_home_panel(app, HomePanel(Role.LEADER, 10, leader_panel))
    add_setup_step(app, 20, "bộ tiêu chuẩn tham chiếu", load_reference_standard)
