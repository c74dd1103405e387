"""Draws the floors and rooms of the house, and who imports whom, as the code stands: ``make drawing`` puts it into docs/architecture.md."""

from pathlib import Path

import grimp

from tests.support.docs import put_part

PACKAGES = ("exports", "planning", "surveys", "scoring", "inventory", "accounts", "portal")
PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"

Arrows = set[tuple[str, str]]


def find_arrows() -> tuple[Arrows, Arrows]:
    """Which package imports which, and which room of a package imports which other room of it."""
    graph = grimp.build_graph(*PACKAGES)
    floors: Arrows = set()
    rooms: Arrows = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            if importer.split(".")[0] != imported.split(".")[0]:
                floors.add((importer.split(".")[0], imported.split(".")[0]))
            elif room_of(importer) != room_of(imported) and is_room(room_of(importer)) and is_room(room_of(imported)):
                rooms.add((room_of(importer), room_of(imported)))
    return floors, rooms


def room_of(module: str) -> str:
    """The room in which a module stands, or the module itself where it stands at the root of its package."""
    return ".".join(module.split(".")[:2])


def is_room(name: str) -> bool:
    """Whether a dotted name is a folder of a package."""
    return "." in name and (PAGE.parents[1] / name.replace(".", "/")).is_dir()


def draw() -> str:
    """The floors, then the rooms of each package that has several, in Mermaid."""
    floors, rooms = find_arrows()
    parts = [_chart(floors)]
    for package in PACKAGES:
        package_rooms = {(_short(importer), _short(imported)) for importer, imported in rooms if importer.startswith(f"{package}.")}
        if package_rooms:
            parts.append(f"Rooms of `{package}/`:\n\n{_chart(package_rooms)}")
    return "\n".join(parts)


def _chart(arrows: Arrows) -> str:
    lines = [f"  {importer} --> {imported}" for importer, imported in sorted(arrows)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```", ""])


def _short(name: str) -> str:
    return name.partition(".")[2]


if __name__ == "__main__":
    PAGE.write_text(put_part("drawing", draw(), PAGE.read_text("utf-8")), "utf-8")
