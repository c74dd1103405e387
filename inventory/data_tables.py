"""The tables that the package brings along, as rows of text. Pure."""

import csv
from importlib.resources import files


def read_table(name: str, package: str = "inventory") -> list[dict[str, str]]:
    """The rows of a table in the ``data`` of a package, by the names of its columns."""
    return list(csv.DictReader((files(package) / "data" / name).read_text("utf-8").splitlines()))
