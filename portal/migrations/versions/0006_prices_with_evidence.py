"""Price lists with versions, the files behind a price, and the prices that were paid elsewhere."""

import sqlalchemy as sa
from alembic import op

import portal.columns
from portal.clock import now

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("price_list", sa.Column("delivery_year", sa.Integer(), nullable=True))
    op.add_column("price_list", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("price_list", sa.Column("based_on", sa.Integer(), nullable=True))
    op.add_column("price_list", sa.Column("created_by", portal.columns.NfcText(), nullable=False, server_default=""))
    op.add_column("price_list", sa.Column("created_at", portal.columns.UtcInstant(), nullable=True))
    op.add_column("price_list", sa.Column("published_by", portal.columns.NfcText(), nullable=False, server_default=""))
    op.add_column("price_list", sa.Column("published_at", portal.columns.UtcInstant(), nullable=True))
    # What plans were costed with so far stays as it is: a list that stood before is a fixed one.
    fixed = sa.text("UPDATE price_list SET published_at = :moment, published_by = 'hệ thống'")
    op.execute(fixed.bindparams(sa.bindparam("moment", now(), portal.columns.UtcInstant())))
    op.create_table(
        "price_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("price_list_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=8), nullable=False),
        sa.Column("name", portal.columns.NfcText(), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=128), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["item_code"], ["item.code"], name=op.f("fk_price_evidence_item_code")),
        sa.ForeignKeyConstraint(["price_list_id"], ["price_list.id"], name=op.f("fk_price_evidence_price_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_evidence")),
    )
    op.create_index(op.f("ix_price_evidence_price_list_id"), "price_evidence", ["price_list_id"], unique=False)
    op.create_table(
        "observed_price",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=8), nullable=False),
        sa.Column("buyer", portal.columns.NfcText(), nullable=False),
        sa.Column("ward_code", sa.String(length=5), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("document", portal.columns.NfcText(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.ForeignKeyConstraint(["item_code"], ["item.code"], name=op.f("fk_observed_price_item_code")),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"], name=op.f("fk_observed_price_ward_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observed_price")),
        sa.UniqueConstraint("item_code", "buyer", "paid_on", "document", name=op.f("uq_observed_price_item_code")),
    )
    op.create_index(op.f("ix_observed_price_item_code"), "observed_price", ["item_code"], unique=False)


def downgrade() -> None:
    op.drop_table("observed_price")
    op.drop_table("price_evidence")
    for column in ("published_at", "published_by", "created_at", "created_by", "based_on", "revision", "delivery_year"):
        op.drop_column("price_list", column)
