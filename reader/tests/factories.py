"""Cards, orders and requests for the tests of the component."""

from reader import tac
from reader.software_card import CardAccount, CardFace, PlainMemory, SoftwareCard

MASTER = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
PASSWORD = "48151623"
WRONG_PASSWORD = "99887766"
ORDER = {
    "payment": "PAY-7K2M-4",
    "order_number": "T20261123-0001",
    "platform": "taobao",
    "product_minor": "20000",
    "shipping_minor": "1500",
    "discount_minor": "500",
    "currency": "CNY",
    "rate": "4.5286",
    "order_amount_minor": "951",
    "charge_minor": "10",
    "final_amount_minor": "961",
}


def make_face(serial="7000000001", accounts=("00012345678901", "00012345678902")):
    return CardFace(
        issuer="700",
        serial=serial,
        memo="存簿儲金",
        accounts=[CardAccount(accounts[0], "薪資帳戶"), *(CardAccount(number) for number in accounts[1:])],
        key=tac.derive_key(MASTER, serial),
    )


def make_card(serial="7000000001", memory=None):
    return SoftwareCard(make_face(serial), memory or PlainMemory(PASSWORD))


def sign_fields(**changes):
    fields = {
        "account_index": 0,
        "card_serial": "7000000001",
        "amount_minor": 961,
        "currency": "TWD",
        "terminal": "WEB00001",
        "check_code": "8F3A91C2",
        "signed_at": "20261123214500",
        "order": dict(ORDER),
        "password": PASSWORD,
    }
    return fields | changes
