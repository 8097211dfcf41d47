"""The messages between page and component: what a request must look like, how an answer is written."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reader import PROTOCOL, VERSION
from reader.apdu import DATA_BYTES_MAX, is_password
from reader.errors import ReaderError
from reader.pairing import CHALLENGE, CODE, PAIRING_ID
from reader.tac import ORDER_FIELDS, order_digest

MESSAGE_BYTES_MAX = 16 * 1024
AMOUNT_MINOR_MAX = 10**12
ORDER_VALUE_CHARACTERS_MAX = 200

_CURRENCY = re.compile(r"[A-Z]{3}")
_SERIAL = re.compile(r"[A-Za-z0-9-]{1,32}")
# What the text under the TAC may have between its separators.
_PART = re.compile(r"[!-{}~]{1,64}")
_SIGNED_AT = re.compile(r"[0-9]{14}")
_VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}")


@dataclass(frozen=True)
class Request:
    """`fields` is everything beside id and type."""

    id: int
    type: str
    fields: dict[str, object]


@dataclass(frozen=True)
class Hello:
    """A page that keeps no pairing has "" for both."""

    pairing: str
    challenge: str


@dataclass(frozen=True)
class SignRequest:
    """One transaction to be signed. `signed_at` None: the component takes the time itself."""

    account_index: int
    card_serial: str
    amount_minor: int
    currency: str
    terminal: str
    check_code: str
    signed_at: str | None
    order: Mapping[str, str] = field(repr=False)
    password: bytearray = field(repr=False)

    def wipe(self) -> None:
        self.password[:] = bytes(len(self.password))


def parse_request(raw: str | bytes) -> Request:
    """Raises ReaderError `malformed` for all that is not a JSON object with an `id` and a `type`."""
    try:
        message = json.loads(raw) if isinstance(raw, str) else None
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise ReaderError("malformed")
    number, kind = message.pop("id", None), message.pop("type", None)
    if not _is_integer(number) or not isinstance(kind, str):
        raise ReaderError("malformed")
    return Request(id=number, type=kind, fields=message)


def parse_hello(fields: Mapping[str, object]) -> Hello:
    """Raises `malformed`, `protocol_unsupported`, or `too_old` when the page wants a newer component."""
    if not _is_integer(fields.get("protocol")):
        raise ReaderError("malformed")
    if fields["protocol"] != PROTOCOL:
        raise ReaderError("protocol_unsupported")
    if fields.get("version_min") is not None and _numbers(_text(fields, "version_min", _VERSION)) > _numbers(VERSION):
        raise ReaderError("too_old")
    if fields.get("pairing") is None:
        return Hello("", "")
    return Hello(_text(fields, "pairing", PAIRING_ID), _text(fields, "challenge", CHALLENGE))


def parse_code(fields: Mapping[str, object]) -> str:
    """Raises `malformed`: what can't be a number costs no try."""
    return _text(fields, "code", CODE)


def parse_sign(fields: dict[str, object]) -> SignRequest:
    """Takes the password out of `fields`. Raises `malformed`, `password_format` or `amount_mismatch`."""
    password = fields.pop("password", None)
    order = _order(fields.get("order"))
    signed_at = fields.get("signed_at")
    request = SignRequest(
        account_index=_integer(fields, "account_index", 7),
        card_serial=_text(fields, "card_serial", _SERIAL),
        amount_minor=_integer(fields, "amount_minor", AMOUNT_MINOR_MAX),
        currency=_text(fields, "currency", _CURRENCY),
        terminal=_text(fields, "terminal", _PART),
        check_code=_text(fields, "check_code", _PART),
        signed_at=None if signed_at is None else _signed_at(_text(fields, "signed_at", _SIGNED_AT)),
        order=order,
        password=_password(password),
    )
    if order["final_amount_minor"] != str(request.amount_minor):
        request.wipe()
        raise ReaderError("amount_mismatch")
    return request


def success(number: int, **fields: object) -> str:
    return json.dumps({"id": number, "ok": True, **fields}, ensure_ascii=False)


def failure(number: int | None, error: ReaderError, **more: object) -> str:
    described: dict[str, object] = {"code": error.code, **more}
    if error.tries_left is not None:
        described["tries_left"] = error.tries_left
    return json.dumps({"id": number, "ok": False, "error": described})


def _numbers(version: str) -> tuple[int, ...]:
    """`2.10.0` is newer than `2.9.1`."""
    return tuple(int(part) for part in version.split("."))


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _integer(fields: Mapping[str, object], name: str, most: int) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ReaderError("malformed")
    return value


def _text(fields: Mapping[str, object], name: str, form: re.Pattern[str]) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ReaderError("malformed")
    return value


def _signed_at(value: str) -> str:
    try:
        datetime.strptime(f"{value}+0800", "%Y%m%d%H%M%S%z")
    except ValueError as impossible:
        raise ReaderError("malformed") from impossible
    return value


def _order(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != set(ORDER_FIELDS):
        raise ReaderError("malformed")
    order = {}
    for name in ORDER_FIELDS:
        text = value[name]
        if not isinstance(text, str) or len(text) > ORDER_VALUE_CHARACTERS_MAX:
            raise ReaderError("malformed")
        order[name] = text
    try:
        order_digest(order)
    except ValueError as undigestible:
        raise ReaderError("malformed") from undigestible
    return order


def _password(value: object) -> bytearray:
    if not isinstance(value, str):
        raise ReaderError("password_format")
    password = bytearray(value, "utf-8", "replace")
    if not is_password(password):
        password[:] = bytes(len(password))
        raise ReaderError("password_format")
    return password


# The longest text that these forms allow must fit in one command of the chip.
_LONGEST_TEXT = len(str(AMOUNT_MINOR_MAX)) + 3 + 14 + 64 + 64 + 14 + 64 + 6
assert _LONGEST_TEXT <= DATA_BYTES_MAX, "the parts of a TAC text are too long for one command"
