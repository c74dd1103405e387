"""Forms of spending and sources by level, nature and field in place of two kinds of spending and five names of sources.

Open plans go on under the new words; what was fixed keeps its content for ever. A ceiling that counted for both kinds of spending counts
for what it was set beside; two that come to the same money are one sum. A down brings the old names back, as near as they were.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_DIGITAL, _ADMINISTRATION = "KHCN, ĐMST và chuyển đổi số", "quản lý hành chính"
_CITY, _WARD = "Ngân sách Thành phố", "Ngân sách xã, phường"
_INVESTMENT, _RECURRENT = "đầu tư phát triển", "thường xuyên không tự chủ"
_PUBLIC_INVESTMENT = "Đầu tư công – NS Thành phố"
_SOURCES = {
    _PUBLIC_INVESTMENT: f"{_CITY}; {_INVESTMENT}; {_DIGITAL}",
    "Chi thường xuyên – NS Thành phố": f"{_CITY}; {_RECURRENT}; {_ADMINISTRATION}",
    "Chi chuyển đổi số – NS Thành phố (NĐ 224/2026, Điều 34)": f"{_CITY}; {_RECURRENT}; {_DIGITAL}",
    "NS xã, phường": f"{_WARD}; {_RECURRENT}; {_ADMINISTRATION}",
    "Xã hội hóa, khác": f"Nguồn hợp pháp khác; {_RECURRENT}; {_ADMINISTRATION}",
}
_OLD_SOURCES = {new: old for old, new in _SOURCES.items()}
_DEFAULT = f"{_CITY}; {_RECURRENT}; {_DIGITAL}"
_OLD_DEFAULT = "Chi thường xuyên – NS Thành phố"
_FORMS = {"capital": "purchase", "recurrent": "recurrent"}


def upgrade() -> None:
    projects = _plans_in_one_project()
    _rewrite_plans(_new_rules, _new_funding, _new_rates, _was_one_project)
    _rewrite_edits({"spending": "form"}, _FORMS, _SOURCES)
    edit = sa.table("plan_edit", *(sa.column(name, sa.String) for name in ("field", "value")), sa.column("plan_id", sa.Integer))
    bought = sa.and_(edit.c.field == "form", edit.c.value == "purchase", edit.c.plan_id.in_(projects))
    op.get_bind().execute(sa.update(edit).where(bought).values(value="project"))


def downgrade() -> None:
    _rewrite_plans(_old_rules, _old_funding, _old_rates, _is_one_project)
    forms = {"purchase": "capital", "project": "capital", "recurrent": "recurrent"}
    _rewrite_edits({"form": "spending"}, forms, _OLD_SOURCES)


_Values = dict[str, Any]


def _plans_in_one_project() -> list[int]:
    """The plans whose bought lines were one project, by their ids."""
    plan = sa.table("plan", sa.column("id", sa.Integer), sa.column("rates", sa.JSON))
    rows = op.get_bind().execute(sa.select(plan.c.id, plan.c.rates)).all()
    return [row.id for row in rows if _was_one_project(row)]


def _was_one_project(row: Any) -> bool:
    return (row.rates or {}).get("mode") == "project"


def _is_one_project(row: Any) -> bool:
    return any(rule.get("form") == "project" for rule in (row.assumptions or {}).get("groups", {}).values())


def _rewrite_plans(
    rules: Callable[[_Values, bool], _Values],
    funding: Callable[[_Values, bool, _Values], _Values],
    rates: Callable[[_Values, bool], _Values],
    is_one_project: Callable[[Any], bool],
) -> None:
    connection = op.get_bind()
    plan = sa.table(
        "plan", *(sa.column(name, sa.JSON) for name in ("assumptions", "rates", "funding")), sa.column("id", sa.Integer)
    )
    for row in connection.execute(sa.select(plan.c.id, plan.c.assumptions, plan.c.rates, plan.c.funding)).all():
        is_project = is_one_project(row)
        values = {
            "assumptions": rules(_copy(row.assumptions), is_project),
            "rates": rates(_copy(row.rates), is_project),
            "funding": funding(_copy(row.funding), is_project, _copy(row.assumptions)),
        }
        connection.execute(sa.update(plan).where(plan.c.id == row.id).values(values))


def _rewrite_edits(fields: Mapping[str, str], forms: Mapping[str, str], sources: Mapping[str, str]) -> None:
    connection = op.get_bind()
    edit = sa.table("plan_edit", sa.column("id", sa.Integer), sa.column("field", sa.String), sa.column("value", sa.Text))
    for old, new in fields.items():
        for before, after in forms.items():
            changed = sa.update(edit).where(edit.c.field == old, edit.c.value == before).values(field=new, value=after)
            connection.execute(changed)
    for before, after in sources.items():
        connection.execute(sa.update(edit).where(edit.c.field == "source", edit.c.value == before).values(value=after))


def _new_rules(values: _Values, is_project: bool) -> _Values:
    for rule in values.get("groups", {}).values():
        bought, yearly = rule.pop("capital_source", None), rule.pop("recurrent_source", None)
        rule["form"] = "project" if is_project else "purchase"
        rule["source"] = _DEFAULT if bought is None else _bought_from(bought, is_project)
        rule["recurrent_source"] = _DEFAULT if yearly is None else _paid_yearly_from(yearly)
    return values


def _bought_from(source: str, is_project: bool) -> str:
    """What was never chosen follows the new default: bought once from recurrent money."""
    return _DEFAULT if source == _PUBLIC_INVESTMENT and not is_project else _SOURCES.get(source, source)


def _paid_yearly_from(source: str) -> str:
    return _DEFAULT if source == _OLD_DEFAULT else _SOURCES.get(source, source)


def _old_rules(values: _Values, _is_project: bool) -> _Values:
    for rule in values.get("groups", {}).values():
        bought, yearly = rule.pop("source", _DEFAULT), rule.get("recurrent_source", _DEFAULT)
        form = rule.pop("form", "purchase")
        is_default = bought == _DEFAULT and form == "purchase"
        rule["capital_source"] = _PUBLIC_INVESTMENT if is_default else _OLD_SOURCES.get(bought, bought)
        rule["recurrent_source"] = _OLD_DEFAULT if yearly == _DEFAULT else _OLD_SOURCES.get(yearly, yearly)
    values.pop("city_norms", None)
    return values


def _new_funding(values: _Values, is_project: bool, rules: _Values) -> _Values:
    """A ceiling was for a year and a source: it goes on for what that source paid, bought once where both took from it."""
    bought = {rule["capital_source"] for rule in rules.get("groups", {}).values() if "capital_source" in rule} or {
        _PUBLIC_INVESTMENT
    }
    pots: dict[tuple[int, str, str], _Values] = {}
    for ceiling in values.get("ceilings", ()):
        is_bought = ceiling["source"] in bought
        source = _bought_from(ceiling["source"], is_project) if is_bought else _paid_yearly_from(ceiling["source"])
        form = ("project" if is_project else "purchase") if is_bought else "recurrent"
        pot = pots.setdefault((ceiling["year"], source, form), ceiling | {"source": source, "form": form, "amount": 0})
        pot["amount"] += ceiling["amount"]
    return values | {"ceilings": list(pots.values())} if pots else values


def _old_funding(values: _Values, _is_project: bool, _rules: _Values) -> _Values:
    for ceiling in values.get("ceilings", ()):
        form, source = ceiling.pop("form", "purchase"), ceiling["source"]
        default = _OLD_DEFAULT if form == "recurrent" else _PUBLIC_INVESTMENT
        ceiling["source"] = default if source == _DEFAULT else _OLD_SOURCES.get(source, source)
    return values


def _new_rates(values: _Values, _is_project: bool) -> _Values:
    values.pop("mode", None)
    return values


def _old_rates(values: _Values, is_project: bool) -> _Values:
    return values | {"mode": "project"} if is_project else values


def _copy(values: Any) -> _Values:
    copied: _Values = json.loads(json.dumps(values or {}))
    return copied
