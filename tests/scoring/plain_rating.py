"""A second rating, written the plain slow way from the TOML alone: no table of measures, no shared helper."""

import math
from datetime import date
from fractions import Fraction

from inventory.snapshots.snapshot import ConnectionKind, Owner


def plain_rate(snapshot, standard, on):
    """``(result, score)`` from the parsed TOML of a standard."""
    met_weight = counted_weight = 0
    has_failed = has_unanswered = False
    for row in standard["criteria"]:
        verdict = plain_judge(row, snapshot, standard, on)
        if verdict == "none" or row.get("tier") == "recommended":
            continue
        counted_weight += row["weight"]
        met_weight += row["weight"] if verdict == "met" else 0
        if row.get("blocking"):
            has_failed = has_failed or verdict == "unmet"
            has_unanswered = has_unanswered or verdict == "unanswered"
    score = math.floor(Fraction(100 * met_weight, counted_weight)) if counted_weight else 0
    if has_failed:
        return "not_ready", score
    if has_unanswered:
        return "incomplete", score
    return ("ready" if score >= standard["pass_mark"] else "not_ready"), score


def plain_judge(row, snapshot, standard, on):
    if "applies_if" in row:
        applies = snapshot.fact(row["applies_if"])
        if applies is None:
            return "unanswered"
        if not applies:
            return "none"
    need = row["need"]
    driver = value(need["per"], snapshot, standard, on) if "per" in need else 0
    if driver is None:
        return "unanswered"
    share = Fraction(driver * need.get("times", 1) * need.get("percent", 100), need.get("each", 1) * 100)
    amount = max(need.get("at_least", 0), need.get("constant", 0) + math.ceil(share))
    if amount == 0 and not need.get("at_most"):
        return "none"
    have = value(row["measure"], snapshot, standard, on)
    if have is None:
        return "unanswered"
    is_met = have <= amount if need.get("at_most") else have >= amount
    return "met" if is_met else "unmet"


ITEMS = {
    "pcs_working": ["A01", "A02"], "printers": ["A03"], "counter_pcs": ["B01"], "counter_scanners": ["B03"], "id_readers": ["B05"],
    "kiosks": ["B06"], "queue_systems": ["B07"], "citizen_pcs": ["B10"], "satisfaction_tablets": ["B13"], "counter_ups": ["B14"],
    "access_points": ["C04"], "rack_ups": ["F01"], "surge_protection": ["F03"], "cabinets": ["F06"], "firewalls": ["G01"], "secret_pcs": ["G06"],
}  # fmt: skip


def working(snapshot, items, keep=lambda lot: True):
    if any(item not in snapshot.answered_items for item in items):
        return None
    total = 0
    for lot in snapshot.lots:
        if lot.item in items and lot.owner != Owner.CITY_CENTRE and keep(lot):
            total += lot.good + lot.degraded + lot.unused
    return total


def speeds(snapshot, kind):
    return [line.contracted_mbps or 0 for line in snapshot.connections if line.kind == kind]


def value(name, snapshot, standard, on):
    answered = snapshot.answered_connections
    if name in ITEMS:
        return working(snapshot, ITEMS[name])
    if name == "pcs_usable":
        oldest = on.year - standard["pc_max_age_years"]
        return working(snapshot, ["A01", "A02"], lambda lot: lot.year is not None and lot.year >= oldest)
    if name == "scanners":
        parts = [working(snapshot, ["A04"]), snapshot.fact("printers_multifunction")]
        return None if None in parts else sum(parts)
    if name == "counter_cameras":
        cameras, cover = working(snapshot, ["B11"]), snapshot.fact("cameras_cover_all")
        return None if cameras is None or cover is None else cameras if cover else min(3, cameras)
    if name == "tslcd_lines":
        return len(speeds(snapshot, ConnectionKind.TSLCD)) if ConnectionKind.TSLCD in answered else None
    if name == "tslcd_mbps":
        return max([0, *speeds(snapshot, ConnectionKind.TSLCD)]) if ConnectionKind.TSLCD in answered else None
    if name == "internet_mbps":
        total = sum(speeds(snapshot, ConnectionKind.INTERNET)) + sum(speeds(snapshot, ConnectionKind.BACKUP))
        return total if ConnectionKind.INTERNET in answered else None
    if name == "backup_lines":
        if ConnectionKind.BACKUP not in answered:
            return None
        main_providers = {line.provider.casefold() for line in snapshot.connections if line.kind == ConnectionKind.INTERNET}
        return sum(
            1
            for x in snapshot.connections
            if x.kind == ConnectionKind.BACKUP and x.provider and x.provider.casefold() not in main_providers
        )
    if name == "other_sites":
        return None if snapshot.fact("sites") is None else max(0, snapshot.fact("sites") - 1)
    fact = snapshot.fact(name)
    if isinstance(fact, date):
        return int(fact >= on)
    return None if fact is None else int(fact)
