"""A pip to install with where the machine has none: Python's bundled one, else the wheel that stands here."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from bootstrap.messages import CannotStart

PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
# Debian takes pip out of its Python. With pip's own wheel beside us nothing has to be fetched by hand: which package
# index is asked, with which certificates, stays pip's business and its settings'.
PIP_WHEEL = Path(__file__).parent / "wheels" / "pip-26.3-py3-none-any.whl"


def find_pip() -> Path:
    """A wheel that Python can run as a file: `python pip.whl/pip install …`."""
    return _bundled_wheel() or _own_wheel()


def _bundled_wheel() -> Path | None:
    """Debian takes it out of Python (python3-venv brings it back); others have it."""
    spec = importlib.util.find_spec("ensurepip")
    if spec is None or spec.origin is None:
        return None
    folders = [Path(spec.origin).parent / "_bundled", Path("/usr/share/python-wheels")]
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    return wheels[-1] if wheels else None


def _own_wheel() -> Path:
    if hashlib.sha256(PIP_WHEEL.read_bytes()).hexdigest() != PIP_SHA256:
        raise CannotStart(f"{PIP_WHEEL} is not the file we know; restore it: git checkout -- {PIP_WHEEL}")
    return PIP_WHEEL
