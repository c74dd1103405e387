"""Snapshots say by which rule they are hashed, which round they are of and which came before; a submission, where it began.

What is there was hashed by rule 1 and stays so. A down leaves the columns of a snapshot: without them nobody could say later what a hash
is over; an older program writes its rows by rule 1, as the defaults say. It refuses speeds that the older program cannot hold.
"""

import sqlalchemy as sa
from alembic import op

import portal.columns
from portal.migration import MigrationError

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SPEEDS = "contracted_mbps", "measured_mbps"


def upgrade() -> None:
    known = {found["name"] for found in sa.inspect(op.get_bind()).get_columns("snapshot")}
    if "content_version" not in known:
        with op.batch_alter_table("snapshot") as batch:
            batch.add_column(sa.Column("content_version", sa.Integer(), nullable=False, server_default="1"))
            batch.add_column(sa.Column("kind", sa.String(length=16), nullable=False, server_default="round"))
            batch.add_column(sa.Column("round_id", sa.Integer(), nullable=True))
            batch.add_column(sa.Column("previous_sha256", sa.String(length=64), nullable=True))
            batch.create_unique_constraint(op.f("uq_snapshot_previous_sha256"), ["previous_sha256"])
    op.execute(
        "UPDATE snapshot SET round_id = coalesce("
        "(SELECT submission.round_id FROM submission WHERE submission.id = snapshot.submission_id), "
        "(SELECT round.id FROM round WHERE round.name = snapshot.round_name))"
    )
    op.execute(
        "UPDATE snapshot SET previous_sha256 = (SELECT earlier.sha256 FROM snapshot AS earlier "
        "WHERE earlier.ward_code = snapshot.ward_code AND earlier.id < snapshot.id ORDER BY earlier.id DESC LIMIT 1)"
    )
    with op.batch_alter_table("snapshot_connection") as batch:
        for name in SPEEDS:
            batch.alter_column(
                name, existing_type=sa.Integer(), type_=portal.columns.CleanJson(), postgresql_using=f"to_json({name})"
            )
    op.add_column("submission", sa.Column("base_sha256", sa.String(length=64), nullable=True))
    # It began from the newest snapshot that was there when the answers of the last round were carried over.
    op.execute(
        "UPDATE submission SET base_sha256 = (SELECT earlier.sha256 FROM snapshot AS earlier "
        "WHERE earlier.ward_code = submission.ward_code AND earlier.approved_at <= (SELECT min(at) FROM submission_change "
        "WHERE submission_change.submission_id = submission.id AND submission_change.door = 'carried') "
        "ORDER BY earlier.id DESC LIMIT 1)"
    )


def downgrade() -> None:
    fractions = sa.or_(*(sa.cast(sa.column(name), sa.Text).like("{%") for name in SPEEDS))
    if op.get_bind().scalar(sa.select(sa.func.count()).select_from(sa.table("snapshot_connection")).where(fractions)):
        raise MigrationError("Có đường truyền với tốc độ lẻ (Mbps) mà phiên bản cũ không ghi được, nên không hạ phiên bản.")
    op.drop_column("submission", "base_sha256")
    with op.batch_alter_table("snapshot_connection") as batch:
        for name in SPEEDS:
            batch.alter_column(
                name,
                existing_type=portal.columns.CleanJson(),
                type_=sa.Integer(),
                postgresql_using=f"CAST(CAST({name} AS TEXT) AS INTEGER)",
            )
