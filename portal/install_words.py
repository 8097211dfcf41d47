"""How the component gets onto a computer of each kind, how its file is checked, and how it leaves again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from portal.reader_words import Step

SUMS = "SHA256SUMS"
_PACKAGE = re.compile(r"outpost-reader[A-Za-z0-9._-]*\.(?:pyz|deb)")

_DOWNLOADS = _("Download the file above. It lands in the folder of your downloads.")
_PYTHON = _("The component needs Python 3.11 or newer. See whether this computer has it:")
_CONNECT = Step(
    _("Come back to this page. The lights at its end turn green; then connect your reader and open your payment again.")
)

# What is typed to start it, now and with every sign-in; {name} is the file, {origin} this site.
_SET_UP = "{python} {folder}{{name}} install --allow-origin {{origin}}"
_TAKE_OFF = "{python} {folder}{{name}} uninstall"
_WINDOWS = {"python": "py", "folder": "%USERPROFILE%\\Downloads\\"}
_MACOS = {"python": "python3", "folder": "~/Downloads/"}

INSTALL: dict[str, list[Step]] = {
    "windows": [
        Step(_DOWNLOADS),
        Step(_("Press the Windows key, type cmd and press Enter: a window for commands opens.")),
        Step(_PYTHON, "py --version"),
        Step(
            _("If it has none, get Python from the Microsoft Store. Then install the component by typing:"),
            _SET_UP.format(**_WINDOWS),
        ),
        _CONNECT,
    ],
    "macos": [
        Step(_DOWNLOADS),
        Step(_("Open Terminal: press Command and the space bar, type Terminal, and press Enter.")),
        Step(_PYTHON, "python3 --version"),
        Step(
            _("If it has none, get Python from python.org. Then install the component by typing:"),
            _SET_UP.format(**_MACOS),
        ),
        _CONNECT,
    ],
    "linux": [
        Step(_DOWNLOADS),
        Step(_("Open a terminal and install it. The smart card service comes along:"), "sudo apt install ~/Downloads/{name}"),
        Step(_("Sign out and in again, or start it now:"), "systemctl --user start outpost-reader"),
        _CONNECT,
    ],
}  # fmt: skip

REMOVE: dict[str, list[Step]] = {
    "windows": [
        Step(_("In a window for commands, type:"), _TAKE_OFF.format(**_WINDOWS)),
        Step(_("Delete the file from your downloads. Nothing else of it stays on this computer.")),
    ],
    "macos": [
        Step(_("In Terminal, type:"), _TAKE_OFF.format(**_MACOS)),
        Step(_("Delete the file from your downloads. Nothing else of it stays on this computer.")),
    ],
    "linux": [Step(_("In a terminal, type:"), "sudo apt purge outpost-reader")],
}

# What shows the sum of the downloaded file, to be compared with the one on the page.
CHECK = {
    "windows": "certutil -hashfile %USERPROFILE%\\Downloads\\{name} SHA256",
    "macos": "shasum -a 256 ~/Downloads/{name}",
    "linux": "sha256sum ~/Downloads/{name}",
}


def is_package(name: str) -> bool:
    """Is it one of the files that the component's package is made of?"""
    return name == SUMS or _PACKAGE.fullmatch(name) is not None


def file_for(system: str, names: Iterable[str]) -> str | None:
    """The file for a computer of this kind, of those that there are; the last version of several."""
    ending = ".deb" if system == "linux" else ".pyz"
    return max((name for name in names if name.endswith(ending)), default=None)


def sums_of(text: str) -> dict[str, str]:
    """File → SHA-256, from lines as sha256sum writes them."""
    pairs = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return {name.lstrip("*"): digest for digest, name in pairs}
