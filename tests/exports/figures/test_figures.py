import re
from dataclasses import replace
from io import BytesIO
from itertools import cycle
from xml.etree import ElementTree

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from accounts.models import AuditEntry
from exports.figures import data
from exports.figures.gallery import PICTURES, PictureData, describe, draw
from exports.figures.render import _pictures, draw_readiness_map
from exports.figures.style import COLOURS
from planning.scenarios.loading import list_plans, plan_of
from portal.assets import STATIC
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import Result

SIGNATURES = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
PHONE_BYTES = 300_000
CITY_ONLY = ("map-cost", "missing", "money-groups", "money-years")


def test_every_sign_on_the_picture_has_a_letter(demo_session):
    # A letter that no font has is a warning, and a warning is an error.
    assert draw_readiness_map(city_readiness(demo_session), "png", is_demo=True)


def test_the_map_shows_the_wards_that_it_is_asked_for(demo_session):
    city = city_readiness(demo_session)
    renamed_city = replace(city, wards=(replace(city.wards[0], name="Tên Mới"), *city.wards[1:]))
    first, second = (draw_readiness_map(variant, "svg", is_demo=True) for variant in (city, renamed_city))
    assert first != second


def test_the_pdf_is_one_a4_page(demo_session):
    pdf = draw_readiness_map(city_readiness(demo_session), "pdf", is_demo=False)
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", pdf)
    assert [round(float(length)) for length in box.groups()] == [595, 842]


@pytest.mark.parametrize(("name", "kind"), list(zip(PICTURES, cycle(SIGNATURES), strict=False)))
def test_a_picture_is_of_its_kind_and_drawn_alike_twice(demo_session, name, kind):
    first = draw(PictureData(demo_session), PICTURES[name], kind, is_demo=True, is_phone=False)
    _pictures.clear()
    assert first.startswith(SIGNATURES[kind])
    assert draw(PictureData(demo_session), PICTURES[name], kind, is_demo=True, is_phone=False) == first


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_for_a_telephone_is_small(demo_session, name):
    png = draw(PictureData(demo_session), PICTURES[name], "png", is_demo=True, is_phone=True)
    assert len(png) < PHONE_BYTES
    assert Image.open(BytesIO(png)).size in ((1080, 1350), (1080, 1080))


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_has_title_source_date_and_mark(demo_session, name):
    city = city_readiness(demo_session)
    text = " ".join(
        PdfReader(BytesIO(draw(PictureData(demo_session), PICTURES[name], "pdf", is_demo=True, is_phone=False)))
        .pages[0]
        .extract_text()
        .split()
    )
    for part in (
        "SỐ LIỆU MINH HỌA",
        "Nguồn: phiếu khảo sát đã duyệt",
        f"số liệu tính đến ngày {city.data_as_of:%d/%m/%Y}",
        city.standard.banner,
    ):
        assert part in text
    content = PICTURES[name].read(PictureData(demo_session))
    assert (content.title if hasattr(content, "title") else "126 xã, phường Hà Nội") in text


def test_real_data_carry_no_mark_of_the_demo(demo_session):
    pdf = draw(PictureData(demo_session), PICTURES["kinds"], "pdf", is_demo=False, is_phone=False)
    assert "MINH HỌA" not in PdfReader(BytesIO(pdf)).pages[0].extract_text()


def test_an_svg_is_well_formed(demo_session):
    svg = draw(PictureData(demo_session), PICTURES["map-cost"], "svg", is_demo=True, is_phone=False)
    assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_the_bars_add_up_to_the_city(demo_session):
    city = city_readiness(demo_session)
    for bars in (data.by_district(city.wards, city.ratings), data.by_kind(city.wards, city.ratings)):
        sums = [sum(amounts[index] for _name, amounts in bars.rows) for index in range(len(bars.series))]
        assert sums == [city.counts[result] for result in Result]


def test_the_bars_of_money_add_up_to_the_plan_kinds_apart(demo_session):
    plan = plan_of(demo_session, list_plans(demo_session)[0])
    for bars in (data.money_by_group(plan), data.money_by_year(plan)):
        sums = [sum(amounts[index] for _name, amounts in bars.rows) for index in range(len(bars.series))]
        assert sums == [total for total in plan.totals.values() if total]
        assert not bars.stacked


def test_no_picture_names_a_criterion_that_would_help_an_attacker(demo_session):
    city = city_readiness(demo_session)
    alt_text = data.most_missed(city.ratings).alt
    assert not [criterion.name for criterion in city.standard.criteria if criterion.is_sensitive and criterion.name in alt_text]


def test_the_words_of_a_picture_tell_its_figures(demo_session):
    city = city_readiness(demo_session)
    description = describe(PICTURES["map"].read(PictureData(demo_session)))
    assert f"Đáp ứng: {city.counts[Result.READY]} đơn vị" in description


def test_the_colours_are_those_of_the_pages():
    sheet = (STATIC / "portal.css").read_text("utf-8")
    for key, (fill, _ink) in COLOURS.items():
        if key.startswith(("seq", "heat")) or key in ("done", "stuck", "na"):
            assert re.search(rf"\.k-{key}\b[^{{]*{{\s*fill: {fill};", sheet), key


def test_a_download_is_audited(demo_sign_in, demo_session):
    leader = demo_sign_in("lanhdao")
    leader.get("/exports/readiness-map.svg")
    leader.get("/exports/figures/missing.png?size=phone")
    leader.get("/exports/figures/missing/preview.png")
    entries = demo_session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(2)).all()
    audit_rows = [(entry.username, entry.action, entry.subject) for entry in entries]
    assert audit_rows == [("lanhdao", "figure:download", "figure missing png"), ("lanhdao", "map:download", "map svg")]


@pytest.mark.parametrize("path", ["/exports/readiness-map.gif", "/exports/figures/map.gif", "/exports/figures/nothing.png"])
def test_another_kind_is_no_page(demo_sign_in, path):
    assert demo_sign_in("lanhdao").get(path).status_code == 404


def test_a_ward_sees_results_and_neither_reasons_nor_money(demo_sign_in):
    officer = demo_sign_in("canbo")
    page = officer.get("/exports/figures").get_data(as_text=True)
    for name in PICTURES:
        is_allowed = name not in CITY_ONLY
        assert (f"/exports/figures/{name}.png" in page) == is_allowed
        assert (officer.get(f"/exports/figures/{name}/preview.png").status_code == 200) == is_allowed
        assert (officer.get(f"/exports/figures/{name}.svg").status_code == 200) == is_allowed
