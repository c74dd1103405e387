"""The open data: CSV tables from which a stranger can compute every rating and amount again."""

import csv
from collections.abc import Iterable
from io import StringIO

from sqlalchemy.orm import Session

from inventory.catalogue import load_catalogue
from inventory.prices.price_lists import current_price_list
from planning.scenarios.loading import get_plan, list_plans
from portal.csv_cells import guarded
from scoring.rating.city_readiness import city_readiness

SENSITIVE_FACTS = frozenset(
    {"pcs_protected", "level_file_approved", "security_rules_issued", "mfa_enabled", "backup_tested", "scan_last_year"}
)
Row = Iterable[object]


def build_open_data(session: Session, *, include_security: bool) -> dict[str, bytes]:
    """The files by name, UTF-8 with a byte order mark. Group G is left out unless it is requested."""
    city = city_readiness(session)
    snapshots = {code: rating.snapshot for code, rating in city.ratings.items() if rating.snapshot}

    def open_item(code: str) -> bool:
        return include_security or code[0] != "G"

    wards = [[w.code, w.name, w.kind, w.area_km2, w.population, w.former_district] for w in city.wards]
    facts = [
        [code, fact.key, str(fact.value).lower() if isinstance(fact.value, bool) else fact.value, fact.basis.value]
        for code, snapshot in snapshots.items()
        for fact in snapshot.facts.values()
        if include_security or fact.key not in SENSITIVE_FACTS
    ]
    equipment = [
        [code, lot.item, lot.year, lot.owner.value, lot.good, lot.degraded, lot.broken, lot.liquidation, lot.unused, lot.on_order]
        for code, snapshot in snapshots.items()
        for lot in snapshot.lots
        if open_item(lot.item)
    ]
    equipment += [
        [code, item, None, "ward", 0, 0, 0, 0, 0, 0]
        for code, snapshot in snapshots.items()
        for item in sorted(snapshot.answered_items)
        if open_item(item) and not any(lot.item == item for lot in snapshot.lots)
    ]
    connections = [
        [code, line.kind.value, line.provider, line.contracted_mbps, line.measured_mbps]
        for code, snapshot in snapshots.items()
        for line in snapshot.connections
    ]
    connections += [
        [code, kind.value, "", 0, None]
        for code, snapshot in snapshots.items()
        for kind in sorted(snapshot.answered_connections)
        if not snapshot.connections_of(kind)
    ]
    criteria = [
        [c.code, c.name, c.measure, c.requirement.constant, c.requirement.per, c.requirement.times, c.requirement.each, c.requirement.percent,
         c.requirement.at_least, int(c.requirement.at_most), c.weight, int(c.blocking), c.tier.value, c.applies_if, c.source_text, c.source_label]
        for c in city.standard.criteria
    ]  # fmt: skip
    findings = [
        [code, f.criterion.code, f.status.value, f.have, f.need, f.shortfall]
        for code, rating in city.ratings.items()
        for f in rating.findings
        if include_security or not f.criterion.is_sensitive
    ]
    # Result and score rest on group G too: beside the open findings they would give it away.
    ratings = [
        [
            code,
            r.result.value if include_security else None,
            r.score if include_security and r.snapshot else None,
            r.snapshot.as_of if r.snapshot else None,
            city.standard.version,
            city.standard.pass_mark,
            city.standard.pc_max_age_years,
            r.on,
        ]
        for code, r in city.ratings.items()
    ]
    prices = [
        [p.item, load_catalogue()[p.item].name, p.unit_price, p.vat_percent, p.cap, p.method, p.evidence, p.source, p.source_label]
        for p in current_price_list(session).prices.values()
    ]
    plan = get_plan(session, list_plans(session)[0].id)
    lines = [
        [x.ward.code, x.item, x.quantity, x.moved, x.months, x.unit_price, x.amount, x.spending.value, x.method.value, x.source, x.year,
         x.within, x.cap, x.on_order, " ".join(x.criteria)]
        for x in plan.lines
        if open_item(x.item) and (include_security or not any(code.startswith("CR-G") for code in x.criteria))
    ]  # fmt: skip
    return {
        "wards.csv": _csv("code name kind area_km2 population former_district", wards),
        "facts.csv": _csv("ward_code key value basis", facts),
        "equipment.csv": _csv("ward_code item year owner good degraded broken liquidation unused on_order", equipment),
        "connections.csv": _csv("ward_code kind provider contracted_mbps measured_mbps", connections),
        "criteria.csv": _csv(
            "code name measure constant per times each percent at_least at_most weight blocking tier applies_if source source_label",
            criteria,
        ),
        "findings.csv": _csv("ward_code criterion status have need shortfall", findings),
        "ratings.csv": _csv("ward_code result score as_of standard pass_mark pc_max_age_years rated_on", ratings),
        "prices.csv": _csv("item name unit_price vat_percent cap method evidence source source_label", prices),
        "plan_lines.csv": _csv(
            "ward_code item quantity moved months unit_price amount spending method source year quantity_within_cap cap on_order criteria",
            lines,
        ),
    }


def _csv(columns: str, rows: Iterable[Row]) -> bytes:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns.split())
    writer.writerows([[guarded(cell) for cell in row] for row in rows])
    return buffer.getvalue().encode("utf-8-sig")
