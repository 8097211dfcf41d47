"""How each system's PC/SC library is found, named and laid out in memory: the same calls, three dialects."""

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

LINUX_LIBRARY = "libpcsclite.so.1"
MACOS_LIBRARY = "/System/Library/Frameworks/PCSC.framework/PCSC"
WINDOWS_LIBRARY = "winscard.dll"

# LOAD_LIBRARY_SEARCH_SYSTEM32: not from the folder that somebody put a file of this name into.
_SYSTEM_FOLDER_ONLY = 0x800

# These take names of readers: with wide characters they have a W behind.
_WITH_NAMES = frozenset({"SCardListReaders", "SCardGetStatusChange", "SCardConnect"})


@dataclass(frozen=True)
class Dialect:
    """`number` is a DWORD, `handle` a context or a card, `result` what a call returns.

    `atr_bytes` and `packed` are of the record that tells a reader's state. `wide`: names are UTF-16. `tells_plugging`: waits end
    when a reader is plugged in or out; without that it is looked for. `counts_readers`: such a wait wants to know how many there were.
    """

    library: str
    number: type[Any]
    handle: type[Any]
    result: type[Any]
    atr_bytes: int
    packed: bool = False
    wide: bool = False
    tells_plugging: bool = True
    counts_readers: bool = False

    def name(self, call: str) -> str:
        return f"{call}W" if self.wide and call in _WITH_NAMES else call

    def encoded(self, name: str) -> bytes:
        """A name of ours as this library writes names; one that the library told us stays the bytes that it was."""
        return name.encode("utf-16-le" if self.wide else "ascii")

    def ended(self, name: bytes) -> bytes:
        """Python adds one zero byte behind; a wide name ends with two."""
        return name + b"\0" if self.wide else name

    def characters(self, count: int) -> Any:
        """A buffer for so many characters of names."""
        return ctypes.create_string_buffer(max(count, 1) * self._width)

    def names(self, listed: bytes) -> list[bytes]:
        """Each ends with a zero, the list with another: `one\\0two\\0\\0` → one, two."""
        found, name = [], b""
        for at in range(0, len(listed), self._width):
            character = listed[at : at + self._width]
            if any(character):
                name += character
            elif not name:
                break
            else:
                found.append(name)
                name = b""
        return found

    @property
    def _width(self) -> int:
        return 2 if self.wide else 1

    @property
    def state_record(self) -> type[Any]:
        return _state_record(self)

    @property
    def io_request(self) -> type[Any]:
        return _io_request(self)


def dialect_of(platform: str = sys.platform) -> Dialect:
    if platform == "win32":
        return Dialect(
            library=WINDOWS_LIBRARY,
            number=ctypes.c_uint32,
            handle=ctypes.c_size_t,
            result=ctypes.c_int32,
            atr_bytes=36,
            wide=True,
            counts_readers=True,
        )
    if platform == "darwin":
        return Dialect(
            library=MACOS_LIBRARY,
            number=ctypes.c_uint32,
            handle=ctypes.c_int32,
            result=ctypes.c_int32,
            atr_bytes=33,
            packed=True,
            tells_plugging=False,
        )
    return Dialect(
        library=LINUX_LIBRARY, number=ctypes.c_ulong, handle=ctypes.c_long, result=ctypes.c_long, atr_bytes=33
    )  # fmt: skip


def loader_of(platform: str = sys.platform) -> Callable[[str], Any]:
    """Windows calls its own libraries by another convention (stdcall on 32 bits) than C."""
    if platform == "win32":
        windll = ctypes.WinDLL  # type: ignore[attr-defined,unused-ignore]  # there is none elsewhere
        return lambda name: windll(name, winmode=_SYSTEM_FOLDER_ONLY)
    return ctypes.CDLL


@cache
def _state_record(dialect: Dialect) -> type[Any]:
    fields = (
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current", dialect.number),
        ("event", dialect.number),
        ("atr_length", dialect.number),
        ("atr", ctypes.c_ubyte * dialect.atr_bytes),
    )
    return _structure("ReaderStateRecord", fields, packed=dialect.packed)


@cache
def _io_request(dialect: Dialect) -> type[Any]:
    return _structure("IoRequest", (("protocol", dialect.number), ("length", dialect.number)), packed=dialect.packed)


def _structure(name: str, fields: tuple[tuple[str, Any], ...], *, packed: bool) -> type[Any]:
    layout: dict[str, object] = {"_pack_": 1, "_layout_": "ms"} if packed else {}
    return type(name, (ctypes.Structure,), {**layout, "_fields_": fields})
