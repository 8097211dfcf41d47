"""Pages about the customer's own computer: the reader doctor, how to install the component, and the component itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments.pages import words
from portal import install_words, reader_words
from portal.reader_words import SYSTEMS


@require_safe
def doctor(request: HttpRequest) -> HttpResponse:
    """Six lights that look by themselves; without JavaScript the list of what to check by hand."""
    system = _system(request)
    context = _common(system) | {
        "lights": _lights([name for name, _icon, _label in reader_words.LIGHTS]),
        "remedies": list(_remedies(system)),
        "pairing_texts": words.pairing_texts(),
    }
    return render(request, "portal/reader_doctor.html", context)


@require_safe
def install(request: HttpRequest) -> HttpResponse:
    """How the component gets onto this computer, and off it again; with the lights that say when it is there."""
    system = _system(request)
    files = {path.name: path for path in _packages()}
    name = install_words.file_for(system, files)
    context = _common(system) | {
        "lights": _lights(["component", "version"]),
        "file": _file(files[name], files) if name else None,
        "others": [_file(path, files) for other, path in files.items() if other not in {name, install_words.SUMS}],
        "has_sums": install_words.SUMS in files,
        "sums": install_words.SUMS,
        "steps": _steps(install_words.INSTALL[system], name=name or ""),
        "check_command": install_words.CHECK[system].format(name=name or ""),
        "removal": _steps(install_words.REMOVE[system], name=name or ""),
    }
    return render(request, "portal/reader_install.html", context)


@require_safe
def download(request: HttpRequest, file: str) -> FileResponse:
    """A file of the package, by its exact name: nothing else of this computer can be asked for."""
    found = {path.name: path for path in _packages()}.get(file)
    if found is None:
        raise Http404
    return FileResponse(
        found.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )


def _system(request: HttpRequest) -> str:
    """The one asked for, else the one that the browser names, else what most customers have."""
    asked = request.GET.get("system", "")
    if asked in SYSTEMS:
        return asked
    said = f"{request.headers.get('Sec-CH-UA-Platform', '')} {request.headers.get('User-Agent', '')}".lower()
    signs = {"windows": "windows", "macos": "mac", "linux": "linux"}
    return next((system for system, sign in signs.items() if sign in said), "windows")


def _common(system: str) -> dict[str, Any]:
    return {
        "system": system,
        "systems": [{"key": key, "name": name, "is_current": key == system} for key, name in SYSTEMS.items()],
        "reader_url": settings.READER_URL,
        "reader_page": words.reader_page(settings.READER_URL),
        "version_min": words.READER_VERSION_MIN,
        "texts": json.dumps(_texts()),
    }


def _texts() -> dict[str, Any]:
    return {
        "says": {key: [str(word), str(text)] for key, (word, text) in reader_words.SAYS.items()},
        "names": {name: str(label) for name, _icon, label in reader_words.LIGHTS},
        "verdicts": {key: str(text) for key, text in reader_words.VERDICTS.items()},
        "report": {
            "title": _("Reader doctor's report"),
            "time": _("Time"),
            "browser": _("Browser"),
            "version": _("Component"),
            "serial": _("Card serial ends with"),
            "connected": _("Browser connected"),
            "yes": _("yes"),
            "no": _("no"),
        },
    }


def _lights(names: list[str]) -> list[dict[str, str]]:
    """Before the script has looked."""
    word, text = reader_words.SAYS["component-searching"]
    return [
        {
            "id": f"light-{name}",
            "icon": icon,
            "name": str(label),
            "text": str(text),
            "state": "wait",
            "state_text": str(word),
        }
        for name, icon, label in reader_words.LIGHTS
        if name in names
    ]


def _remedies(system: str) -> Iterator[dict[str, Any]]:
    labels = {name: label for name, _icon, label in reader_words.LIGHTS}
    for key, steps in reader_words.REMEDIES.items():
        _word, text = reader_words.SAYS[key]
        yield {
            "id": f"remedy-{key}",
            "light": labels[key.partition("-")[0]],
            "text": text % {"version": "1", "version_min": words.READER_VERSION_MIN}
            if key == "version-too_old"
            else text,
            "steps": _steps(steps.get("all") or steps[system]),
            "installs": key in reader_words.CURED_BY_INSTALLING,
        }


def _steps(steps: list[reader_words.Step], name: str = "") -> list[dict[str, str]]:
    facts = {"port": urlsplit(settings.READER_URL).port or 80, "origin": settings.PORTAL_URL, "name": name}
    return [{"text": str(step.text), "code": step.code.format(**facts)} for step in steps]


def _packages() -> list[Path]:
    """The files that can be had from here; none where the bank hands the component out otherwise."""
    folder = Path(settings.READER_PACKAGES) if settings.READER_PACKAGES else None
    if folder is None or not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and install_words.is_package(path.name))


def _file(path: Path, files: dict[str, Path]) -> dict[str, str]:
    return {
        "name": path.name,
        "size": f"{path.stat().st_size / 1000:.0f} kB",
        "sum": install_words.sums_of(files[install_words.SUMS].read_text()).get(path.name, "")
        if install_words.SUMS in files
        else "",
    }
