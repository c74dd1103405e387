"""Questionnaires are rows of the database: each round keeps the text that it asks by, whatever becomes of the program's files."""

from datetime import UTC, datetime
from importlib.resources import files

import sqlalchemy as sa
from alembic import op

import portal.columns
from portal.errors import WardReadinessError

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# The only version that a program before this one could ask by, and the hash of its content.
VERSION = "2026.1"
SHA256 = "6c6d0a58635270e33c16f0e089101eab317e28697d67886837ed3a943ea8830c"


def upgrade() -> None:
    questionnaire = op.create_table(
        "questionnaire",
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("toml", portal.columns.NfcText(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", portal.columns.UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint("sha256", name=op.f("uq_questionnaire_sha256")),
    )
    connection = op.get_bind()
    asked = set(connection.scalars(sa.text("SELECT DISTINCT questionnaire_version FROM round")))
    if unknown := sorted(asked - {VERSION}):
        raise WardReadinessError(
            f"Có đợt khảo sát theo mẫu phiếu {', '.join(unknown)} mà chương trình không có nên chưa nâng cấp. "
            "Khôi phục bản sao lưu gần nhất, hoặc gửi câu này cho nơi cung cấp phần mềm."
        )
    if asked:
        text = (files("surveys") / "data" / f"{VERSION}.toml").read_text("utf-8")
        row = {"version": VERSION, "toml": text, "sha256": SHA256, "published_at": datetime.now(UTC)}
        op.bulk_insert(questionnaire, [row])
    with op.batch_alter_table("round") as batch:
        batch.create_foreign_key(op.f("fk_round_questionnaire_version"), "questionnaire", ["questionnaire_version"], ["version"])


def downgrade() -> None:
    with op.batch_alter_table("round") as batch:
        batch.drop_constraint(op.f("fk_round_questionnaire_version"), type_="foreignkey")
    op.drop_table("questionnaire")
