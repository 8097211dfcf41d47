"""Migrations, rights of the application's role, static files, the sandbox's seeds: before anything starts, and only after a change."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bootstrap.children import guarded
from bootstrap.members import PORTAL_SETTINGS, SANDBOX_SETTINGS
from bootstrap.messages import CannotStart, Step
from bootstrap.places import CHECKOUT

_LAST_LINES = 25
_NOT_OURS = {".venv", ".outpost", ".git", "tests", "node_modules"}


@dataclass(frozen=True)
class Seeds:
    """Who can sign in and which cards there are, as the seed commands tell it; the screen shows it."""

    cards: tuple[dict[str, Any], ...] = ()
    staff: tuple[dict[str, str], ...] = ()
    # The platform of whoever tries the API: code, name, key_id. Its key itself is in the environment.
    developer: Mapping[str, str] = field(default_factory=dict)


class Preparation:
    def __init__(self, *, python: Path, data: Path, env: Mapping[str, str], always: bool) -> None:
        self.python = python
        self.env = env
        self.done = data / "prepared.json"
        self.always = always  # a database that isn't ours may have changed behind our back

    def run(self) -> Seeds:
        fingerprint = self._fingerprint()
        known = json.loads(self.done.read_text()) if self.done.exists() else {}
        if self.always or known.get("fingerprint") != fingerprint:
            self.done.unlink(missing_ok=True)
            with ThreadPoolExecutor(1) as beside:
                # It touches no database: the two don't wait for each other.
                collected = beside.submit(self.manage, "collectstatic", "--no-input", "--clear", "--verbosity", "0")
                self._migrate()
                collected.result()
            known = {"fingerprint": fingerprint, **self._seed()}
            self.done.write_text(json.dumps(known, ensure_ascii=False))
        return Seeds(cards=tuple(known["cards"]), staff=tuple(known["staff"]), developer=known["developer"])

    def manage(self, *words: str, settings: str = PORTAL_SETTINGS, owner: bool = False) -> str:
        """`manage.py` in the stack's environment; its standard output. Raises CannotStart with its last lines."""
        env = {**self.env, "DJANGO_SETTINGS_MODULE": settings}
        if owner:
            env["DATABASE_URL"] = env["DATABASE_OWNER_URL"]
        done = subprocess.run(
            guarded([str(self.python), "manage.py", *words]), cwd=CHECKOUT, env=env, capture_output=True, text=True,
            check=False, start_new_session=True,
        )  # fmt: skip
        if done.returncode != 0:
            last = (done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:]
            raise CannotStart(f"manage.py {' '.join(words)} ({settings}) failed:\n" + "\n".join(last))
        return done.stdout

    def _migrate(self) -> None:
        role = unquote(urlsplit(self.env["DATABASE_URL"]).username or "outpost_app")
        with Step("database tables"):
            self.manage("migrate", "--no-input", "--verbosity", "0", owner=True)
            self.manage("grant_application_role", role, owner=True)
            self.manage("migrate", "--no-input", "--verbosity", "0", settings=SANDBOX_SETTINGS)

    def _seed(self) -> dict[str, Any]:
        with Step("sandbox's people, cards and shop"):
            world = _json_line(self.manage("seed_world", settings=SANDBOX_SETTINGS))
            house = _json_line(self.manage("seed_sandbox"))
        return {"cards": world["cards"], "staff": house["staff"], "developer": house["developer"]}

    def _fingerprint(self) -> str:
        """Changes with any source or static file and with anything that the seeds are told, addresses for instance."""
        told = hashlib.sha256(repr(sorted(self._told().items())).encode())
        for path in sorted(_sources()):
            state = path.stat()
            told.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
        return told.hexdigest()

    def _told(self) -> dict[str, str]:
        return {
            name: value for name, value in self.env.items() if name.endswith(("_URL", "_TOKEN", "_KEY", "_KEYS", "_ID"))
        }


def _sources() -> Iterator[Path]:
    for pattern in ("*.py", "*/static/**/*.*"):
        for path in CHECKOUT.rglob(pattern):
            if not _NOT_OURS.intersection(path.relative_to(CHECKOUT).parts):
                yield path


def _json_line(output: str) -> dict[str, Any]:
    """The last line that is a JSON object: {"staff": […]}."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise CannotStart(f"a seed command told nothing:\n{output}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found
