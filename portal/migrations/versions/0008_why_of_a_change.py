"""Why a field was changed, where somebody says so."""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission_change", sa.Column("why", portal.columns.NfcText(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("submission_change", "why")
