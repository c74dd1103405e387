"""Whatever looks beyond one round asks which rounds count: a round for practice is in no figure of the city."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "accounts", "inventory", "scoring", "planning", "surveys", "exports")
QUERY = re.compile(r"select\((?:Round|Submission)\b|join\((?:Round|Submission)\b|func\.count\(Submission")
# A query is safe that asks for the rounds that count, or stays within one round, one submission or one that is given.
SAFE = re.compile(
    r"real_rounds\(\)|Submission\.round_id ==|of_round\b|(?:Round|Submission)\.id (?:==|\.in_)|(?:Round|Submission)\.id\.in_\("
)
# All rounds on purpose: the list of them, and whether a name is taken.
ALL_ROUNDS = {"list_rounds", "open_round"}


def functions_that_ask():
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            source = path.read_text("utf-8")
            if QUERY.search(source):
                for node in ast.parse(source).body:
                    text = ast.get_source_segment(source, node) or ""
                    if isinstance(node, ast.FunctionDef) and QUERY.search(text):
                        yield node.name, text


def test_whoever_looks_beyond_one_round_asks_which_count():
    asking = dict(functions_that_ask())
    assert {"current_round", "wards_in_progress", "_waiting_query"} <= asking.keys()
    careless = [name for name, text in asking.items() if name not in ALL_ROUNDS and not SAFE.search(text)]
    assert not careless, (
        f"these look at rounds or submissions of practice too; ask real_rounds() of surveys.submissions.rounds: {careless}"
    )
