"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask

from accounts.permissions import Permission
from exports import cli
from exports.views import briefs, figures, files, plan_import, plan_subsets
from portal.jobs.kinds import JobKind, add_job_kind
from portal.navigation import MenuEntry, add_menu_entry


def init_app(app: Flask) -> None:
    """Add the briefs, the pictures, the files of a plan and the way back, and the open data."""
    for module in (files, plan_subsets, plan_import, figures, briefs):
        app.register_blueprint(module.blueprint)
    add_job_kind(app, JobKind("plan-workbook", "Sổ tính của phương án", Permission.PLAN_DOWNLOAD, files.prepare_workbook))
    add_job_kind(app, JobKind("plan-by-ward", "Sổ tính từng xã, phường", Permission.PLAN_DOWNLOAD, plan_subsets.prepare_by_ward))
    add_job_kind(app, JobKind("plan-by-source", "Sổ tính từng nguồn vốn", Permission.PLAN_DOWNLOAD, plan_subsets.prepare_by_source))
    add_job_kind(app, JobKind("ward-briefs", "Bản tóm tắt của các xã, phường", Permission.READINESS_READ, briefs.prepare_all_wards))
    app.cli.add_command(cli.open_data)
    app.cli.add_command(cli.pictures)
    app.cli.add_command(cli.brief)
    add_menu_entry(app, MenuEntry("Bản tóm tắt", "briefs.listing", Permission.READINESS_READ, 31))
