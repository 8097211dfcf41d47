"""Which files make up the installed component, and which stay out of it."""

from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

READER = Path(__file__).resolve().parents[1]

# Virtual cards and their reader are for demos and tests; this builder and the tests are for nobody's desk.
LEFT_OUT = ("package", "tests", "__pycache__", "card_plug.py", "direct.py", "software_card.py")
# Of the WebSocket library: its server on asyncio, and what that imports. Compiled parts are a speed-up that nobody needs here.
WEBSOCKETS = (
    "__init__.py",
    "asyncio/__init__.py",
    "asyncio/connection.py",
    "asyncio/messages.py",
    "asyncio/server.py",
    "datastructures.py",
    "exceptions.py",
    "extensions/__init__.py",
    "extensions/base.py",
    "extensions/permessage_deflate.py",
    "frames.py",
    "headers.py",
    "http11.py",
    "imports.py",
    "protocol.py",
    "server.py",
    "streams.py",
    "typing.py",
    "utils.py",
    "version.py",
)

MAIN = b'''"""Entry of the package; told first is what an old Python could not even read."""

import sys

if sys.version_info < (3, 11):
    sys.exit("outpost-reader needs Python 3.11 or newer; this one is " + sys.version.split()[0])

from reader.__main__ import main

sys.exit(main())
'''


def collect() -> dict[str, bytes]:
    """Path in the package → content, sorted; no rows for folders."""
    files = {"__main__.py": MAIN, "LICENSE": (READER.parent / "LICENSE").read_bytes()}
    for path in READER.rglob("*"):
        inside = path.relative_to(READER)
        if path.is_file() and not set(LEFT_OUT) & set(inside.parts) and path.suffix != ".pyc":
            files[f"reader/{inside.as_posix()}"] = path.read_bytes()
    files |= _websockets()
    return dict(sorted(files.items()))


def program(origins: Sequence[str]) -> dict[str, bytes]:
    """The same with the bank's addresses built in."""
    files = collect()
    if origins:
        files["reader/origins"] = origins_text(origins)
    return dict(sorted(files.items()))


def origins_text(origins: Sequence[str]) -> bytes:
    lines = ["# Whose pages may use the card reader: one address a line, as https://pay.example", *origins]
    return "".join(f"{line}\n" for line in lines).encode()


def licences(files: Mapping[str, bytes]) -> str:
    """Both, for the places where a system keeps them."""
    ours, theirs = (files[name].decode() for name in ("LICENSE", "websockets/LICENSE"))
    return f"Files: reader/*\n\n{ours}\n\nFiles: websockets/*\n\n{theirs}"


def _websockets() -> dict[str, bytes]:
    found = find_spec("websockets")
    assert found is not None
    assert found.submodule_search_locations is not None
    folder = Path(found.submodule_search_locations[0])
    files = {f"websockets/{name}": (folder / name).read_bytes() for name in WEBSOCKETS}
    licence = next(path for path in distribution("websockets").files or () if path.name == "LICENSE")
    return {**files, "websockets/LICENSE": Path(str(licence.locate())).read_bytes()}
