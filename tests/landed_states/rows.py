"""The rows of a database, and which of them another lost: for what an upgrade or a restore has to keep."""

import json
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, inspect, text

Rows = dict[str, list[dict[str, Any]]]
# What an upgrade writes anew in place: the rules of plans that are open, in the words of today, and the content of those that are final, as
# the text that was hashed. Their own tests look at it.
REWRITTEN = {"plan": {"assumptions", "rates", "funding", "content"}, "plan_edit": {"field", "value"}}


def read_rows(engine: Engine) -> Rows:
    """Every row of every table, as the driver gives it."""
    with engine.execution_options(writes=False).connect() as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return {
            name: [dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()] for name in sorted(tables)
        }


def lost_rows(before: Rows, after: Rows, rewritten: Mapping[str, set[str]] = MappingProxyType({})) -> list[str]:
    """The tables whose rows are not all there any more, in the columns that both have and that are not ``rewritten``."""
    faults = []
    for table, rows in before.items():
        if not rows:
            continue
        shared = {name for name in rows[0] if not after.get(table) or name in after[table][0]} - rewritten.get(table, set())
        lost = _counted(rows, shared) - _counted(after.get(table, []), shared)
        if lost:
            faults.append(f"{table}: {lost.total()} of {len(rows)} rows are lost, such as {min(lost)[:300]}")
    return faults


def _counted(rows: list[dict[str, Any]], names: set[str]) -> Counter[str]:
    return Counter(json.dumps({name: row[name] for name in sorted(names)}, default=str, ensure_ascii=False) for row in rows)
