"""A benchmark of the rating: a draft over the whole city, each figure beside another way to the same result in the same run.

``python -m tests.scoring.benchmark`` loads the demo into a database of its own, makes up larger cities from its wards, and prints processor
time: the rating beside the plain second one of the tests, remedies and cost to ready of the demo beside an integer program of each, and
both sides of a draft. It ends with an error where the two ways differ. Last comes the page as the server answers it.
"""

import statistics
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from inventory.catalogue import load_catalogue
from inventory.prices.price_lists import current_price_list
from portal.setup import load_demo, run_setup
from scoring.analysis import city_analysis
from scoring.analysis.sensitivity import PASS_MARK, with_threshold
from scoring.analysis.standard_comparison import rate_city
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import rate
from scoring.rating.remedies import cost_to_ready, line_cost, remedies_of
from scoring.rating.standard import parse_standard
from scoring.standard_editor.drafts import begin_draft
from scoring.standard_editor.toml_edit import edit_criterion
from tests.factories.days import DEMO_DAY
from tests.factories.prices import TERMS
from tests.factories.standards import STANDARD_TEXT
from tests.scoring.least_remedies import PC_CODES, program
from tests.scoring.plain_rating import plain_rate
from tests.support.applications import client_of, make_app

TEXT = STANDARD_TEXT
DRAFTS = {"CR-A1 ở 110 %": ("CR-A1", 110), "điểm đạt 90": (PASS_MARK, 90)}
RUNS, LONG = 5, 3.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        run_setup(app, interactive=False)
        load_demo(app, as_of=DEMO_DAY)
        with Session(app.extensions["engine"]) as session:
            city = city_readiness(session, DEMO_DAY)
            prices = current_price_list(session).prices
        snapshots = [rating.snapshot for rating in city.ratings.values() if rating.snapshot]
        standard = parse_standard(TEXT)
        print("giải pháp | kinh phí để đáp ứng | quy hoạch nguyên của cả hai")  # noqa: T201 - this is a command
        print(" | ".join(remedy_times(snapshots, standard, prices)), flush=True)  # noqa: T201 - likewise
        print("xã, phường | đánh giá | đánh giá thứ hai | " + " | ".join(f"hai phía, {name}" for name in DRAFTS))  # noqa: T201 - likewise
        for count in (126, 3321):
            wards = [replace(snapshot, ward_code=f"{place:05}") for place, snapshot in enumerate(islice(cycle(snapshots), count))]
            cells = [str(count), *rating_times(wards, standard)]
            for code, value in DRAFTS.values():
                cells += what_if_times(wards, standard, with_threshold(standard, code, value), prices)
            print(" | ".join(cells), flush=True)  # noqa: T201 - likewise
        print("trang bản thảo, lần đầu | lần sau (mili giây):", *page_times(app), flush=True)  # noqa: T201 - likewise
        app.extensions["engine"].dispose()


def rating_times(wards, standard) -> list[str]:
    plain_standard = tomllib.loads(TEXT)
    fast_time, ratings = timed(lambda: [rate(ward, standard, DEMO_DAY) for ward in wards])
    slow_time, verdicts = timed(lambda: [plain_rate(ward, plain_standard, DEMO_DAY) for ward in wards])
    assert [(rating.result.value, rating.score) for rating in ratings] == verdicts
    return [format_milliseconds(fast_time), format_milliseconds(slow_time)]


def what_if_times(wards, standard, draft, prices) -> list[str]:
    sides_time, _sides = timed(lambda: [rate_city(wards, side, prices, TERMS, DEMO_DAY) for side in (standard, draft)])
    return [format_milliseconds(sides_time)]


def remedy_times(wards, standard, prices) -> list[str]:
    """The lists of remedies and the costs to ready, beside an integer program of each."""
    ratings = [rate(ward, standard, DEMO_DAY) for ward in wards]
    ratings = [rating for rating in ratings if all(f.have is not None for f in rating.findings if f.criterion.code in PC_CODES)]

    def vnd(lines):
        catalogue = load_catalogue()
        return sum(line_cost(line, prices) * (TERMS.years if catalogue[line.item].yearly else 1) for line in lines)

    def ready_cost(rating):
        cost = cost_to_ready(rating, prices, TERMS)
        return vnd(cost.lines) if cost.possible else None

    list_time, lists = timed(lambda: [vnd(remedies_of(rating, prices, TERMS).lines) for rating in ratings])
    ready_time, costs = timed(lambda: [ready_cost(rating) for rating in ratings])
    program_time, expected = timed(
        lambda: [[program(rating, prices, TERMS, to_ready=to_ready) for rating in ratings] for to_ready in (False, True)]
    )
    assert [lists, costs] == expected
    return [format_milliseconds(part) for part in (list_time, ready_time, program_time)]


def page_times(app) -> list[str]:
    """The page of a draft over the city, when nothing but the ratings in force is at hand, and once it was made."""
    with Session(app.extensions["engine"].execution_options(writes=True)) as session:
        user = session.scalars(select(User).where(User.username == "thamdinh")).one()
        draft = begin_draft(session, "2026.1", user.id, user.full_name)
        draft.toml = edit_criterion(draft.toml, "CR-A1", {"need": {"percent": 110, "per": "staff_total"}})
        session.commit()
        path = f"/standards/drafts/{draft.id}/what-if"
    client = client_of(app, "thamdinh")
    client.get("/readiness")
    first_times, later_times = [], []
    for _ in range(RUNS):
        city_analysis._rated_cities.clear()
        for times in (first_times, later_times):
            start = time.perf_counter()
            assert client.get(path).status_code == 200
            times.append(time.perf_counter() - start)
    return [f"{1000 * statistics.median(times):.0f}" for times in (first_times, later_times)]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The median of a few runs, or the one run where it is a long one."""
    times: list[float] = []
    while len(times) < RUNS and sum(times) < LONG:
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return statistics.median(times), result


def format_milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


if __name__ == "__main__":
    main()
