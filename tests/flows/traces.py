"""The traces that a password could leave, in every form a program would write it, and the search for them."""

from __future__ import annotations

import base64
import hashlib
import json
import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import redis
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import sql

from reader.apdu import password_block


def forms(digits: str) -> dict[str, bytes]:
    """Each under its name. Twelve digits are long enough that none of it comes about by chance."""
    plain = digits.encode()
    packed = bytes(password_block(bytearray(plain)))[: len(digits) // 2]  # without the filling, whatever came after it
    return {
        "plain": plain,
        "packed for the chip": packed,
        "packed, with blanks": packed.hex(" ").encode(),
        "full width": digits.translate({ord("0") + n: 0xFF10 + n for n in range(10)}).encode(),
        "hex": plain.hex().encode(),
        "hex, with blanks": plain.hex(" ").encode(),
        "escaped \\x": "".join(f"\\x{byte:02x}" for byte in plain).encode(),
        "packed, as Python shows bytes": repr(packed)[2:-1].encode(),
        "escaped \\u": "".join(f"\\u{byte:04x}" for byte in plain).encode(),
        "in an address": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "in HTML": "".join(f"&#{byte};" for byte in plain).encode(),
        "in HTML, hex": "".join(f"&#x{byte:x};" for byte in plain).encode(),
        "list of bytes": json.dumps(list(plain))[1:-1].encode(),
        "tight list of bytes": json.dumps(list(plain), separators=(",", ":"))[1:-1].encode(),
        "list of digits": json.dumps([int(digit) for digit in digits])[1:-1].encode(),
        "UTF-16 LE": digits.encode("utf-16-le"),
        "UTF-16 BE": digits.encode("utf-16-be"),
        "UTF-32 LE": digits.encode("utf-32-le"),
        "backwards": plain[::-1],
        **{f"base64, shifted {by}": _base64(plain, by) for by in range(3)},
        **{f"base64 packed, shifted {by}": _base64(packed, by) for by in range(3)},
        **{
            f"{name} hex": hashlib.new(name, plain).hexdigest().encode() for name in ("md5", "sha1", "sha256", "sha512")
        },
        **{f"{name}": hashlib.new(name, plain).digest() for name in ("md5", "sha1", "sha256", "sha512")},
    }


def _base64(value: bytes, by: int) -> bytes:
    """What of it is the same whatever stands before and after, when `by` bytes of a group of three stand before."""
    encoded = base64.b64encode(bytes(by) + value)
    usable = (by + len(value)) * 8 // 6
    return encoded[(by * 8 + 5) // 6 : usable]


def found_in(source: bytes | mmap.mmap, wanted: dict[str, bytes]) -> list[str]:
    return [name for name, form in wanted.items() if source.find(form) >= 0]


def search(files: Iterable[Path], wanted: dict[str, bytes]) -> tuple[dict[str, list[str]], int]:
    """Which files have which forms, and how many bytes were looked at."""
    found: dict[str, list[str]] = {}
    looked = 0
    for path in files:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue  # the running database and browser end files of theirs meanwhile
        with file:
            size = file.seek(0, 2)
            if size == 0:
                continue
            with mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as content:
                if names := found_in(content, wanted):
                    found[str(path)] = names
        looked += size
    return found, looked


def files_under(*folders: Path) -> Iterator[Path]:
    """Ordinary files, however deep; what ends meanwhile is not there."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def dump_redis(url: str, target: Path) -> None:
    """Every key with its value, as the server would hand it to another."""
    client = redis.Redis.from_url(url)
    readers = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"stream": client.xrange,
    }
    with target.open("wb") as out:
        for key in client.scan_iter():
            # repr would hide bytes that are no text: they stand there as they are too.
            value = readers[client.type(key)](key)
            out.write(key + b"\n" + b"\n".join(_raw(value)) + b"\n" + repr(value).encode() + b"\n")


def _raw(value: object) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        yield from _raw(list(value.items()))
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from _raw(one)


def open_sealed(url: str, key: bytes, target: Path) -> int:
    """Every sealed field of the database, opened: a password in it would be hidden from a search. How many there were."""
    columns = """SELECT table_name, column_name FROM information_schema.columns
                 WHERE table_schema = 'public' AND column_name LIKE '%%sealed%%'"""
    opened = 0
    with psycopg.connect(url) as connection, target.open("wb") as out:
        for table, column in connection.execute(columns).fetchall():
            statement = sql.SQL("SELECT {} FROM {}").format(sql.Identifier(column), sql.Identifier(table))
            for (sealed,) in connection.execute(statement).fetchall():
                if not sealed:
                    continue
                name, _, encoded = sealed.partition(":")
                data = base64.urlsafe_b64decode(encoded)
                out.write(AESGCM(key).decrypt(data[:12], data[12:], name.encode()) + b"\n")
                opened += 1
    return opened
