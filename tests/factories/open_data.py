"""Exports of made-up cities, as files that can be tampered with."""

import csv
from dataclasses import replace
from io import StringIO

from exports.open_data.tables import build_rating_files
from exports.open_data.verification.comparison import compare
from exports.open_data.verification.export import COLUMNS, parse_export
from inventory.wards.wards import load_wards
from scoring.rating.city_readiness import CityReadiness
from scoring.rating.rating import rate, rating_without_data
from tests.factories.days import DEMO_DAY
from tests.factories.standards import STANDARD, STANDARD_TEXT

WARDS = tuple(load_wards())


def export_of(*snapshots, standard=STANDARD, text=STANDARD_TEXT, on=DEMO_DAY, include_security=True):
    """The files of a city whose first wards have these snapshots; None stands for a ward without data. It has no plan."""
    wards = WARDS[: len(snapshots)]
    ratings = {
        ward.code: rate(replace(snapshot, ward_code=ward.code), standard, on) if snapshot else rating_without_data(ward.code, on)
        for ward, snapshot in zip(wards, snapshots, strict=True)
    }
    return export_of_city(CityReadiness(standard, on, wards, ratings, "", {}), text, include_security=include_security)


def export_of_city(city, text, *, include_security=True):
    """The files of a city that was rated. It has no plan."""
    files = build_rating_files(city, text, include_security=include_security)
    return files | {"plan_lines.csv": COLUMNS["plan_lines.csv"].replace(" ", ",").encode()}


def read_table(files, name):
    """The rows of a table, as they stand in the file."""
    return list(csv.DictReader(StringIO(files[name].decode("utf-8-sig"), newline="")))


def with_table(files, name, rows):
    """The same files with these rows in one table."""
    heading = next(csv.reader(StringIO(files[name].decode("utf-8-sig"))))
    buffer = StringIO(newline="")
    writer = csv.DictWriter(buffer, heading)
    writer.writeheader()
    writer.writerows(rows)
    return files | {name: buffer.getvalue().encode("utf-8-sig")}


def disagreements(files):
    """What the second computation says of an export."""
    return compare(parse_export(files)).disagreements
