"""What is kept in memory of values that never change: every cache of the house, its size, and the key it is asked by.

A key is made of hashes of contents, so equal contents share a value and nothing has to expire. Pure.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from threading import RLock
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# How many values each cache keeps: the longest unused one gives way.
SIZES = {
    "snapshots": 5000,  # some forty rounds of a city
    "ratings": 5000,  # likewise, one for each snapshot under the standard in force
    "confidence": 4,  # one a state of the city
    "costs to ready": 2000,  # one a ward, for some fifteen states of the city
    "comparison sides": 200,  # one a draft that is being tried
    "threshold curves": 200,  # one a threshold and draft
    "trends": 4,  # one a state of the city
    "plans": 20,  # an open scenario is a megabyte
    "funded plans": 20,  # likewise
    "fixed funded plans": 20,  # likewise
    "accounts of money": 20,  # one a funded plan
    "boundaries": 2,  # some megabytes each
    "boundary layouts": 2,  # likewise
    "pictures": 60,  # a few versions of each are all that is ever asked for
    "ward numbers": 2,  # one a state of the city
    "usual numbers": 300,  # one a ward, for two states of the city
    "review priorities": 1000,  # one a version of a submission
    "draft checks": 2000,  # likewise
}


class Cache(Generic[K, V]):
    """Values by key, safe between threads. A value that two threads make at once is kept once."""

    def __init__(self, name: str) -> None:
        self._values: LRUCache[K, V] = LRUCache(SIZES[name])
        self._lock = RLock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made where it is not kept. Making holds no lock."""
        return self.get_many([key], lambda _missing: {key: make()})[key]

    def get_many(self, keys: Collection[K], make: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """The values of all keys; those that are not kept are made in one go. What ``make`` leaves out stays out."""
        with self._lock:
            values = {key: self._values[key] for key in keys if key in self._values}
        missing = [key for key in dict.fromkeys(keys) if key not in values]
        if not missing:
            return values
        made = make(missing)
        with self._lock:
            for key, value in made.items():
                values[key] = self._values.setdefault(key, value)
        return values

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._values.clear()


def content_key(*parts: object) -> str:
    """The SHA-256 of contents: of texts, numbers, days, and frozen values made of them. Raises TypeError for anything else."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=_describe).encode()).hexdigest()


def _describe(value: object) -> str:
    """A value by all that it holds; others are shown by their place in memory, or in no order."""
    if not (is_dataclass(value) or isinstance(value, date | Decimal | Enum)):
        raise TypeError(f"{type(value).__name__} is no part of a key")
    return repr(value)
