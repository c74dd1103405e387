import gzip
import re
from io import BytesIO

import brotli
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont

from portal.formats import vnd_in_words

GZIP_HEADERS = {"Accept-Encoding": "gzip"}
BROTLI_HEADERS = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("path", ["/readiness", "/static/portal.css", "/bootstrap/css/bootstrap.min.css", "/readiness/map.json"])
def test_text_goes_packed_and_is_the_same(demo_app, demo_sign_in, path):
    client = demo_sign_in("lanhdao")
    plain_answer = client.get(path)
    packed_answer = client_like(demo_app, client).get(path, headers=GZIP_HEADERS)
    assert packed_answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed_answer.headers["Vary"]
    content = gzip.decompress(packed_answer.data)
    assert len(packed_answer.data) < len(content) / 2
    assert "Content-Encoding" not in plain_answer.headers
    if not path.startswith("/readiness"):
        assert content == plain_answer.data


def test_what_is_packed_already_or_small_or_not_asked_for_stays(demo_app, demo_sign_in):
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    assert "Content-Encoding" not in client.get("/exports/readiness-map.png", headers=GZIP_HEADERS).headers
    assert "Content-Encoding" not in client.get("/health", headers=GZIP_HEADERS).headers
    assert "Content-Encoding" not in client.get("/readiness").headers


@pytest.mark.parametrize(("header", "encoding"), [("gzip;q=0", None), ("gzip, br;q=0", "gzip"), ("gzip;q=0.1, br;q=0.9", "br")])
def test_an_encoding_that_is_named_to_refuse_it_is_not_used(demo_app, demo_sign_in, header, encoding):
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    answer = client.get("/static/portal.css", headers={"Accept-Encoding": header})
    assert answer.headers.get("Content-Encoding") == encoding


def test_an_unchanged_file_is_not_sent_again(demo_app, demo_sign_in):
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    first_answer = client.get("/static/portal.css", headers=GZIP_HEADERS)
    second_answer = client.get("/static/portal.css", headers=GZIP_HEADERS | {"If-None-Match": first_answer.headers["ETag"]})
    assert (second_answer.status_code, second_answer.data) == (304, b"")


@pytest.mark.parametrize("path", ["/static/portal.css", "/bootstrap/css/bootstrap.min.css"])
def test_files_of_the_layout_go_smaller_to_whoever_takes_it_and_pages_do_not(demo_app, demo_sign_in, path):
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    brotli_answer = client.get(path, headers=BROTLI_HEADERS)
    assert brotli_answer.headers["Content-Encoding"] == "br"
    assert brotli.decompress(brotli_answer.data) == client.get(path).data
    assert len(brotli_answer.data) < len(client.get(path, headers=GZIP_HEADERS).data)
    assert client.get("/readiness", headers=BROTLI_HEADERS).headers["Content-Encoding"] == "gzip"


def test_the_font_of_the_web_has_every_letter_of_the_pages(demo_app, demo_sign_in):
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    text = BeautifulSoup(client.get("/readiness").data, "html.parser").get_text() + vnd_in_words(1_234_567_890_215)
    letters = {sign for sign in text if sign.isalpha() or sign.isdigit()}
    assert len(letters) > 80
    for path in fonts_of(client):
        answer = client.get(path, headers=BROTLI_HEADERS)
        assert (answer.mimetype, "Content-Encoding" in answer.headers) == ("font/woff2", False)
        glyphs = TTFont(BytesIO(answer.data)).getBestCmap()
        assert [sign for sign in letters | set("ẶặỴỹĐđƠơƯư₫“”–") if ord(sign) not in glyphs] == []
        assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get("/font/BeVietnamPro-Black.woff2").status_code == 404


def test_the_first_screen_of_a_leader_stays_small(demo_app, demo_sign_in):
    """Page, styles, scripts, letters and the classes of the map: all that a browser asks for that comes for the first time."""
    client = client_like(demo_app, demo_sign_in("lanhdao"))
    page = client.get("/", headers=BROTLI_HEADERS)
    soup = BeautifulSoup(gzip.decompress(page.data), "html.parser")
    parts = [tag["href"] for tag in soup.select("head > link")] + [tag["src"] for tag in soup.select("script[src]")]
    assert any("portal.css" in part for part in parts)
    sizes = {part: len(client.get(part, headers=BROTLI_HEADERS).data) for part in [*parts, *fonts_of(client)]}
    total = len(page.data) + sum(sizes.values())
    assert total < 100 * 1024, f"the first screen takes {total} bytes: make it lighter. Page {len(page.data)}, {sizes}"


def fonts_of(client):
    paths = re.findall(r'url\("(/font/[^"]+)"\)', client.get("/static/portal.css").text)
    assert len(paths) == 2
    return paths


def client_like(app, checked_client):
    """A client of the same person that does not read the pages, which are packed here."""
    client = FlaskClient(app, app.response_class)
    with checked_client.session_transaction() as checked_session, client.session_transaction() as session:
        session.update(checked_session)
    return client
