"""Wires the package into the application. Only wsgi.py imports this file."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Flask, current_app, g, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import cli, jobs, stand_ins, users_import
from accounts.demo import load_demo_accounts
from accounts.first_steps import find_accounts_state, find_mail_state
from accounts.guards import add_scope_check, require_identity
from accounts.identity import Identity, Role
from accounts.models import User, UserWard
from accounts.permissions import Permission, may
from accounts.start_checks import refuse_demo_accounts, refuse_returned_accounts, require_administrator
from accounts.users import get_user, make_credentials
from accounts.views import audit, job_pages, own_account, personal_data, sign_in, system, users  # noqa: F401 - all of them add their pages to one blueprint
from portal.database import get_session
from portal.jobs.kinds import add_job_kind, set_job_gate
from portal.navigation import FirstStep, HomePanel, MenuEntry, add_first_step, add_home_panel, add_menu_entry, first_steps
from portal.setup import add_demo_step, add_setup_question, keep_beyond_demo
from portal.start import add_start_check


def init_app(app: Flask) -> None:
    """Add the package's pages, menu entries and commands."""
    app.register_blueprint(sign_in.blueprint)
    app.jinja_env.globals["may"] = _is_permitted
    app.cli.add_command(cli.users)
    add_scope_check(app, "user_id", lambda db, _identity, parts: get_user(db, parts["user_id"]))
    add_scope_check(app, "stand_in_id", _check_stand_in)
    add_menu_entry(app, MenuEntry("Tài khoản", "accounts.user_list", Permission.USERS_MANAGE, 80))
    add_menu_entry(app, MenuEntry("Nhật ký hệ thống", "accounts.audit_trail", Permission.AUDIT_READ, 90))
    add_menu_entry(app, MenuEntry("Tình trạng hệ thống", "accounts.system", Permission.SYSTEM_MANAGE, 97))
    add_first_step(app, FirstStep(40, "Thư", "accounts.system", find_mail_state))
    add_first_step(app, FirstStep(50, "Tài khoản cho từng xã, phường", "accounts.user_upload", find_accounts_state))
    for role in Role:
        add_home_panel(app, HomePanel(role, 1, _offered_panel))
    add_home_panel(app, HomePanel(Role.ADMINISTRATOR, 10, _administrator_panel))
    add_setup_question(app, 90, "quản trị hệ thống", cli.ask_first_administrator)
    if not app.config["SETTINGS"].is_production:
        # One hash for all of them, made before the transaction that writes begins.
        add_demo_step(app, 10, partial(load_demo_accounts, credentials=make_credentials(sign_in.DEMO_PASSWORD)))
    keep_beyond_demo(app, User.metadata.tables["user"], ~User.is_demo)
    keep_beyond_demo(app, UserWard.metadata.tables["user_ward"], UserWard.user_id.in_(select(User.id).where(~User.is_demo)))
    set_job_gate(app, jobs.enter)
    add_job_kind(app, users_import.KIND)
    add_start_check(app, refuse_demo_accounts)
    add_start_check(app, refuse_returned_accounts)
    add_start_check(app, require_administrator)


def _is_permitted(permission: str, ward_code: str | None = None) -> bool:
    identity = g.get("identity")
    return identity is not None and may(identity, Permission(permission), ward_code)


def _administrator_panel() -> str:
    session = get_session()
    steps = [(step, step.find_state(session)) for step in first_steps(current_app)]
    return render_template("accounts/home_panel.html", steps=steps)


def _check_stand_in(db: Session, identity: Identity, parts: Mapping[str, Any]) -> None:
    """Within the page of an account one of its person; for whoever wants to act by it, one that is offered to them."""
    if "user_id" in parts:
        stand_ins.get_stand_in_of(db, parts["stand_in_id"], parts["user_id"])
    else:
        stand_ins.get_offered(db, parts["stand_in_id"], identity.user_id)


def _offered_panel() -> str:
    """For whom the person may act today; nothing for most."""
    identity = require_identity()
    offered = [] if identity.acts_for else stand_ins.list_offered(get_session(), identity.user_id)
    return render_template("accounts/offered_panel.html", offered=offered)
