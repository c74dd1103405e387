"""Which standard judges is a choice, with its day, its reason and who made it: the one that judged until now stays in force.

A down forgets the choices: the newest published standard judges again.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import portal.columns
from portal.clock import to_hanoi

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

REASON = "Bộ tiêu chuẩn đang dùng khi nâng cấp hệ thống."
_STANDARD = sa.table("standard", sa.column("version", sa.String()), sa.column("published_at", portal.columns.UtcInstant()))


def upgrade() -> None:
    choice = op.create_table(
        "standard_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_version", sa.String(length=32), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("reason", portal.columns.NfcText(), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["standard_version"], ["standard.version"], name=op.f("fk_standard_choice_standard_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_choice")),
    )
    newest = sa.select(_STANDARD).order_by(_STANDARD.c.published_at.desc(), _STANDARD.c.version.desc()).limit(1)
    standard = op.get_bind().execute(newest).first()
    if standard is not None:
        day = to_hanoi(standard.published_at).date()
        values = {"standard_version": standard.version, "effective_from": day, "reason": REASON, "by": "", "at": datetime.now(UTC)}
        op.get_bind().execute(choice.insert().values(**values))


def downgrade() -> None:
    op.drop_table("standard_choice")
