"""Scenarios of the plan: revisions that follow each other, hand edits, agreed transfers, and the content of final ones."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("plan") as plan:
        plan.drop_constraint(op.f("uq_plan_name"), type_="unique")
        plan.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        for name in ("note", "created_by", "final_by"):
            plan.add_column(sa.Column(name, portal.columns.NfcText(), nullable=False, server_default=""))
        for name in ("rates", "funding"):
            plan.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
        plan.add_column(sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
        plan.add_column(sa.Column("is_proposal", sa.Boolean(), nullable=False, server_default=sa.false()))
        plan.add_column(sa.Column("follows_id", sa.Integer(), nullable=True))
        plan.add_column(sa.Column("content", sa.JSON(), nullable=True))
        plan.add_column(sa.Column("sha256", sa.String(length=64), nullable=True))
        plan.add_column(sa.Column("final_at", portal.columns.UtcInstant(), nullable=True))
        plan.create_foreign_key(op.f("fk_plan_follows_id"), "plan", ["follows_id"], ["id"])
        plan.create_unique_constraint(op.f("uq_plan_name"), ["name", "revision"])
    op.create_table(
        "plan_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=False),
        sa.Column("item_code", sa.String(length=8), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("value", portal.columns.NfcText(), nullable=False),
        sa.Column("why", portal.columns.NfcText(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["item_code"], ["item.code"], name=op.f("fk_plan_edit_item_code")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_edit_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_edit")),
        sa.UniqueConstraint("plan_id", "ward_code", "item_code", "field", name=op.f("uq_plan_edit_plan_id")),
    )
    op.create_table(
        "plan_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=8), nullable=False),
        sa.Column("giver_code", sa.String(length=5), nullable=False),
        sa.Column("receiver_code", sa.String(length=5), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("metres", sa.Integer(), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["giver_code"], ["ward.code"], name=op.f("fk_plan_transfer_giver_code")),
        sa.ForeignKeyConstraint(["item_code"], ["item.code"], name=op.f("fk_plan_transfer_item_code")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_transfer_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["receiver_code"], ["ward.code"], name=op.f("fk_plan_transfer_receiver_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_transfer")),
        sa.UniqueConstraint("plan_id", "item_code", "giver_code", "receiver_code", name=op.f("uq_plan_transfer_plan_id")),
    )
    op.create_index(op.f("ix_plan_edit_plan_id"), "plan_edit", ["plan_id"], unique=False)
    op.create_index(op.f("ix_plan_transfer_plan_id"), "plan_transfer", ["plan_id"], unique=False)


def downgrade() -> None:
    op.drop_table("plan_transfer")
    op.drop_table("plan_edit")
    # Before, a name stood once; of a chain its first plan remains.
    op.execute("DELETE FROM plan WHERE revision > 1")
    with op.batch_alter_table("plan") as plan:
        plan.drop_constraint(op.f("fk_plan_follows_id"), type_="foreignkey")
        plan.drop_constraint(op.f("uq_plan_name"), type_="unique")
        columns = "revision note created_by final_by rates funding changes is_proposal follows_id content sha256 final_at"
        for name in columns.split():
            plan.drop_column(name)
        plan.create_unique_constraint(op.f("uq_plan_name"), ["name"])
