"""A pip to install with where the machine has none: Python's bundled one, else pip's own wheel from the package index."""

from __future__ import annotations

import base64
import configparser
import hashlib
import html
import importlib.util
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap.messages import CannotStart

PIP_VERSION = "26.3"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
PIP_WHEEL = f"pip-{PIP_VERSION}-py3-none-any.whl"
# Where pip itself looks when nothing is configured; pip can't be asked before it is there.
_USUAL_INDEX = "https://pypi.org/simple"
_SECONDS_MAX = 60
_SYSTEM_SETTINGS = Path("/etc/pip.conf")


@dataclass(frozen=True)
class IndexSettings:
    """What pip would use: indexes in order, local folders, and a certificate file."""

    indexes: tuple[str, ...]
    folders: tuple[str, ...] = ()
    certificates: str | None = None


def find_pip(cache: Path) -> Path:
    """A wheel that Python can run as a file: `python pip.whl/pip install …`."""
    bundled = _bundled_wheel()
    if bundled is not None:
        return bundled
    wheel = cache / PIP_WHEEL
    if not (wheel.exists() and _is_ours(wheel.read_bytes())):
        cache.mkdir(parents=True, exist_ok=True)
        wheel.write_bytes(_fetch(read_settings(os.environ, _settings_files(os.environ))))
    return wheel


def read_settings(environ: Mapping[str, str], files: list[Path]) -> IndexSettings:
    """pip's own order: the environment before the files, a later file before an earlier one."""
    parser = configparser.RawConfigParser()
    parser.read(files, encoding="utf-8")

    def option(name: str) -> str:
        named = environ.get(f"PIP_{name.upper().replace('-', '_')}", "")
        for section in ("install", "global"):
            named = named or parser.get(section, name, fallback="")
        return named

    without = option("no-index").strip().lower() in {"1", "true", "yes", "on"}
    indexes = () if without else (option("index-url") or _USUAL_INDEX, *option("extra-index-url").split())
    return IndexSettings(
        indexes=indexes,
        folders=tuple(option("find-links").split()),
        certificates=option("cert") or environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or None,
    )


def find_link(page: str, page_url: str, file_name: str) -> str | None:
    """The address of a file on a simple-index page, without its fragment."""
    for href in re.findall(r"""href\s*=\s*["']([^"']+)["']""", page):
        address = urllib.parse.urljoin(page_url, html.unescape(href)).split("#")[0]
        if urllib.parse.unquote(urllib.parse.urlsplit(address).path).endswith(f"/{file_name}"):
            return address
    return None


def _bundled_wheel() -> Path | None:
    """Debian takes it out of Python (python3-venv brings it back); others have it."""
    spec = importlib.util.find_spec("ensurepip")
    if spec is None or spec.origin is None:
        return None
    folders = [Path(spec.origin).parent / "_bundled", Path("/usr/share/python-wheels")]
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    return wheels[-1] if wheels else None


def _settings_files(environ: Mapping[str, str]) -> list[Path]:
    home = Path.home()
    files = [_SYSTEM_SETTINGS, home / ".pip" / "pip.conf"]
    files.append(Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf")
    if named := environ.get("PIP_CONFIG_FILE"):
        files.append(Path(named))
    return [] if environ.get("PIP_CONFIG_FILE") == os.devnull else files


def _fetch(settings: IndexSettings) -> bytes:
    for folder in settings.folders:
        wheel = Path(folder.removeprefix("file://")) / PIP_WHEEL
        if wheel.is_file() and _is_ours(wheel.read_bytes()):
            return wheel.read_bytes()
    problems = []
    for index in settings.indexes:
        try:
            page_url = f"{index.rstrip('/')}/pip/"
            link = find_link(_read(page_url, settings).decode(errors="replace"), page_url, PIP_WHEEL)
            found = _read(link, settings) if link else b""
        except (OSError, ValueError) as error:
            problems.append(f"    {_without_password(index)}: {error}")
            continue
        if _is_ours(found):
            return found
        what = "is not the file we know" if found else "is not there"
        problems.append(f"    {_without_password(index)}: {PIP_WHEEL} {what}")
    raise CannotStart(
        "this machine has no pip, and pip's own wheel could not be fetched from the package index:\n"
        + "\n".join(problems)
        + "\nCheck the network (PIP_INDEX_URL, PIP_CERT and pip.conf are followed), or install python3-venv."
    )


def _read(address: str, settings: IndexSettings) -> bytes:
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "file":
        path = Path(urllib.parse.unquote(parts.path))
        return (path / "index.html" if path.is_dir() else path).read_bytes()
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"{parts.scheme!r} is no kind of address we read")
    request = urllib.request.Request(_without_password(address), headers={"Accept": "text/html, */*;q=0.1"})  # noqa: S310 - checked above
    if parts.username:
        pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        request.add_header("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
    try:
        return _open(request, ssl.create_default_context(cafile=settings.certificates))
    except urllib.error.URLError as error:
        if parts.username or not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise
    # A machine without certificates: what we take is known by its hash, and pip brings certificates of its own.
    return _open(request, ssl._create_unverified_context())  # noqa: S323 - see above


def _open(request: urllib.request.Request, context: ssl.SSLContext) -> bytes:
    with urllib.request.urlopen(request, timeout=_SECONDS_MAX, context=context) as answer:  # noqa: S310 - http(s) only
        return bytes(answer.read())


def _is_ours(wheel: bytes) -> bool:
    return hashlib.sha256(wheel).hexdigest() == PIP_SHA256


def _without_password(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
