"""The boundaries of wards that an administrator loads for the map."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "boundary_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filename", portal.columns.NfcText(), nullable=False),
        sa.Column("source", portal.columns.NfcText(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("inner", sa.JSON(), nullable=False),
        sa.Column("shapes", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("points_given", sa.Integer(), nullable=False),
        sa.Column("points_kept", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_set")),
    )


def downgrade() -> None:
    op.drop_table("boundary_set")
