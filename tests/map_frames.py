"""How fast the map repaints and pans with 3,321 made-up wards: ``make frames``, or ``python -m tests.map_frames``.

The page is the real template with the real script and styles, drawn from as many wards as the whole country has, in the machine's
Chromium. It prints milliseconds; nothing is asserted, because a busy machine would say more about itself than about the map.
"""

import itertools
import json
import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median, quantiles

from flask import g, render_template_string
from playwright.sync_api import Page, Route, sync_playwright

from accounts.identity import Identity, Role
from inventory.snapshots.snapshot import Snapshot
from inventory.wards.wards import Ward
from portal.assets import BOOTSTRAP, STATIC
from portal.database import get_session
from portal.setup import run_setup
from scoring.maps.page import map_colours, map_values
from scoring.rating.city_readiness import CityReadiness
from scoring.rating.published_standards import current_standard
from scoring.rating.rating import Rating, Result, rating_without_data
from tests.support.applications import make_app
from tests.support.browsers import FLAGS, find_chromium

COUNT, COLUMNS, DAY = 3321, 60, date(2026, 3, 2)
HOST = "http://127.0.0.1:9"
PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Đo</title>
<link rel="stylesheet" href="/bootstrap.css"><link rel="stylesheet" href="/portal.css"></head>
<body><main class="container-xxl py-4"><h1>Đo</h1>{% include "scoring/map.html" %}</main></body></html>"""
KEYS = ("score", "confidence", "change", "state")
REPAINT = """async key => {
  const choice = document.querySelector("#map-colour");
  choice.value = key;
  const start = performance.now();
  choice.dispatchEvent(new Event("change"));
  await new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  return performance.now() - start;
}"""
WATCH = """() => {
  window.frames_seen = [];
  const note = (at) => { window.frames_seen.push(at); window.watching = requestAnimationFrame(note); };
  window.watching = requestAnimationFrame(note);
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{folder}/frames.sqlite")
        run_setup(app, interactive=False)
        with app.test_request_context("/readiness"):
            g.identity = Identity(1, "do", "Người đo", Role.LEADER, None)
            city = make_city()
            page = render_template_string(PAGE, **map_values(city))
            colours = json.dumps(map_colours(city))
            get_session().close()
        app.extensions["engine"].dispose()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        visit = browser.new_page(viewport={"width": 1280, "height": 900})
        visit.route("**/*", lambda route: answer(route, page, colours))
        visit.goto(f"{HOST}/page")
        visit.wait_for_load_state("networkidle")
        print_times("repaint, ms", [visit.evaluate(REPAINT, key) for _ in range(6) for key in KEYS])
        print_times("frame of a pan, ms", pan(visit, zooms=3))
        print_times("frame of a pan zoomed in far, ms", pan(visit, zooms=2))
        browser.close()


def make_city() -> CityReadiness:
    """As many wards as the country has, side by side, with results by lot."""
    random, standard, wards, ratings = Random(1), current_standard(get_session()), [], {}
    for number in range(COUNT):
        code, row = f"{number:05}", number // COLUMNS
        district = f"Huyện {row // 5}.{number % COLUMNS // 6}"
        place = Decimal(0)
        ward = Ward(code, number, f"Xã Số {number}", "xa", Decimal(10), 9000, place, place, district, "", number % COLUMNS, row)
        score = random.randint(40, 100)
        result = Result.READY if score > 80 else random.choice((Result.NOT_READY, Result.INCOMPLETE))
        rating = Rating(code, result, score, (), Snapshot(code, DAY), standard, DAY)
        wards.append(ward)
        ratings[code] = rating if random.random() < 0.8 else rating_without_data(code, DAY)
    return CityReadiness(standard, DAY, tuple(wards), ratings, "made-up", {})


def answer(route: Route, page: str, colours: str) -> None:
    path = route.request.url.removeprefix(HOST).partition("?")[0]
    if path == "/page":
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
    elif path == "/readiness/map.json":
        route.fulfill(body=colours, content_type="application/json")
    elif path == "/bootstrap.css":
        route.fulfill(path=BOOTSTRAP / "css" / "bootstrap.min.css")
    elif (STATIC / Path(path).name).is_file():
        route.fulfill(path=STATIC / Path(path).name)
    else:
        route.fulfill(status=404)


def pan(page: Page, zooms: int) -> list[float]:
    """The time between frames while the map is dragged about."""
    for _ in range(zooms):
        page.locator("[data-zoom=in]").click()
    box = page.locator(".map-hex .map-frame").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + min(box["height"], 600) / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 10)
    page.evaluate(WATCH)
    for step in range(120):
        page.mouse.move(x + 250 * (step % 40 - 20) / 20, y + 150 * (step % 30 - 15) / 15)
    times = page.evaluate("() => { cancelAnimationFrame(window.watching); return window.frames_seen; }")
    page.mouse.up()
    return [after - before for before, after in itertools.pairwise(times)]


def print_times(title: str, times: list[float]) -> None:
    slowest = quantiles(times, n=20)[-1]
    median_time = median(times)
    sys.stdout.write(
        f"{title}: median {median_time:.0f}, 95 % under {slowest:.0f} ({1000 / median_time:.0f} a second, {len(times)} measured)\n"
    )


if __name__ == "__main__":
    main()
