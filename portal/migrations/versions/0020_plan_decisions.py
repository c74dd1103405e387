"""The way of a plan to its approval: states and steps, decisions with their amounts, requests of the wards.

A plan that was final before there were these steps was locked, and no more than that is known of it. Who changed an open one last is read
from the audit trail. A down forgets steps, decisions and requests; what was submitted stays final.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# What changed the content of a plan, by the words of the audit trail of then.
CHANGES = (
    *("create", "copy", "rename", "edit-line", "undo-edits", "set-rules", "set-rates", "set-funding", "agree-transfers"),
    *("withdraw-transfers", "revise", "take-workbook"),
)

_PLAN = sa.table("plan", sa.column("id"), sa.column("sha256"), sa.column("changed_by_accounts", portal.columns.CleanJson()))
_AUDIT = sa.table("audit_entry", *(sa.column(name) for name in ("id", "user_id", "acts_for", "subject", "action")))


def upgrade() -> None:
    with op.batch_alter_table("plan") as plan:
        plan.add_column(sa.Column("changed_by_accounts", portal.columns.CleanJson(), nullable=False, server_default="[]"))
        plan.add_column(sa.Column("state", sa.String(length=16), nullable=False, server_default="draft"))
    op.execute("UPDATE plan SET state = 'locked' WHERE sha256 IS NOT NULL")
    _note_who_changed_last()
    op.create_table(
        "plan_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", portal.columns.NfcText(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("accounts", portal.columns.CleanJson(), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_step_plan_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_step")),
    )
    op.create_table(
        "plan_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", portal.columns.NfcText(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("body", portal.columns.NfcText(), nullable=False),
        sa.Column("body_fold", sa.String(), nullable=False),
        sa.Column("number_fold", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        *_file_columns(),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_decision_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_decision")),
        sa.UniqueConstraint("body_fold", "number_fold", "year", name=op.f("uq_plan_decision_body_fold")),
    )
    op.create_table(
        "plan_decision_amount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", portal.columns.NfcString(length=300), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["plan_decision.id"], name=op.f("fk_plan_decision_amount_decision_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_decision_amount")),
        sa.UniqueConstraint("decision_id", "year", "source", "form", name=op.f("uq_plan_decision_amount_decision_id")),
    )
    op.create_table(
        "plan_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=False),
        sa.Column("number", portal.columns.NfcText(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        *_file_columns(),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_request_plan_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_plan_request_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_request")),
        sa.UniqueConstraint("plan_id", "ward_code", name=op.f("uq_plan_request_plan_id")),
    )
    op.create_table(
        "plan_request_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=8), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", portal.columns.NfcText(), nullable=False),
        sa.ForeignKeyConstraint(["item_code"], ["item.code"], name=op.f("fk_plan_request_line_item_code")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["plan_request.id"], name=op.f("fk_plan_request_line_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_request_line")),
        sa.UniqueConstraint("request_id", "item_code", name=op.f("uq_plan_request_line_request_id")),
    )
    for table, column in (
        ("plan_step", "plan_id"),
        ("plan_decision", "plan_id"),
        ("plan_decision_amount", "decision_id"),
        ("plan_request", "plan_id"),
        ("plan_request_line", "request_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    for table in ("plan_request_line", "plan_request", "plan_decision_amount", "plan_decision", "plan_step"):
        op.drop_table(table)
    with op.batch_alter_table("plan") as plan:
        plan.drop_column("state")
        plan.drop_column("changed_by_accounts")


def _file_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=128), nullable=False),
    )


def _note_who_changed_last() -> None:
    connection = op.get_bind()
    accounts = {name: number for number, name in connection.execute(sa.text('SELECT id, username FROM "user"'))}
    last_line = sa.select(_AUDIT.c.user_id, _AUDIT.c.acts_for).order_by(_AUDIT.c.id.desc()).limit(1)
    for plan_id in connection.scalars(sa.select(_PLAN.c.id).where(_PLAN.c.sha256.is_(None))).all():
        of_plan = _AUDIT.c.subject == f"plan {plan_id}", _AUDIT.c.action.in_([f"plan:{verb}" for verb in CHANGES])
        last = connection.execute(last_line.where(*of_plan)).first()
        if last is not None and last.user_id is not None:
            hands = sorted({last.user_id} | {accounts[name] for name in [last.acts_for] if name in accounts})
            connection.execute(sa.update(_PLAN).where(_PLAN.c.id == plan_id).values(changed_by_accounts=hands))
