"""Brings the database to the newest version: once, however many processes start at the same moment."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from portal.database import Base
from portal.errors import WardReadinessError

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_264_126


class MigrationError(WardReadinessError):
    """The database cannot be brought to another version; it stays as it was."""

    status = 503


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
    """Bring the database up (or down) to ``target`` under a lock, and give the version that it has then. Raises MigrationError."""
    with (
        engine.execution_options(writes=True).connect() as connection,
        _foreign_keys_off(connection),
        connection.begin(),
    ):
        before = _version_of(connection)
        try:
            after = migrate_within(connection, target)
        except DBAPIError as error:
            # As where the tables are not those of the version: another program's, or changed by hand.
            detail = (str(error.orig).strip().splitlines() or [""])[0]
            raise MigrationError(
                f"Nâng cấp cơ sở dữ liệu từ phiên bản {before or '(không có)'} dừng lại và chưa thay đổi gì; cơ sở dữ liệu báo: {detail}. "
                "Kiểm tra DATABASE_URL có trỏ đúng cơ sở dữ liệu không, đĩa còn chỗ không; vẫn không được thì khôi phục bản sao lưu gần nhất."
            ) from None
        if after != before:
            _check_foreign_keys(connection)
        return after or "base"


def migrate_within(connection: Connection, target: str) -> str | None:
    """The same inside a transaction that has more to do. On SQLite nobody looks after the foreign keys then."""
    _lock(connection)
    _run(connection, target)
    return _version_of(connection)


def is_older(version: str) -> bool:
    """Whether this code brings a database of that version up to the head. One that it does not know is newer, or foreign."""
    script = ScriptDirectory.from_config(make_config())
    return version != head() and version in {revision.revision for revision in script.walk_revisions()}


def current_version(engine: Engine) -> str | None:
    """The version that the database has, or None when it was never set up."""
    with engine.execution_options(writes=False).connect() as connection:
        return _version_of(connection)


def _version_of(connection: Connection) -> str | None:
    # One that holds several was left by no version of this program, and is known to none.
    return ", ".join(sorted(MigrationContext.configure(connection).get_current_heads())) or None


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Let a batch make a table anew on SQLite: dropping the old one would delete, or be refused for, the rows that hang on its own."""
    driver = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    # Inside a transaction this does nothing, and a statement of SQLAlchemy would begin one.
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: Connection) -> None:
    # PostgreSQL checks as it goes.
    if connection.dialect.name != "sqlite":
        return
    broken = Counter((row[0], row[2]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))
    if broken:
        found = "; ".join(
            f"bảng {table}: {count} dòng trỏ tới dòng không có trong bảng {other}" for (table, other), count in broken.items()
        )
        raise MigrationError(
            f"Nâng cấp cơ sở dữ liệu dừng lại và chưa thay đổi gì, vì dữ liệu không còn khớp nhau ({found}). "
            "Khôi phục bản sao lưu gần nhất rồi chạy lại; vẫn không được thì gửi câu này cho nơi cung cấp phần mềm."
        )


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
