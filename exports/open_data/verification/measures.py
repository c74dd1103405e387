"""The measures, as docs/tieu-chuan.md describes them, on the rows of one ward. A number, or None where an answer is missing. Pure."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exports.open_data.verification.rows import NUMBER, Row, read_day

Number = Decimal | None


@dataclass(frozen=True)
class Ward:
    """The rows of one ward: answers by key, equipment by item, lines by kind; and by which day and age it is judged."""

    facts: Mapping[str, str]
    equipment: Mapping[str, Sequence[Row]]
    lines: Mapping[str, Sequence[Row]]
    on: date
    pc_max_age_years: int


def read_fact(ward: Ward, key: str) -> Number:
    """Yes is 1 and no is 0; a day on which something ends is 1 up to and including that day; a word is no number."""
    text = ward.facts.get(key)
    if text in ("true", "false"):
        return Decimal(text == "true")
    if text and NUMBER.fullmatch(text):
        return Decimal(text)
    last_day = read_day(text or "")
    return None if last_day is None else Decimal(last_day >= ward.on)


def applies(ward: Ward, key: str) -> bool | None:
    """Whether the answer to a question lets a criterion apply: anything but no and 0. None where there is no answer."""
    text = ward.facts.get(key)
    return None if text is None else text not in ("", "false", "0")


def count_working(ward: Ward, items: Sequence[str], newest_of: int | None = None) -> Number:
    """What works of the items, without what the city service centre owns; with ``newest_of`` only what is of that year or later."""
    if any(item not in ward.equipment for item in items):
        return None
    rows = [row for item in items for row in ward.equipment[item] if row["owner"] != "city_centre"]
    if newest_of is not None:
        rows = [row for row in rows if row["year"] and row.count("year") >= newest_of]
    return Decimal(sum(row.count("good") + row.count("degraded") + row.count("unused") for row in rows))


def fold_name(name: str) -> str:
    """A name without case, diacritics and further blanks: two spellings of one provider are alike."""
    letters = unicodedata.normalize("NFD", name.replace("Ð", "Đ").replace("ð", "đ").casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).replace("đ", "d").split())


def _pcs_usable(ward: Ward) -> Number:
    return count_working(ward, ("A01", "A02"), ward.on.year - ward.pc_max_age_years)


def _scanners(ward: Ward) -> Number:
    scanners, multifunction = count_working(ward, ("A04",)), read_fact(ward, "printers_multifunction")
    return None if scanners is None or multifunction is None else scanners + multifunction


def _counter_cameras(ward: Ward) -> Number:
    cameras, all_seen = count_working(ward, ("B11",)), read_fact(ward, "cameras_cover_all")
    if cameras is None or all_seen is None:
        return None
    return cameras if all_seen else min(cameras, Decimal(3))


def _speeds(ward: Ward, kind: str) -> list[Decimal]:
    return [row.number("contracted_mbps") or Decimal(0) for row in ward.lines.get(kind, ())]


def _tslcd_lines(ward: Ward) -> Number:
    return Decimal(len(ward.lines["tslcd"])) if "tslcd" in ward.lines else None


def _tslcd_mbps(ward: Ward) -> Number:
    return max(_speeds(ward, "tslcd"), default=Decimal(0)) if "tslcd" in ward.lines else None


def _internet_mbps(ward: Ward) -> Number:
    return sum(_speeds(ward, "internet") + _speeds(ward, "backup"), Decimal(0)) if "internet" in ward.lines else None


def _backup_lines(ward: Ward) -> Number:
    if "backup" not in ward.lines:
        return None
    main_names = {fold_name(row["provider"]) for row in ward.lines.get("internet", ())}
    return Decimal(sum(1 for row in ward.lines["backup"] if row["provider"] and fold_name(row["provider"]) not in main_names))


def _other_sites(ward: Ward) -> Number:
    sites = read_fact(ward, "sites")
    return None if sites is None else max(Decimal(0), sites - 1)


def _elsewhere(everywhere: Number, ward: Ward, at_main: str) -> Number:
    if everywhere is None or read_fact(ward, at_main) is None:
        return None
    return max(Decimal(0), everywhere - (ward.facts[at_main] != "false"))


def _still_valid(ward: Ward, count: str, first_end: str) -> Number:
    counted, is_first_valid = read_fact(ward, count), read_fact(ward, first_end)
    if counted is None or is_first_valid is None:
        return None
    return counted if is_first_valid else max(Decimal(0), counted - 1)


# Measures that count what works of some items.
COUNTED = {
    "pcs_working": ("A01", "A02"),
    "printers": ("A03",),
    "counter_pcs": ("B01",),
    "counter_scanners": ("B03",),
    "id_readers": ("B05",),
    "kiosks": ("B06",),
    "queue_systems": ("B07",),
    "citizen_pcs": ("B10",),
    "satisfaction_tablets": ("B13",),
    "counter_ups": ("B14",),
    "access_points": ("C04",),
    "rack_ups": ("F01",),
    "surge_protection": ("F03",),
    "cabinets": ("F06",),
    "firewalls": ("G01",),
    "secret_pcs": ("G06",),
}
# Measures that have a rule of their own.
RULES: dict[str, Callable[[Ward], Number]] = {
    "pcs_usable": _pcs_usable,
    "scanners": _scanners,
    "counter_cameras": _counter_cameras,
    "tslcd_lines": _tslcd_lines,
    "tslcd_mbps": _tslcd_mbps,
    "internet_mbps": _internet_mbps,
    "backup_lines": _backup_lines,
    "other_sites": _other_sites,
    "other_sites_cabinets": lambda ward: _elsewhere(count_working(ward, ("F06",)), ward, "main_site_cabinet"),
    "other_sites_ups": lambda ward: _elsewhere(count_working(ward, ("F01",)), ward, "main_site_ups"),
    "other_sites_temperature": lambda ward: _elsewhere(read_fact(ward, "sites_temperature"), ward, "main_site_temperature"),
    "other_sites_firewalls": lambda ward: _elsewhere(count_working(ward, ("G01",)), ward, "main_firewall_until"),
    "certified_signers": lambda ward: _still_valid(ward, "signers_certified", "signer_certificate_until"),
    "certified_bodies": lambda ward: _still_valid(ward, "bodies_certified", "body_certificate_until"),
}


def is_known(measure: str, facts: frozenset[str]) -> bool:
    """Whether a measure can be read; ``facts`` are the measures that are one answer each."""
    return measure in facts or measure in COUNTED or measure in RULES


def read_measure(measure: str, ward: Ward) -> Number:
    """The value of a known measure."""
    if measure in RULES:
        return RULES[measure](ward)
    return count_working(ward, COUNTED[measure]) if measure in COUNTED else read_fact(ward, measure)
