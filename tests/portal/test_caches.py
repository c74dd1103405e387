import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest

from portal.caches import SIZES, Cache, content_key

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cache():
    return Cache("boundaries")


@dataclass(frozen=True)
class Sheet:
    title: str
    rows: tuple[int, ...]


class TestCache:
    def test_a_value_is_made_once(self, cache):
        calls = []
        assert cache.get("a", lambda: calls.append(1) or "value") == "value"
        assert cache.get("a", lambda: calls.append(1) or "other") == "value"
        assert calls == [1]

    def test_the_longest_unused_value_gives_way(self, cache):
        assert SIZES["boundaries"] == 2
        for key in ("a", "b"):
            cache.get(key, key.upper)
        cache.get("a", lambda: pytest.fail("a is kept"))
        cache.get("c", lambda: "C")
        cache.get("a", lambda: pytest.fail("a was used after b"))
        assert cache.get("b", lambda: "made anew") == "made anew"

    def test_only_what_is_missing_is_made_each_key_once(self, cache):
        cache.get("a", lambda: 1)
        assert cache.get_many(["a", "b", "b"], lambda missing: dict.fromkeys(missing, missing)) == {"a": 1, "b": ["b"]}

    def test_more_values_than_it_keeps_all_come_back(self, cache):
        assert cache.get_many(range(9), lambda missing: {key: key * key for key in missing}) == {key: key * key for key in range(9)}

    def test_what_cannot_be_made_stays_out_and_is_asked_for_again(self, cache):
        assert cache.get_many(["gone"], lambda _missing: {}) == {}
        assert cache.get_many(["gone"], lambda _missing: {"gone": 1}) == {"gone": 1}

    def test_nothing_is_kept_of_what_failed(self, cache):
        with pytest.raises(KeyError):
            cache.get("a", lambda: {}["nothing"])
        assert cache.get("a", lambda: 1) == 1

    def test_threads_that_make_a_value_at_once_share_one(self, cache):
        barrier = Barrier(4)

        def make():
            barrier.wait(30)
            return object()

        with ThreadPoolExecutor(4) as pool:
            values = list(pool.map(lambda _number: cache.get("a", make), range(4)))
        assert len(set(map(id, values))) == 1


class TestContentKey:
    def test_equal_contents_have_one_key_in_every_process(self):
        parts = "content_key('Ba Vì', 126, {'b': 1, 'a': 2})"
        command = [sys.executable, "-c", f"from portal.caches import content_key; print({parts})"]
        keys = {subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout for _run in range(2)}
        assert keys == {content_key("Ba Vì", 126, {"a": 2, "b": 1}) + "\n"}

    @pytest.mark.parametrize(
        "other_parts", [("a", "bc"), ("ab", "c", ""), ("ab", date(2026, 3, 2)), (Sheet("ab", (1,)),), (("ab", "c"),)]
    )
    def test_other_contents_have_another_key(self, other_parts):
        assert content_key(*other_parts) != content_key("ab", "c")

    @pytest.mark.parametrize("part", [object(), {1, 2}, frozenset("ab"), lambda: 1])
    def test_what_is_not_shown_by_its_content_is_refused(self, part):
        with pytest.raises(TypeError, match="no part of a key"):
            content_key("a", part)

    def test_values_are_told_apart_by_all_that_they_hold(self):
        assert content_key(Sheet("a", (1, 2))) == content_key(Sheet("a", (1, 2))) != content_key(Sheet("a", (1, 3)))
