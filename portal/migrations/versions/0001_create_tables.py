"""Create the first tables."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"], unique=False)
    op.create_table(
        "item",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("name_fold", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_item")),
    )
    op.create_table(
        "price_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_list")),
        sa.UniqueConstraint("name", name=op.f("uq_price_list_name")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_at"), "sign_in_failure", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_failure_username"), "sign_in_failure", ["username"], unique=False)
    op.create_table(
        "standard",
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("toml", portal.columns.NfcText(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("issued_number", portal.columns.NfcText(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_standard")),
        sa.UniqueConstraint("sha256", name=op.f("uq_standard_sha256")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("full_name", portal.columns.NfcText(), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_at", portal.columns.UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
    )
    op.create_table(
        "ward",
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("name_sort", sa.String(length=255), nullable=False),
        sa.Column("name_fold", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("area_km2", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("latitude", sa.Numeric(precision=9, scale=5), nullable=False),
        sa.Column("longitude", sa.Numeric(precision=9, scale=5), nullable=False),
        sa.Column("former_district", portal.columns.NfcText(), nullable=False),
        sa.Column("seat", portal.columns.NfcText(), nullable=False),
        sa.Column("tile_column", sa.Integer(), nullable=False),
        sa.Column("tile_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ward")),
        sa.UniqueConstraint("name", name=op.f("uq_ward_name")),
        sa.UniqueConstraint("position", name=op.f("uq_ward_position")),
    )
    op.create_index(op.f("ix_ward_name_fold"), "ward", ["name_fold"], unique=False)
    op.create_index(op.f("ix_ward_name_sort"), "ward", ["name_sort"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("assumptions", sa.JSON(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_plan_price_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("name", name=op.f("uq_plan_name")),
    )
    op.create_table(
        "price",
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=8), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("evidence", portal.columns.NfcText(), nullable=False),
        sa.Column("evidence_date", sa.Date(), nullable=True),
        sa.Column("source", portal.columns.NfcText(), nullable=False),
        sa.Column("source_label", sa.String(length=1), nullable=False),
        sa.ForeignKeyConstraint(["item_code"], ["item.code"], name=op.f("fk_price_item_code")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_price_price_list_id")),
        sa.PrimaryKeyConstraint("price_list_id", "item_code", name=op.f("pk_price")),
    )
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("questionnaire_version", sa.String(length=32), nullable=False),
        sa.Column("standard_version", sa.String(length=32), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["standard_version"], ["standard.version"], name=op.f("fk_round_standard_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("name", name=op.f("uq_round_name")),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("round_name", portal.columns.NfcText(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", portal.columns.NfcText(), nullable=False),
        sa.Column("approved_at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("answered_items", sa.JSON(), nullable=False),
        sa.Column("answered_connections", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_snapshot_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("sha256", name=op.f("uq_snapshot_sha256")),
    )
    op.create_index(op.f("ix_snapshot_ward_code"), "snapshot", ["ward_code"], unique=False)
    op.create_table(
        "user_ward",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_ward_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "ward_code", name=op.f("pk_user_ward")),
    )
    op.create_table(
        "snapshot_connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("provider", portal.columns.NfcText(), nullable=False),
        sa.Column("contracted_mbps", sa.Integer(), nullable=True),
        sa.Column("measured_mbps", sa.Integer(), nullable=True),
        sa.Column("site", portal.columns.NfcText(), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_connection_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot_connection")),
    )
    op.create_index(op.f("ix_snapshot_connection_snapshot_id"), "snapshot_connection", ["snapshot_id"], unique=False)
    op.create_table(
        "snapshot_fact",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_fact_snapshot_id")),
        sa.PrimaryKeyConstraint("snapshot_id", "key", name=op.f("pk_snapshot_fact")),
    )
    op.create_table(
        "snapshot_lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=8), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("degraded", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("liquidation", sa.Integer(), nullable=False),
        sa.Column("unused", sa.Integer(), nullable=False),
        sa.Column("on_order", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("note", portal.columns.NfcText(), nullable=False),
        sa.ForeignKeyConstraint(["item_code"], ["item.code"], name=op.f("fk_snapshot_lot_item_code")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_lot_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot_lot")),
    )
    op.create_index(op.f("ix_snapshot_lot_item_code"), "snapshot_lot", ["item_code"], unique=False)
    op.create_index(op.f("ix_snapshot_lot_snapshot_id"), "snapshot_lot", ["snapshot_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prepared_by", portal.columns.NfcText(), nullable=False),
        sa.Column("confirmed_by", portal.columns.NfcText(), nullable=False),
        sa.Column("sent_at", portal.columns.UtcInstant(), nullable=True),
        sa.Column("decided_at", portal.columns.UtcInstant(), nullable=True),
        sa.Column("return_reason", portal.columns.NfcText(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_submission_round_id")),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_submission_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("round_id", "ward_code", name=op.f("uq_submission_round_id")),
    )
    op.create_index(op.f("ix_submission_round_id"), "submission", ["round_id"], unique=False)
    op.create_index(op.f("ix_submission_state"), "submission", ["state"], unique=False)
    op.create_index(op.f("ix_submission_ward_code"), "submission", ["ward_code"], unique=False)
    op.create_table(
        "answer",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("raw", portal.columns.NfcText(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by", portal.columns.NfcText(), nullable=False),
        sa.Column("saved_at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_answer_submission_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("submission_id", "field", name=op.f("pk_answer")),
    )
    op.create_table(
        "submission_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", portal.columns.NfcText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_event_submission_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_event")),
    )
    op.create_index(op.f("ix_submission_event_submission_id"), "submission_event", ["submission_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_submission_event_submission_id"), table_name="submission_event")
    op.drop_table("submission_event")
    op.drop_table("answer")
    op.drop_index(op.f("ix_submission_ward_code"), table_name="submission")
    op.drop_index(op.f("ix_submission_state"), table_name="submission")
    op.drop_index(op.f("ix_submission_round_id"), table_name="submission")
    op.drop_table("submission")
    op.drop_index(op.f("ix_snapshot_lot_snapshot_id"), table_name="snapshot_lot")
    op.drop_index(op.f("ix_snapshot_lot_item_code"), table_name="snapshot_lot")
    op.drop_table("snapshot_lot")
    op.drop_table("snapshot_fact")
    op.drop_index(op.f("ix_snapshot_connection_snapshot_id"), table_name="snapshot_connection")
    op.drop_table("snapshot_connection")
    op.drop_table("user_ward")
    op.drop_index(op.f("ix_snapshot_ward_code"), table_name="snapshot")
    op.drop_table("snapshot")
    op.drop_table("round")
    op.drop_table("price")
    op.drop_table("plan")
    op.drop_index(op.f("ix_ward_name_sort"), table_name="ward")
    op.drop_index(op.f("ix_ward_name_fold"), table_name="ward")
    op.drop_table("ward")
    op.drop_table("user")
    op.drop_table("standard")
    op.drop_index(op.f("ix_sign_in_failure_username"), table_name="sign_in_failure")
    op.drop_index(op.f("ix_sign_in_failure_at"), table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_table("price_list")
    op.drop_table("item")
    op.drop_index(op.f("ix_audit_entry_subject"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_at"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_action"), table_name="audit_entry")
    op.drop_table("audit_entry")
