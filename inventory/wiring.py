"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Add the package's pages, menu entries and commands."""
