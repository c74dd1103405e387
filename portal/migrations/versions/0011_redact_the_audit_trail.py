"""Why an action was opened again, kept with the action; and the audit trail without what would help an attacker.

Older programs wrote words on actions of network security (group G), changes of its lines in a plan, and whatever a reviewer wrote into the
reason of a return into the trail. They are replaced once, and a line of the trail says so. The trail keeps the old values nowhere.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

import portal.columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

HIDDEN = "(số liệu nhạy cảm, không ghi lại ở đây)"
FACTS = {"pcs_protected", "level_file_approved", "security_rules_issued", "mfa_enabled", "backup_tested", "scan_last_year"}
BATCH = 1000
WORDS = {"task", "deliverable", "evidence", "criterion", "delivered", "reason"}
_AUDIT = sa.table(
    "audit_entry",
    sa.column("id", sa.Integer()),
    sa.column("at", portal.columns.UtcInstant()),
    sa.column("username", sa.String()),
    sa.column("action", sa.String()),
    sa.column("subject", sa.String()),
    sa.column("before", sa.JSON()),
    sa.column("after", sa.JSON()),
)
_ACTION = sa.table(
    "action",
    sa.column("id", sa.Integer()),
    sa.column("criterion", sa.String()),
    sa.column("reopened_for", portal.columns.NfcText()),
)


def upgrade() -> None:
    op.add_column("action", sa.Column("reopened_for", portal.columns.NfcText(), nullable=False, server_default=""))
    connection = op.get_bind()
    _keep_reasons(connection)
    count = _redact(connection)
    if count:
        entry = {
            "action": "audit:redact",
            "subject": "audit",
            "username": "hệ thống",
            "before": sa.null(),
            "after": {"entries": count},
        }
        connection.execute(_AUDIT.insert().values(at=datetime.now(UTC), **entry))


def downgrade() -> None:
    op.drop_column("action", "reopened_for")


def _keep_reasons(connection: sa.Connection) -> None:
    """The newest reason of each action, which the page of an action has read from the trail until now."""
    reopenings = sa.select(_AUDIT.c.subject, _AUDIT.c.after).where(_AUDIT.c.action == "action:reopen").order_by(_AUDIT.c.id)
    for subject, after in connection.execute(reopenings).all():
        number = subject.removeprefix("action ")
        reason = after.get("reason") if isinstance(after, dict) else None
        if isinstance(reason, str) and number.isdecimal():
            connection.execute(_ACTION.update().where(_ACTION.c.id == int(number)).values(reopened_for=reason))


def _redact(connection: sa.Connection) -> int:
    """Replace what is sensitive in every line; the number of lines that had any."""
    sensitive = sa.select(_ACTION.c.id).where(_ACTION.c.criterion.startswith("CR-G"))
    subjects = {f"action {number}" for number in connection.scalars(sensitive)}
    query = sa.select(_AUDIT.c.id, _AUDIT.c.action, _AUDIT.c.subject, _AUDIT.c.before, _AUDIT.c.after).order_by(_AUDIT.c.id)
    last = count = 0
    # A trail of years is longer than what should lie in memory at once.
    while rows := connection.execute(query.where(_AUDIT.c.id > last).limit(BATCH)).all():
        last = rows[-1].id
        for row in rows:
            values = {"before": row.before, "after": row.after}
            is_told = row.action == "submission:return" or row.subject in subjects or any(map(_is_of_group, values.values()))
            clean = {name: _redact_values(value, is_told=is_told) for name, value in values.items()}
            changed = {name: value for name, value in clean.items() if value != values[name]}
            if changed:
                connection.execute(_AUDIT.update().where(_AUDIT.c.id == row.id).values(**changed))
                count += 1
    return count


def _is_of_group(values: object) -> bool:
    return isinstance(values, Mapping) and str(values.get("criterion", "")).startswith("CR-G")


def _redact_values(values: object, *, is_told: bool) -> object:
    if not isinstance(values, dict):
        return values
    names = {name for name in values if _is_sensitive_answer(name)}
    if is_told:
        names |= WORDS & values.keys()
    if _is_sensitive_answer(str(values.get("question", ""))):
        names |= {"name"} & values.keys()
    if re.fullmatch(r"[0-9]{5}-G[0-9]{2}", str(values.get("line", ""))):
        names |= values.keys() - {"fields"}
    clean: dict[str, Any] = {name: HIDDEN if name in names else value for name, value in values.items()}
    if isinstance(values.get("transfers"), list):
        clean["transfers"] = [HIDDEN if str(key).startswith("G") else key for key in values["transfers"]]
    return clean


def _is_sensitive_answer(field: str) -> bool:
    """Whether a field of a form belongs to a sensitive question: ``G01#2.good``, ``mfa_enabled``, ``mfa_enabled.why``."""
    key = field.partition(".")[0].partition("#")[0]
    return key in FACTS or re.fullmatch(r"G[0-9]{2}", key) is not None
