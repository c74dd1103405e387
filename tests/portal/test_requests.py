"""Who sent a request: one spelling for each address, however a proxy writes it, and never what is no address."""

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from portal.requests import CleanRequest

SPELLINGS = {
    "203.0.113.5": [
        "203.0.113.5",
        " 203.0.113.5 ",
        "203.0.113.5:49152",
        "::ffff:203.0.113.5",
        "::FFFF:CB00:7105",
        "[::ffff:203.0.113.5]:80",
    ],
    "2001:db8::5": ["2001:db8::5", "2001:DB8:0:0:0:0:0:5", "[2001:db8::5]", "[2001:db8::5]:49152", "2001:db8::5%eth0"],
    "127.0.0.1": ["unknown", "_hidden", "x" * 300, "203.0.113.5.6", "[", ":", "localhost:80"],
}


@pytest.mark.parametrize(("address", "written"), [(address, text) for address, texts in SPELLINGS.items() for text in texts])
def test_an_address_has_one_spelling_and_what_is_none_is_that_of_the_proxy(address, written):
    def answer(environ, start_response):
        start_response("200 OK", [])
        return [(CleanRequest(environ).remote_addr or "").encode()]

    client = Client(ProxyFix(answer, x_for=1))
    assert client.get("/", headers={"X-Forwarded-For": written}, environ_base={"REMOTE_ADDR": "127.0.0.1"}).text == address
