"""A standard is reached by a code beside its version, which may hold what no address can in older ones.

A published text never changes, and rounds, plans and hashes name its version, so that stays as it is. The version of a draft becomes one that
may stand in an address. A down forgets the codes.
"""

import sqlalchemy as sa
import tomlkit
from alembic import op
from tomlkit.exceptions import TOMLKitError

import portal.columns
from portal.codes import find_code_fault, to_code

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LONGEST, RESERVED = 32, {"drafts"}
_STANDARD = sa.table(
    "standard",
    sa.column("version", sa.String()),
    sa.column("code", sa.String()),
    sa.column("published_at", portal.columns.UtcInstant()),
)
_DRAFT = sa.table("standard_draft", sa.column("id", sa.Integer()), sa.column("toml", portal.columns.NfcText()))


def upgrade() -> None:
    op.add_column("standard", sa.Column("code", sa.String(length=LONGEST), nullable=True))
    connection = op.get_bind()
    versions = list(connection.scalars(sa.select(_STANDARD.c.version).order_by(_STANDARD.c.published_at, _STANDARD.c.version)))
    taken = set(versions)
    for version in versions:
        code = version
        if find_code_fault(version, LONGEST, RESERVED):
            code = to_code(version, LONGEST, taken | RESERVED)
            taken.add(code)
        connection.execute(_STANDARD.update().where(_STANDARD.c.version == version).values(code=code))
    with op.batch_alter_table("standard") as batch:
        batch.alter_column("code", existing_type=sa.String(length=LONGEST), nullable=False)
        batch.create_unique_constraint(op.f("uq_standard_code"), ["code"])
    for draft_id, toml in connection.execute(sa.select(_DRAFT.c.id, _DRAFT.c.toml)).all():
        text = _with_code(toml, taken | RESERVED)
        if text != toml:
            connection.execute(_DRAFT.update().where(_DRAFT.c.id == draft_id).values(toml=text))


def downgrade() -> None:
    with op.batch_alter_table("standard") as batch:
        batch.drop_constraint(op.f("uq_standard_code"), type_="unique")
        batch.drop_column("code")


def _with_code(toml: str, taken: set[str]) -> str:
    """The text of a draft under a version that is a code. What cannot be read is left to whoever edits it."""
    try:
        document = tomlkit.parse(toml)
    except TOMLKitError:
        return toml
    version = document.get("version")
    if not isinstance(version, str) or not find_code_fault(version, LONGEST, RESERVED):
        return toml
    document["version"] = to_code(version, LONGEST, taken)
    return tomlkit.dumps(document)
