"""The open data: tables, and the standard's own text, from which a stranger can compute every rating and amount again."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from sqlalchemy.orm import Session

from inventory.catalogue import load_catalogue
from inventory.prices.price_lists import current_price_list
from inventory.prices.prices import PriceList
from inventory.security import is_sensitive_answer, open_part
from inventory.snapshots.snapshot import Snapshot
from planning.plan.plan import Plan
from planning.plan.redaction import is_sensitive_line
from planning.scenarios.loading import list_plans, plan_of
from portal.csv_cells import escape_formula
from scoring.rating.city_readiness import CityReadiness, city_readiness
from scoring.rating.measures import MEASURES, required_answers
from scoring.rating.published_standards import get_standard_record
from scoring.rating.standard import Standard

Row = Iterable[object]


def build_open_data(session: Session, *, include_security: bool) -> dict[str, bytes]:
    """The files by name, tables in UTF-8 with a byte order mark. Group G is left out unless it is requested."""
    city, plan = city_readiness(session), plan_of(session, list_plans(session)[0])
    text = get_standard_record(session, city.standard.version).toml
    return build_rating_files(city, text, include_security=include_security) | {
        "prices.csv": _csv(
            "item name unit_price vat_percent cap method evidence source source_label", _prices(current_price_list(session))
        ),
        "plan_lines.csv": _csv(
            "ward_code item quantity moved months unit_price vat_percent later_prices amount form method source year quantity_within_cap cap norm on_order criteria",
            _plan_lines(plan, include_security=include_security),
        ),
    }


def build_rating_files(city: CityReadiness, standard_text: str, *, include_security: bool) -> dict[str, bytes]:
    """The files from which every finding and rating can be computed again: answers, the standard in its own words, and the outcome."""
    whole_snapshots = (rating.snapshot for rating in city.ratings.values() if rating.snapshot)
    snapshots = [snapshot if include_security else open_part(snapshot) for snapshot in whole_snapshots]
    wards = [[w.code, w.name, w.kind, w.area_km2, w.population, w.former_district] for w in city.wards]
    return {
        "wards.csv": _csv("code name kind area_km2 population former_district", wards),
        "facts.csv": _csv("ward_code key value basis", _facts(snapshots)),
        "equipment.csv": _csv(
            "ward_code item year owner good degraded broken liquidation unused on_order",
            (*_lots(snapshots), *_items_of_none(snapshots)),
        ),
        "connections.csv": _csv("ward_code kind provider contracted_mbps measured_mbps", _connections(snapshots)),
        "standard.toml": standard_text.encode(),
        "measures.csv": _csv("measure label unit kind answers security", _measures()),
        "criteria.csv": _csv(
            "code name measure constant per times each percent at_least at_most weight blocking tier applies_if source source_label "
            "undecided effective_from effective_to is_asked",
            _criteria(city.standard),
        ),
        "findings.csv": _csv("ward_code criterion status have need shortfall", _findings(city, include_security=include_security)),
        "ratings.csv": _csv(
            "ward_code result score as_of standard pass_mark pc_max_age_years rated_on standard_sha256",
            _ratings(city, include_security=include_security),
        ),
    }


def _facts(snapshots: Iterable[Snapshot]) -> Iterator[Row]:
    for snapshot in snapshots:
        for fact in snapshot.facts.values():
            value = str(fact.value).lower() if isinstance(fact.value, bool) else fact.value
            yield snapshot.ward_code, fact.key, value, fact.basis.value


def _lots(snapshots: Iterable[Snapshot]) -> Iterator[Row]:
    for snapshot in snapshots:
        for lot in snapshot.lots:
            yield (
                snapshot.ward_code, lot.item, lot.year, lot.owner.value,
                lot.good, lot.degraded, lot.broken, lot.liquidation, lot.unused, lot.on_order,
            )  # fmt: skip


def _items_of_none(snapshots: Iterable[Snapshot]) -> Iterator[Row]:
    """A row of zeros for each item that a ward answered to have none of: no answer and none are not the same."""
    for snapshot in snapshots:
        for item in sorted(snapshot.answered_items - {lot.item for lot in snapshot.lots}):
            yield snapshot.ward_code, item, None, "ward", 0, 0, 0, 0, 0, 0


def _connections(snapshots: list[Snapshot]) -> Iterator[Row]:
    """The lines of each ward, then a row of zero for each kind that a ward answered to have none of."""
    for snapshot in snapshots:
        for line in snapshot.connections:
            yield snapshot.ward_code, line.kind.value, line.provider, line.contracted_mbps, line.measured_mbps
    for snapshot in snapshots:
        for kind in sorted(snapshot.answered_connections):
            if not snapshot.connections_of(kind):
                yield snapshot.ward_code, kind.value, "", 0, None


def _measures() -> Iterator[Row]:
    """What can be measured: one answer as it was given, or what is computed from several."""
    for name, measure in MEASURES.items():
        answers = required_answers(name)
        kind = "fact" if measure.is_fact else "computed"
        yield name, measure.label, measure.unit, kind, " ".join(answers), int(any(map(is_sensitive_answer, answers)))


def _criteria(standard: Standard) -> Iterator[Row]:
    for c in standard.criteria:
        r = c.requirement
        yield (
            c.code, c.name, c.measure, r.constant, r.per, r.times, r.each, r.percent, r.at_least, int(r.at_most),
            c.weight, int(c.blocking), c.tier.value, c.applies_if, c.source_text, c.source_label,
            int(c.undecided), c.effective_from, c.effective_to, int(c.is_asked),
        )  # fmt: skip


def _findings(city: CityReadiness, *, include_security: bool) -> Iterator[Row]:
    for code, rating in city.ratings.items():
        for f in rating.findings:
            if include_security or not f.criterion.is_sensitive:
                yield code, f.criterion.code, f.status.value, f.have, f.need, f.shortfall


def _ratings(city: CityReadiness, *, include_security: bool) -> Iterator[Row]:
    """Result and score rest on group G too: beside the open findings they would give it away, and stay empty without it."""
    standard = city.standard
    for code, rating in city.ratings.items():
        result = rating.result.value if include_security else None
        score = rating.score if include_security and rating.snapshot else None
        as_of = rating.snapshot.as_of if rating.snapshot else None
        yield (
            code,
            result,
            score,
            as_of,
            standard.version,
            standard.pass_mark,
            standard.pc_max_age_years,
            rating.on,
            standard.sha256,
        )


def _prices(price_list: PriceList) -> Iterator[Row]:
    for p in price_list.prices.values():
        name = load_catalogue()[p.item].name
        yield p.item, name, p.unit_price, p.vat_percent, p.cap, p.method, p.evidence, p.source, p.source_label


def _plan_lines(plan: Plan, *, include_security: bool) -> Iterator[Row]:
    for line in plan.lines:
        if not include_security and is_sensitive_line(line):
            continue
        yield (
            line.ward.code, line.item, line.quantity, line.moved, line.months, line.unit_price, line.vat_percent,
            " ".join(f"{paid.year}:{paid.unit_price}" for paid in line.later), line.amount, line.form.value, line.method.value, line.source,
            line.year, line.within, line.cap, line.norm.kind.value, line.on_order, " ".join(line.criteria),
        )  # fmt: skip


def _csv(columns: str, rows: Iterable[Row]) -> bytes:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns.split())
    writer.writerows([[escape_formula(cell) for cell in row] for row in rows])
    return buffer.getvalue().encode("utf-8-sig")
