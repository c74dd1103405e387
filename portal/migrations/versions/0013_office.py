"""What the city changes of who writes and signs, version after version. A down forgets them: the environment's settings hold again."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office", portal.columns.CleanJson(), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_version")),
    )


def downgrade() -> None:
    op.drop_table("office_version")
