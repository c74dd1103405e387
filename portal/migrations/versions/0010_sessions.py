"""Open sessions are rows, failed sign-ins are counted by name, address and device, and the audit trail holds addresses.

A down ends every session, and forgets the counts.
"""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "browser_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("last_used_at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_browser_session_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_browser_session_token_hash")),
    )
    op.create_index(op.f("ix_browser_session_user_id"), "browser_session", ["user_id"], unique=False)
    op.create_table(
        "sign_in_count",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", portal.columns.UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_count")),
    )
    op.create_index(op.f("ix_sign_in_count_last_at"), "sign_in_count", ["last_at"], unique=False)
    op.drop_index(op.f("ix_sign_in_failure_username"), table_name="sign_in_failure")
    op.drop_index(op.f("ix_sign_in_failure_at"), table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.add_column("audit_entry", sa.Column("address", sa.String(length=45), nullable=True))
    op.drop_column("user", "session_version")


def downgrade() -> None:
    op.add_column("user", sa.Column("session_version", sa.Integer(), nullable=False, server_default="1"))
    op.drop_column("audit_entry", "address")
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_at"), "sign_in_failure", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_failure_username"), "sign_in_failure", ["username"], unique=False)
    op.drop_index(op.f("ix_sign_in_count_last_at"), table_name="sign_in_count")
    op.drop_table("sign_in_count")
    op.drop_index(op.f("ix_browser_session_user_id"), table_name="browser_session")
    op.drop_table("browser_session")
