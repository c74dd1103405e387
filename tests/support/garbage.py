"""What was collected and imported stays to the end: looking through it for garbage, again and again, takes a fifth of the whole run."""

import gc

# Of so many new objects the collector looks for those that nobody holds any more; Python's own 700 come together in a moment.
NEW_OBJECTS = 50_000


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
