"""The TAC: its text, the digest of the order, its keys."""

import hashlib

import pytest

from reader import tac
from reader.tests.factories import MASTER, ORDER

TEXT = {
    "amount_minor": 961,
    "currency": "TWD",
    "account": "00012345678901",
    "terminal": "WEB00001",
    "check_code": "8F3A91C2",
    "signed_at": "20261123214500",
    "order_digest": tac.order_digest(ORDER),
}


def sign(**changes):
    key = tac.derive_key(MASTER, "7000000001")
    return tac.compute_tac(key=key, counter="00000001", text=tac.tac_text(**(TEXT | changes)))


def test_the_digest_covers_one_line_a_field_in_the_written_order():
    lines = (
        "payment=PAY-7K2M-4\norder_number=T20261123-0001\nplatform=taobao\nproduct_minor=20000\nshipping_minor=1500\n"
        "discount_minor=500\ncurrency=CNY\nrate=4.5286\norder_amount_minor=951\ncharge_minor=10\nfinal_amount_minor=961"
    )

    assert tac.order_digest(dict(reversed(ORDER.items()))) == hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.parametrize(
    "order",
    [
        {},
        {**ORDER, "note": "x"},
        {name: value for name, value in ORDER.items() if name != "rate"},
        {**ORDER, "platform": "taobao\nproduct_minor=1"},
        {**ORDER, "platform": "\ud800"},
    ],
)
def test_an_order_that_could_be_read_in_two_ways_has_no_digest(order):
    with pytest.raises(ValueError):  # noqa: PT011 - also the encoding error, which is one
        tac.order_digest(order)


def test_the_text_joins_its_parts_with_bars():
    digest = TEXT["order_digest"]

    assert tac.tac_text(**TEXT) == f"961|TWD|00012345678901|WEB00001|8F3A91C2|20261123214500|{digest}"


@pytest.mark.parametrize("terminal", ["WEB|1", "終端", "WEB\n1"])
def test_a_part_that_would_blur_the_text_is_refused(terminal):
    with pytest.raises(ValueError, match="ASCII"):
        tac.tac_text(**(TEXT | {"terminal": terminal}))


def test_aes_cmac_is_that_of_rfc_4493():
    # RFC 4493, example 2: sixteen bytes under the RFC's key. Our serials are ASCII, so the vector goes in below them.
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")

    assert tac._aes_cmac(key, bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")).hex() == (
        "070a16b46b4d4144f79bdd9dd04a287c"
    )


def test_a_tac_is_eight_bytes_and_always_the_same_for_the_same_text():
    assert sign() == sign()
    assert len(bytes.fromhex(sign())) == 8


@pytest.mark.parametrize("name", list(TEXT))
def test_one_changed_byte_in_any_part_changes_the_tac(name):
    value = TEXT[name]
    changed = value + 1 if isinstance(value, int) else value[:-1] + ("1" if value[-1] != "1" else "2")

    assert sign(**{name: changed}) != sign()


@pytest.mark.parametrize("name", tac.ORDER_FIELDS)
def test_one_changed_byte_in_any_line_of_the_order_changes_the_tac(name):
    assert sign(order_digest=tac.order_digest({**ORDER, name: ORDER[name] + "0"})) != sign()


def test_another_counter_or_another_card_gives_another_tac():
    text, key = tac.tac_text(**TEXT), tac.derive_key(MASTER, "7000000001")

    assert tac.compute_tac(key=key, counter="00000002", text=text) != sign()
    assert tac.compute_tac(key=tac.derive_key(MASTER, "7000000002"), counter="00000001", text=text) != sign()


@pytest.mark.parametrize("counter", ["1", "000000001", "0000000a", "٠٠٠٠٠٠٠١"])
def test_a_counter_is_eight_digits(counter):
    with pytest.raises(ValueError, match="eight digits"):
        tac.compute_tac(key=MASTER, counter=counter, text="x")
