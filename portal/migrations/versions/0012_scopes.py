"""The scope of an account is stored as what it is, and people may stand in for one another.

A down forgets who stands in for whom, and closes the accounts that the older code would take for ones of the whole city.
"""

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default covers nothing: an account that this leaves out may do less, never more.
    op.add_column("user", sa.Column("scope", sa.String(length=16), nullable=False, server_default="wards"))
    op.add_column("user", sa.Column("former_district", portal.columns.NfcText(), nullable=False, server_default=""))
    # Until now no row meant the whole city for every role but those of a ward.
    op.execute(
        "UPDATE \"user\" SET scope = 'city' WHERE role NOT IN ('officer', 'ward_head') "
        "AND id NOT IN (SELECT user_id FROM user_ward)"
    )
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("absent_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("document", portal.columns.NfcText(), nullable=False),
        sa.Column("by", portal.columns.NfcText(), nullable=False),
        sa.Column("at", portal.columns.UtcInstant(), nullable=False),
        sa.Column("ended_at", portal.columns.UtcInstant(), nullable=True),
        sa.ForeignKeyConstraint(["absent_id"], ["user.id"], name=op.f("fk_stand_in_absent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["deputy_id"], ["user.id"], name=op.f("fk_stand_in_deputy_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
    )
    op.create_index(op.f("ix_stand_in_absent_id"), "stand_in", ["absent_id"], unique=False)
    op.create_index(op.f("ix_stand_in_deputy_id"), "stand_in", ["deputy_id"], unique=False)
    op.add_column("audit_entry", sa.Column("acts_for", sa.String(length=64), nullable=True))
    with op.batch_alter_table("browser_session") as batch:
        batch.add_column(sa.Column("stand_in_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_browser_session_stand_in_id"), "stand_in", ["stand_in_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    op.execute(
        "UPDATE \"user\" SET is_active = false WHERE scope <> 'city' AND role NOT IN ('officer', 'ward_head') "
        "AND id NOT IN (SELECT user_id FROM user_ward)"
    )
    with op.batch_alter_table("browser_session") as batch:
        batch.drop_constraint(op.f("fk_browser_session_stand_in_id"), type_="foreignkey")
        batch.drop_column("stand_in_id")
    op.drop_column("audit_entry", "acts_for")
    op.drop_index(op.f("ix_stand_in_deputy_id"), table_name="stand_in")
    op.drop_index(op.f("ix_stand_in_absent_id"), table_name="stand_in")
    op.drop_table("stand_in")
    op.drop_column("user", "former_district")
    op.drop_column("user", "scope")
