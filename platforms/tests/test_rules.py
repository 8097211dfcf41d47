"""Which addresses we call, and where a customer may be sent back to."""

import pytest

from platforms import rules


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("https://shop.example/hook", True),
        ("https://shop.example:8443/hook?x=1", True),
        ("https://8.8.8.8/hook", True),
        ("http://shop.example/hook", False),
        ("https://shop.example:22/hook", False),
        ("ftp://shop.example/hook", False),
        ("file:///etc/passwd", False),
        ("https://user:secret@shop.example/hook", False),
        ("https://shop.example/hook#part", False),
        ("https://localhost/hook", False),
        ("https://printer.local/hook", False),
        ("https://127.0.0.1/hook", False),
        ("https://10.1.2.3/hook", False),
        ("https://169.254.169.254/latest", False),
        ("https://[::1]/hook", False),
        ("https://[::ffff:127.0.0.1]/hook", False),
        ("https://[64:ff9b::7f00:1]/hook", False),
        ("https://2130706433/hook", False),
        ("https://0x7f000001/hook", False),
        ("https://0177.0.0.1/hook", False),
        ("https://127.1/hook", False),
        ("https://shop.example\n.evil.example/", False),
        ("https://商店.example/", False),
        ("https://shop.example:port/", False),
        ("https:///nohost", False),
        ("https://shop.example/" + "x" * 500, False),
    ],
)
def test_a_webhook_address_is_https_and_leads_to_the_public_internet(url, is_fine):
    assert rules.webhook_url_is_well_formed(url, sandbox=False) is is_fine


def test_a_sandbox_may_be_told_on_loopback():
    assert rules.webhook_url_is_well_formed("http://127.0.0.1:8001/shop/hook", sandbox=True)
    assert not rules.webhook_url_is_well_formed("file:///etc/passwd", sandbox=True)


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse, not to listen on
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_an_address_is_public_or_it_is_not(address, is_public):
    assert rules.address_is_public(address) is is_public


@pytest.mark.parametrize(
    ("url", "prefix", "begins"),
    [
        ("https://shop.example/orders/1", "https://shop.example/", True),
        ("https://shop.example.org/", "https://shop.example/", False),
        ("http://localhost:3000/done", "http://localhost:*/", True),
        ("http://localhost:3000/back/done", "http://localhost:*/back/", True),
        ("http://localhost:3000/done", "http://localhost:*/back/", False),
        ("http://localhost/done", "http://localhost:*/", False),
        ("http://localhost:3000@shop.example/", "http://localhost:*/", False),
        ("http://localhost:x/", "http://localhost:*/", False),
        ("http://localhostx:3000/", "http://localhost:*/", False),
        ("https://localhost:3000/", "http://localhost:*/", False),
    ],
)
def test_a_registered_address_may_leave_the_port_open(url, prefix, begins):
    assert rules.address_begins(url, prefix) is begins
