"""What stands beside the answers: changes, evidence, remarks, reminders; values carried over, a ward reopened, two persons a ward."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answer", sa.Column("is_carried", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("round", sa.Column("needs_confirmation", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("submission", sa.Column("reopened_until", sa.Date(), nullable=True))
    op.add_column("user", sa.Column("email", portal.columns.NfcText(), nullable=False, server_default=""))
    op.create_table(
        "submission_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("before", portal.columns.NfcText(), nullable=False),
        sa.Column("after", portal.columns.NfcText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_change_submission_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_change")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=128), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("removed_by", portal.columns.NfcText(), nullable=False),
        sa.Column("removed_at", portal.columns.UtcInstant(), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_evidence_submission_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", portal.columns.NfcText(), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("settled_by", portal.columns.NfcText(), nullable=False),
        sa.Column("settled_at", portal.columns.UtcInstant(), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_remark_submission_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", portal.columns.NfcText(), nullable=False),
        sa.Column("text", portal.columns.NfcText(), nullable=False),
        sa.Column("wards", sa.JSON(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_reminder_round_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reminder_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("user_id", "day", name=op.f("uq_reminder_user_id")),
    )
    op.create_index(op.f("ix_submission_change_submission_id"), "submission_change", ["submission_id"], unique=False)
    op.create_index(op.f("ix_evidence_submission_id"), "evidence", ["submission_id"], unique=False)
    op.create_index(op.f("ix_remark_submission_id"), "remark", ["submission_id"], unique=False)
    op.create_index(op.f("ix_reminder_round_id"), "reminder", ["round_id"], unique=False)
    op.create_index(op.f("ix_reminder_user_id"), "reminder", ["user_id"], unique=False)


def downgrade() -> None:
    for table in ("reminder", "remark", "evidence", "submission_change"):
        op.drop_table(table)
    op.drop_column("user", "email")
    op.drop_column("submission", "reopened_until")
    op.drop_column("round", "needs_confirmation")
    op.drop_column("answer", "is_carried")
