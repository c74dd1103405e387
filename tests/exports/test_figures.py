import re

from sqlalchemy import select

from accounts.models import AuditEntry
from exports.figures import draw_readiness_map
from scoring.readiness import city_readiness


def test_every_sign_on_the_picture_has_a_letter(demo_session):
    # A letter that no font has is a warning, and a warning is an error.
    assert draw_readiness_map(city_readiness(demo_session), "png", is_demo=True)


def test_the_pdf_is_one_a4_page(demo_session):
    data = draw_readiness_map(city_readiness(demo_session), "pdf", is_demo=False)
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", data)
    assert [round(float(side)) for side in box.groups()] == [595, 842]


def test_a_download_is_audited(demo_sign_in, demo_session):
    demo_sign_in("lanhdao").get("/exports/readiness-map.svg")
    entry = demo_session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.username, entry.action) == ("lanhdao", "map:download")


def test_another_kind_is_no_page(demo_sign_in):
    assert demo_sign_in("lanhdao").get("/exports/readiness-map.gif").status_code == 404
