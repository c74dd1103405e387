"""The units that accounts answer for, as far as accounts know them: the inventory hands them down."""

from dataclasses import dataclass

from flask import Flask, current_app


@dataclass(frozen=True)
class Place:
    """One unit: its code, its name with its kind, and its former district."""

    code: str
    name: str
    former_district: str


def set_places(app: Flask, places: tuple[Place, ...]) -> None:
    """Tell the application its units, in the order of lists."""
    app.extensions["places"] = places


def list_places() -> tuple[Place, ...]:
    """All units."""
    places: tuple[Place, ...] = current_app.extensions["places"]
    return places


def place_names() -> list[str]:
    """What people here call where they work: no word for a password."""
    return [name for place in list_places() for name in (place.name, place.former_district)]
