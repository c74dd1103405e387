"""The documents of the project, and the commands of the program, for tests that hold one against the other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def read_document(name):
    return (DOCS / name).read_text("utf-8")


def put_part(name, text, page):
    """The page with the text between the marks of this name; a page without them is left as it is."""
    fence = re.compile(rf"(<!-- {name}: begin[^>]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
    return fence.sub(lambda match: f"{match[1]}{text}{match[2]}", page)


def commands(group, group_names=()):
    """The words of each command of a group and of the groups in it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*group_names, name))
        else:
            yield (*group_names, name)
