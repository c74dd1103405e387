import gzip

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

PACKED = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize("path", ["/readiness", "/static/portal.css", "/bootstrap/css/bootstrap.min.css", "/readiness/map.json"])
def test_text_goes_packed_and_is_the_same(demo_app, demo_sign_in, path):
    client = demo_sign_in("lanhdao")
    plain = client.get(path)
    packed = client_like(demo_app, client).get(path, headers=PACKED)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    unpacked = gzip.decompress(packed.data)
    assert len(packed.data) < len(unpacked) / 2
    assert "Content-Encoding" not in plain.headers
    if not path.startswith("/readiness"):
        assert unpacked == plain.data


def test_what_is_packed_already_or_small_or_not_asked_for_stays(demo_app, demo_sign_in):
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    assert "Content-Encoding" not in client.get("/exports/readiness-map.png", headers=PACKED).headers
    assert "Content-Encoding" not in client.get("/health", headers=PACKED).headers
    assert "Content-Encoding" not in client.get("/readiness").headers


def test_an_unchanged_file_is_not_sent_again(demo_app, demo_sign_in):
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    first = client.get("/static/portal.css", headers=PACKED)
    again = client.get("/static/portal.css", headers=PACKED | {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_first_screen_of_a_leader_stays_small(demo_app, demo_sign_in):
    """Page, styles, scripts and the classes of the map; what a browser asks for once, packed."""
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    page = client.get("/", headers=PACKED)
    soup = BeautifulSoup(gzip.decompress(page.data), "html.parser")
    parts = [tag["href"] for tag in soup.select("link[rel=stylesheet]")] + [tag["src"] for tag in soup.select("script[src]")]
    total = len(page.data) + sum(len(client.get(part, headers=PACKED).data) for part in parts)
    assert total < 100 * 1024, f"the first screen takes {total} bytes: make it lighter"


def client_like(app, checked):
    """A client of the same person that does not read the pages, which are packed here."""
    client = FlaskClient(app, app.response_class)
    with checked.session_transaction() as known, client.session_transaction() as session:
        session.update(known)
    return client
