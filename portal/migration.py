"""Brings the database to the newest version: once, however many processes start at the same moment."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from portal.database import Base

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_264_126


def make_config() -> Config:
    """The configuration of Alembic. There is no alembic.ini: the database is always given by the caller."""
    config = Config()
    config.set_main_option("script_location", FOLDER.as_posix())
    return config


def head() -> str:
    """The newest version that this code knows."""
    newest = ScriptDirectory.from_config(make_config()).get_current_head()
    assert newest is not None
    return newest


def migrate(engine: Engine, target: str = "head") -> str:
    """Bring the database up (or down) to ``target`` under a lock, and give the version that it has then."""
    with engine.execution_options(writes=True).connect() as connection, connection.begin():
        _lock(connection)
        _run(connection, target)
        return MigrationContext.configure(connection).get_current_revision() or "base"


def current_version(engine: Engine) -> str | None:
    """The version that the database has, or None when it was never set up."""
    with engine.execution_options(writes=False).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _lock(connection: Connection) -> None:
    # SQLite is locked by the BEGIN IMMEDIATE that opened this transaction.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _run(connection: Connection, target: str) -> None:
    config = make_config()
    script = ScriptDirectory.from_config(config)

    def steps(revision: tuple[str, ...], _context: MigrationContext) -> list[object]:
        current = revision[0] if revision else "base"
        if target == "base" or _is_older(script, target, current):
            return list(script._downgrade_revs(target, current))
        return list(script._upgrade_revs(target, current))

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        environment.run_migrations()


def _is_older(script: ScriptDirectory, target: str, current: str) -> bool:
    if target == "head" or current == "base":
        return False
    return target in {revision.revision for revision in script.iterate_revisions(current, "base")} and target != current
