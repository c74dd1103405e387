"""The menu, the panels of the home page, and the first steps of an installation. Each package registers its own when it is wired."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class MenuEntry:
    """One entry of the menu: shown to whoever has the permission (its value, as accounts names it)."""

    label: str
    endpoint: str
    permission: str
    order: int


@dataclass(frozen=True)
class HomePanel:
    """A part of a role's home page: a function that returns HTML, or nothing today, shown to the role of that value, in this order.

    ``place`` names the part for the style sheet, where the page lays its parts out side by side.
    """

    role: str
    order: int
    render: Callable[[], str]
    place: str = ""


@dataclass(frozen=True)
class StepState:
    """How far a first step is: whether it is done, and what there is, in words."""

    is_done: bool
    words: str


@dataclass(frozen=True)
class FirstStep:
    """What an administrator of a new installation has to do once, where it is done, and how far it is. Without a page: by a command."""

    order: int
    title: str
    endpoint: str
    find_state: Callable[[Session], StepState]


def add_first_step(app: Flask, step: FirstStep) -> None:
    """Put a step on the administrator's home page."""
    app.extensions.setdefault("first_steps", []).append(step)


def first_steps(app: Flask) -> list[FirstStep]:
    """All first steps, in the order in which they are taken."""
    return sorted(app.extensions.get("first_steps", []), key=lambda step: step.order)


def add_menu_entry(app: Flask, entry: MenuEntry) -> None:
    """Put an entry into the menu."""
    app.extensions.setdefault("menu", []).append(entry)


def add_home_panel(app: Flask, panel: HomePanel) -> None:
    """Put a panel on the home page of a role."""
    app.extensions.setdefault("home_panels", []).append(panel)


def menu(app: Flask) -> list[MenuEntry]:
    """All entries, in the order they are shown."""
    return sorted(app.extensions.get("menu", []), key=lambda entry: entry.order)


def home_panels(app: Flask, role: str) -> list[HomePanel]:
    """The panels of one role, in the order they are shown."""
    return sorted((p for p in app.extensions.get("home_panels", []) if p.role == role), key=lambda panel: panel.order)
