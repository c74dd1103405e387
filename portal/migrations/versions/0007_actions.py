"""Actions: what a ward or the city has to do, with the six clarities."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CLEAR = ("contact", "task", "unit", "head", "deliverable", "evidence", "authority")


def upgrade() -> None:
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=True),
        sa.Column("criterion", sa.String(length=8), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("contact", portal.columns.NfcText(), nullable=False),
        sa.Column("task", portal.columns.NfcText(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("head", portal.columns.NfcText(), nullable=False),
        sa.Column("deliverable", portal.columns.NfcText(), nullable=False),
        sa.Column("evidence", portal.columns.NfcText(), nullable=False),
        sa.Column("authority", sa.String(length=16), nullable=False),
        sa.Column("created_by", portal.columns.NfcText(), nullable=False),
        sa.Column("created_at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("done_at", portal.columns.UtcInstant(), nullable=True),
        sa.Column("done_by", portal.columns.NfcText(), nullable=False),
        sa.Column("delivered", portal.columns.NfcText(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(f"{part} <> ''", name=op.f(f"ck_action_{part}_is_clear")) for part in CLEAR),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_action_owner_id")),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_action_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
    )
    op.create_index(op.f("ix_action_owner_id"), "action", ["owner_id"], unique=False)
    op.create_index(op.f("ix_action_ward_code"), "action", ["ward_code"], unique=False)


def downgrade() -> None:
    op.drop_table("action")
