"""The content of a final plan as the very text that its hash is over, and whose hands changed a price list last.

JSON a database may write in its own way. What no longer had its hash keeps the text that it had, and so does not have its hash as before; a
down brings the JSON back. Who changed a list until now nobody knows; each plan rests on its list as it stands.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_PLAN = sa.table("plan", sa.column("id", sa.Integer), sa.column("content", sa.Text), sa.column("sha256", sa.String))


def upgrade() -> None:
    with op.batch_alter_table("price_list") as price_list:
        price_list.add_column(sa.Column("changed_by_accounts", portal.columns.CleanJson(), nullable=False, server_default="[]"))
    with op.batch_alter_table("plan") as plan:
        plan.alter_column("content", type_=sa.Text(), existing_nullable=True, postgresql_using="content::text")
        plan.add_column(sa.Column("price_revision", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE plan SET price_revision = (SELECT revision FROM price_list WHERE price_list.id = plan.price_list_id)")
    connection = op.get_bind()
    for plan_id in connection.scalars(sa.select(_PLAN.c.id).where(_PLAN.c.content.is_not(None))).all():
        stored, sha256 = connection.execute(sa.select(_PLAN.c.content, _PLAN.c.sha256).where(_PLAN.c.id == plan_id)).one()
        text = _hashed_text(stored)
        if hashlib.sha256(text.encode()).hexdigest() == sha256:
            connection.execute(sa.update(_PLAN).where(_PLAN.c.id == plan_id).values(content=text))


def downgrade() -> None:
    with op.batch_alter_table("plan") as plan:
        plan.alter_column("content", type_=sa.JSON(), existing_nullable=True, postgresql_using="content::json")
        plan.drop_column("price_revision")
    with op.batch_alter_table("price_list") as price_list:
        price_list.drop_column("changed_by_accounts")


def _hashed_text(stored: str) -> str:
    """The text that the program of then hashed; what is stored where it never came from that program."""
    try:
        text = json.dumps(json.loads(stored), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        text.encode()
    except ValueError:
        return stored
    return text
