"""The version of the program: the one place that names it. The package, each page's foot and each file that leaves the house read it here."""

PROGRAM = "Ward Readiness"
VERSION = "0.5.0"


def stamp() -> str:
    """Program and version in one line, for the properties of files."""
    return f"{PROGRAM} {VERSION}"
