"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask

from portal.setup import add_setup_step
from scoring.publishing import load_reference_standard


def init_app(app: Flask) -> None:
    """Add the package's pages, menu entries and set-up."""
    add_setup_step(app, 20, "bộ tiêu chuẩn tham chiếu", load_reference_standard)
