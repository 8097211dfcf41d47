"""Where the component keeps what it must remember: one folder of the person who runs it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "OUTPOST_READER_STATE"
NAME = "outpost-reader"


def state_folder(
    *, environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None
) -> Path:
    """OUTPOST_READER_STATE, else where this system keeps a program's data of one person.

    Linux: ~/.local/share/outpost-reader (or under XDG_DATA_HOME). macOS: ~/Library/Application Support/outpost-reader.
    Windows: %LOCALAPPDATA%/outpost-reader.
    """
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    person = home or Path.home()
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or person / "AppData" / "Local") / NAME
    if platform == "darwin":
        return person / "Library" / "Application Support" / NAME
    return Path(environ.get("XDG_DATA_HOME") or person / ".local" / "share") / NAME
