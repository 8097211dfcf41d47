"""Plain HTTP: who is answered what, and that the component's own page is for nobody but whoever sits there."""

import http.client
import json
from datetime import UTC, datetime

import pytest

from reader.tests.conftest import ORIGIN, PATIENCE_SECONDS

STRICT = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture
def ask(component):
    """Status, headers, text of one request, with the headers that the test wants and no others."""

    def send(path, method="GET", host=None, **headers):
        link = http.client.HTTPConnection("127.0.0.1", component.component.port, timeout=PATIENCE_SECONDS)
        link.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        link.putheader("Host", host or f"127.0.0.1:{component.component.port}")
        for name, value in headers.items():
            link.putheader(name.replace("_", "-"), value)
        if method == "POST":
            link.putheader("Content-Length", "0")
        link.endheaders()
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, answer.headers, text

    return send


def own(component):
    return f"http://127.0.0.1:{component.component.port}"


def test_health_says_which_program_this_is_and_no_page_may_read_it(ask):
    status, headers, text = ask("/healthz", Origin=ORIGIN)

    assert status == 200
    assert json.loads(text) == {"component": "outpost-reader", "version": "2.0.0", "protocols": [2]}
    assert headers["Access-Control-Allow-Origin"] is None


def test_an_earlier_protocol_s_address_is_gone(ask):
    assert ask("/v1", Origin=ORIGIN)[0] == 404


@pytest.mark.parametrize("path", ["/", "/healthz", "/v2", "/page.js"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8002", "127.0.0.1.evil.example", "localhost.evil.example", "[::1]"]
)
def test_by_another_name_than_this_computer_s_nothing_is_answered(ask, path, host):
    status, _, text = ask(path, host=host, Origin=ORIGIN)

    assert status == 421
    assert text == "not the name of this computer\n"


def test_localhost_is_a_name_of_this_computer(ask, component):
    assert ask("/", host=f"localhost:{component.component.port}")[0] == 200


def test_the_page_can_be_framed_and_read_by_nobody(ask):
    _, headers, _ = ask("/", Origin=ORIGIN)

    assert headers["Content-Security-Policy"] == STRICT
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    ("site", "mode", "target", "status"),
    [
        ("none", "navigate", "document", 200),
        ("same-site", "navigate", "document", 200),
        ("cross-site", "navigate", "document", 200),
        ("same-origin", "cors", "empty", 200),
        ("same-site", "cors", "empty", 403),
        ("cross-site", "no-cors", "script", 403),
        ("cross-site", "navigate", "iframe", 403),
        ("same-site", "no-cors", "image", 403),
    ],
)
def test_another_page_may_open_it_and_do_nothing_else(ask, site, mode, target, status):
    headers = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": target}

    assert ask("/", **headers)[0] == status


@pytest.mark.parametrize(
    ("path", "accepted", "language"),
    [
        ("/", "zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("/", "en-GB,zh;q=0.5", "en"),
        ("/", "fr-FR,en;q=0.7", "en"),
        ("/", "fr", "zh-Hant"),
        ("/?lang=en", "zh-TW", "en"),
        ("/?lang=zh-Hant", "en", "zh-Hant"),
        ("/?lang=%22%3E", "en", "en"),
    ],
)
def test_the_page_speaks_the_language_of_its_reader(ask, path, accepted, language):
    text = ask(path, Accept_Language=accepted)[2]

    assert f'<html lang="{language}">' in text
    assert ("讀卡機元件" in text) == (language == "zh-Hant")


def test_the_page_needs_its_own_files_only(ask):
    kinds = {path: ask(path)[1]["Content-Type"] for path in ("/page.css", "/page.js", "/mark.svg")}

    assert kinds == {
        "/page.css": "text/css; charset=utf-8",
        "/page.js": "text/javascript; charset=utf-8",
        "/mark.svg": "image/svg+xml",
    }
    assert ask("/words.py")[0] == ask("/page/page.css")[0] == ask("/../words.py")[0] == 404


def test_a_pairing_is_removed_by_the_button_of_the_page(ask, component):
    pairing = component.component.pairings.make(ORIGIN)
    shown = ask("/?lang=en")[2]

    status, headers, _ = ask(f"/pairings/{pairing.id}/revoke?lang=en", "POST", Origin=own(component))

    assert f'action="/pairings/{pairing.id}/revoke?lang=en"' in shown
    assert pairing.secret not in shown
    assert (status, headers["Location"]) == (303, "/?lang=en")
    assert component.component.pairings.all() == []
    assert "No browser is paired yet." in ask("/?lang=en")[2]


@pytest.mark.parametrize("origin", [ORIGIN, "http://evil.example", "null", "", "http://localhost"])
def test_no_other_page_can_remove_a_pairing(ask, component, origin):
    pairing = component.component.pairings.make(ORIGIN)

    status = ask(f"/pairings/{pairing.id}/revoke", "POST", **({"Origin": origin} if origin else {}))[0]

    assert status == 403
    assert component.component.pairings.all() == [pairing]


def test_a_link_removes_no_pairing(ask, component):
    pairing = component.component.pairings.make(ORIGIN)

    assert ask(f"/pairings/{pairing.id}/revoke", Origin=own(component))[0] == 404
    assert component.component.pairings.all() == [pairing]


def test_other_methods_and_addresses_are_refused(ask, component):
    assert ask("/", "DELETE")[0] == 405
    assert ask("/pairings/../revoke", "POST", Origin=own(component))[0] == 404
    assert ask("/", "POST", Origin=own(component))[0] == 404


def test_what_an_origin_is_called_can_not_become_part_of_the_page(start_component, tmp_path):
    from reader.own_page import Sight, render
    from reader.pairing import Number, PairingStore
    from reader.slot import State

    bad = "https://x.example/<script>"
    sight = Sight(
        "en", State("ready"), Number("0042", bad, datetime.now(UTC)), (bad,), (PairingStore(tmp_path).make(bad),)
    )

    assert "<script>" not in render(sight)
    assert render(sight).count("&lt;script&gt;") == 4
