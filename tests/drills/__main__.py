"""Run every drill, or those whose names contain a word: ``python -m tests.drills [word …]``. Exits with 1 where one failed."""

import importlib
import pkgutil
import sys
import time
import traceback
from collections.abc import Callable, Iterable

import tests.drills

Drill = Callable[[], list[str]]


def find_drills() -> dict[str, Drill]:
    """Every function ``drill_…`` of the files of this folder, by name."""
    modules = [importlib.import_module(f"tests.drills.{part.name}") for part in pkgutil.iter_modules(tests.drills.__path__)]
    return {name: run for module in modules for name, run in vars(module).items() if name.startswith("drill_")}


def run_drills(drills: dict[str, Drill], write: Callable[[str], object]) -> bool:
    """Run them one after the other and write what came of each. True where none failed."""
    failed = 0
    for name, run in drills.items():
        write(f"{name}: {(run.__doc__ or '').strip()}\n")
        start = time.monotonic()
        try:
            faults = run()
        except Exception:
            faults = [traceback.format_exc()]
        failed += bool(faults)
        write("".join(f"  {fault}\n" for fault in faults))
        write(f"{name} {'FAILED' if faults else 'passed'} in {time.monotonic() - start:.0f} seconds\n")
    write(f"{len(drills) - failed} passed, {failed} failed\n")
    return bool(drills) and not failed


def main(words: Iterable[str]) -> int:
    """0 where all passed. A word that no drill has in its name is a mistake, not a success."""
    drills = find_drills()
    chosen_drills = {name: run for name, run in drills.items() if not words or any(word in name for word in words)}
    return 0 if run_drills(chosen_drills, lambda text: print(text, end="", flush=True)) else 1  # noqa: T201 - this is a command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
