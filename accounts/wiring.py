"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask, g, render_template

from accounts import cli
from accounts.demo import load_demo_accounts, refuse_demo_accounts
from accounts.identity import Role
from accounts.permissions import Permission, may
from accounts.views import blueprint
from portal.navigation import HomePanel, MenuEntry, add_home_panel, add_menu_entry
from portal.setup import add_demo_step, add_setup_step, add_start_check


def init_app(app: Flask) -> None:
    """Add the package's pages, menu entries and commands."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["may"] = _is_permitted
    app.cli.add_command(cli.users)
    add_menu_entry(app, MenuEntry("Tài khoản", "accounts.user_list", Permission.USERS_MANAGE, 80))
    add_menu_entry(app, MenuEntry("Nhật ký hệ thống", "accounts.audit_trail", Permission.AUDIT_READ, 90))
    add_home_panel(app, HomePanel(Role.ADMINISTRATOR, 10, lambda: render_template("accounts/home_panel.html")))
    add_setup_step(app, 90, "quản trị hệ thống", cli.ask_first_administrator, interactive=True)
    add_demo_step(app, 10, load_demo_accounts)
    add_start_check(app, refuse_demo_accounts)


def _is_permitted(permission: str, ward_code: str | None = None) -> bool:
    identity = g.get("identity")
    return identity is not None and may(identity, Permission(permission), ward_code)
