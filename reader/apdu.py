"""The commands and answers of the chip, as bytes: built by the component, taken apart by the software card."""

from dataclasses import dataclass

AID = bytes.fromhex("A000000172950001")

SELECT = bytes.fromhex("00A40400")
VERIFY = bytes.fromhex("00200010")
WRITE_RECORD = bytes.fromhex("00E21080")
READ_RECORD_INS = 0xB2
# P2 of READ RECORD: P1 is the number of the record.
READ_BY_NUMBER = 0x04
GET_RESPONSE = bytes.fromhex("00C00000")

ISSUER_RECORD = 1
MEMO_RECORD = 2
FIRST_ACCOUNT_RECORD = 3
ACCOUNTS_MAX = 8
SERIAL_RECORD = 11

ACCOUNT_DIGITS = 14
# The chip's field is wider than our account numbers: they stand in it with zeros in front.
ACCOUNT_FIELD_DIGITS = 16

PASSWORD_DIGITS_MIN = 6
PASSWORD_DIGITS_MAX = 12
PASSWORD_BLOCK_BYTES = 8
TRIES_MAX = 3

HEADER_BYTES = 4
# A short command carries at most this much.
DATA_BYTES_MAX = 255

STATUS_BYTES = 2
OK = 0x9000
WRONG_PASSWORD = 0x6608
LOCKED = 0x6620
TRIES_LEFT_BASE = 0x63C0
WRONG_LENGTH = 0x6700
NOT_VERIFIED = 0x6982
NOT_NOW = 0x6985
BAD_DATA = 0x6A80
NO_FILE = 0x6A82
NO_RECORD = 0x6A83
BAD_PARAMETERS = 0x6A86
UNKNOWN_INSTRUCTION = 0x6D00
UNKNOWN_CLASS = 0x6E00
# The first byte of a status whose second is a length: so much more to fetch, or ask again with this length.
MORE_TO_FETCH = 0x61
ASK_WITH_LENGTH = 0x6C


@dataclass(frozen=True)
class Command:
    """One command, taken apart. `header` is CLA INS P1 P2."""

    header: bytes
    data: bytes

    @property
    def instruction(self) -> int:
        return self.header[1]


def parse_command(raw: bytes) -> Command:
    """Header alone, header + Le, header + Lc + data, the same + Le. Anything else raises ValueError."""
    if len(raw) < HEADER_BYTES:
        raise ValueError("shorter than a header")
    header, body = raw[:HEADER_BYTES], raw[HEADER_BYTES:]
    if len(body) <= 1:
        return Command(header, b"")
    length = body[0]
    if length == 0 or len(body) not in (1 + length, 2 + length):
        raise ValueError("the length does not fit")
    return Command(header, body[1 : 1 + length])


def select_command() -> bytes:
    return SELECT + bytes([len(AID)]) + AID


def read_record_command(number: int) -> bytes:
    return bytes([0x00, READ_RECORD_INS, number, READ_BY_NUMBER, 0x00])


def verify_command(password: bytearray) -> bytearray:
    """VERIFY with the password as a BCD block; a bytearray, so that the caller can wipe it."""
    return bytearray(VERIFY) + bytes([PASSWORD_BLOCK_BYTES]) + password_block(password)


def tries_command() -> bytes:
    """VERIFY without a password: asks how many tries are left and costs none (ISO 7816-4)."""
    return VERIFY


def write_record_command(text: bytes) -> bytes:
    if not 0 < len(text) <= DATA_BYTES_MAX:
        raise ValueError("the text does not fit in one command")
    return WRITE_RECORD + bytes([len(text)]) + text + b"\x00"


def password_block(password: bytearray) -> bytearray:
    """`123456` → 12 34 56 FF FF FF FF FF. Takes and gives a bytearray: nothing that can't be wiped."""
    if not is_password(password):
        raise ValueError("not a password")
    block = bytearray(b"\xff" * PASSWORD_BLOCK_BYTES)
    for position, character in enumerate(password):
        shift, mask = (4, 0x0F) if position % 2 == 0 else (0, 0xF0)
        block[position // 2] = (block[position // 2] & mask) | ((character - 0x30) << shift)
    return block


def is_password(password: bytes | bytearray) -> bool:
    """6 to 12 digits."""
    return PASSWORD_DIGITS_MIN <= len(password) <= PASSWORD_DIGITS_MAX and password.isdigit()


def password_from_block(block: bytes) -> str:
    """The digits of a BCD block. ValueError: something other than 6–12 digits followed by F only."""
    digits = block.hex().rstrip("f")
    if len(block) != PASSWORD_BLOCK_BYTES or not is_password(digits.encode()):
        raise ValueError("not a password block")
    return digits
