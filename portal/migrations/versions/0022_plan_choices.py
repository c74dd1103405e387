"""The choices of wards that were settled. A down forgets them: they are computed again."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_choice",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("content", portal.columns.CleanJson(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def downgrade() -> None:
    op.drop_table("plan_choice")
