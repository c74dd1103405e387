"""Rounds for practice, which can be removed: the number of a round or a submission is never given again.

A down removes them: the older code would count them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("is_practice", sa.Boolean(), nullable=False, server_default=sa.false()))
    _number_anew(is_ever_rising=True)


def downgrade() -> None:
    of_practice = "SELECT id FROM round WHERE is_practice"
    # The foreign keys of SQLite are not looked after here.
    for table in ("answer", "submission_event", "submission_change", "evidence", "remark"):
        op.execute(f"DELETE FROM {table} WHERE submission_id IN (SELECT id FROM submission WHERE round_id IN ({of_practice}))")  # noqa: S608 - names of our own
    for table in ("reminder", "submission"):
        op.execute(f"DELETE FROM {table} WHERE round_id IN ({of_practice})")  # noqa: S608 - likewise
    op.execute("DELETE FROM round WHERE is_practice")
    _number_anew(is_ever_rising=False)
    with op.batch_alter_table("round") as batch:
        batch.drop_column("is_practice")


def _number_anew(*, is_ever_rising: bool) -> None:
    # A sequence of PostgreSQL never goes back; a table of SQLite gives the highest number again unless it is told not to.
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("round", "submission"):
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": is_ever_rising}):
            pass
