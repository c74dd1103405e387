"""Drafts of standards, and who drafted and published a version."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("standard") as table:
        table.add_column(sa.Column("based_on", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("drafted_by", portal.columns.NfcText(), nullable=False, server_default=""))
        table.add_column(sa.Column("published_by", portal.columns.NfcText(), nullable=False, server_default=""))
    # What is already there has no name; a new row always brings one.
    with op.batch_alter_table("standard") as table:
        table.alter_column("drafted_by", server_default=None)
        table.alter_column("published_by", server_default=None)
    op.create_table(
        "standard_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("toml", portal.columns.NfcText(), nullable=False),
        sa.Column("based_on", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("drafted_by", portal.columns.NfcText(), nullable=False),
        sa.Column("changed_at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["based_on"], ["standard.version"], name=op.f("fk_standard_draft_based_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_draft")),
    )


def downgrade() -> None:
    op.drop_table("standard_draft")
    with op.batch_alter_table("standard") as table:
        table.drop_column("published_by")
        table.drop_column("drafted_by")
        table.drop_column("based_on")
