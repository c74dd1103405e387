"""What the packages contribute to the life of an installation: steps that set it up, and load the demo."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, Table, delete
from sqlalchemy.orm import Session

from portal.backups.create import create_backup
from portal.backups.folder import Backup
from portal.clock import today
from portal.database import Base, session_scope
from portal.migration import current_version, is_older, migrate
from portal.start import check_file

# A text that it gives is told to whoever sets up.
SetupFunction = Callable[[Session], Any]
DemoFunction = Callable[[Session, int, date], Any]
DEFAULT_SEED = 2026


@dataclass(frozen=True)
class SetupStep:
    """A step of ``setup``. It adds what is not there yet, so that running it twice changes nothing."""

    order: int
    title: str
    run: SetupFunction


@dataclass(frozen=True)
class SetupQuestion:
    """A step that asks the person at the terminal: ``ask`` reads, and gives what is to be written, or None where nothing is.

    A person thinks, and a password is hashed, before the transaction that writes begins.
    """

    order: int
    title: str
    ask: Callable[[Session], SetupFunction | None]


@dataclass(frozen=True)
class DemoStep:
    """A step that loads a part of the demo: the same seed and date give the same data."""

    order: int
    run: DemoFunction


def add_setup_step(app: Flask, order: int, title: str, run: SetupFunction) -> None:
    """Register a step."""
    app.extensions.setdefault("setup_steps", []).append(SetupStep(order, title, run))


def add_setup_question(app: Flask, order: int, title: str, ask: Callable[[Session], SetupFunction | None]) -> None:
    """Register a step that asks; it is left out where nobody sits at the terminal."""
    app.extensions.setdefault("setup_steps", []).append(SetupQuestion(order, title, ask))


def add_demo_step(app: Flask, order: int, run: DemoFunction) -> None:
    """Register a step of the demo."""
    app.extensions.setdefault("demo_steps", []).append(DemoStep(order, run))


def run_setup(app: Flask, *, interactive: bool, report: Callable[[str], None] = lambda _line: None) -> None:
    """Migrate, then take each step in a transaction of its own. An upgrade begins with a backup, and not without one."""
    engine = app.extensions["engine"]
    check_file(engine)
    if needs_upgrade(app):
        report(f"Đã sao lưu trước khi nâng cấp: {create_backup(app).path}")
    report(f"Cơ sở dữ liệu: phiên bản {migrate(engine)}")
    for step in sorted(app.extensions.get("setup_steps", []), key=lambda step: step.order):
        if isinstance(step, SetupQuestion):
            if not interactive:
                continue
            with app.app_context(), session_scope(engine, writes=False) as session:
                run = step.ask(session)
        else:
            run = step.run
        told = None
        if run is not None:
            with app.app_context(), session_scope(engine, writes=True) as session:
                told = run(session)
        report(f"Đã có: {step.title}")
        if isinstance(told, str):
            report(told)


def needs_upgrade(app: Flask) -> bool:
    """Whether an older version of the program left this database."""
    version = current_version(app.extensions["engine"])
    return version is not None and is_older(version)


def keep_beyond_demo(app: Flask, table: Table, rows: ColumnElement[bool]) -> None:
    """Register rows that are not of the demo, and stay when it is removed; of every other table nothing stays."""
    app.extensions.setdefault("beyond_demo", {})[table.name] = rows


def remove_demo(app: Flask) -> Backup:
    """Take the demo away, after a backup, and set up anew: what real use begins with, and the accounts that are real. Gives the backup.

    A demo is mixed into every table (a round, its standard, prices, plans), so what stays is said, and not what goes.
    """
    backup, engine = create_backup(app), app.extensions["engine"]
    kept: dict[str, ColumnElement[bool]] = app.extensions.get("beyond_demo", {})
    with session_scope(engine, writes=True) as session:
        for table in reversed(Base.metadata.sorted_tables):
            rows = kept.get(table.name)
            session.execute(delete(table) if rows is None else delete(table).where(~rows))
    run_setup(app, interactive=False)
    return backup


def load_demo(app: Flask, seed: int = DEFAULT_SEED, as_of: date | None = None) -> None:
    """Take each step of the demo in one transaction: a demo is loaded as a whole or not at all."""
    with app.app_context(), session_scope(app.extensions["engine"], writes=True) as session:
        for step in sorted(app.extensions.get("demo_steps", []), key=lambda step: step.order):
            step.run(session, seed, as_of or today())
            session.flush()
