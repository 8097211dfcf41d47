"""Pairing: a browser and this component come to know each other once, and prove it on every later connection."""

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reader.errors import ReaderError

PAIRINGS_MAX = 32
CODE_DIGITS = 4
CODE_SECONDS = 120.0
CODE_TRIES_MAX = 3

PAIRING_ID = re.compile(r"[0-9a-f]{32}")
CHALLENGE = re.compile(r"[0-9a-f]{64}")
CODE = re.compile(rf"[0-9]{{{CODE_DIGITS}}}")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pairing:
    """`id` is 32 hex digits and no secret, `secret` 64; `created` is in seconds since 1970."""

    id: str
    origin: str
    created: float
    secret: str = field(repr=False)

    def proof(self, challenge: str) -> str:
        """What only who has the secret can answer to this challenge, for this page's origin: 64 hex digits."""
        message = f"outpost-reader|{self.origin}|{challenge}"
        return hmac.new(bytes.fromhex(self.secret), message.encode(), hashlib.sha256).hexdigest()


class PairingStore:
    """One file a pairing, so that the running component and the command line never write the same one."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self._folder = folder / "pairings"
        self._now = now

    def prepare(self) -> None:
        """Raises OSError when nothing can be kept there."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)

    def make(self, origin: str) -> Pairing:
        """A new one, kept; beyond PAIRINGS_MAX the oldest go."""
        pairing = Pairing(
            id=secrets.token_hex(16), origin=origin, created=self._now(), secret=secrets.token_hex(32)
        )  # fmt: skip
        self.prepare()
        half = self._folder / f"{pairing.id}.half"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(pairing), file)
        half.replace(self._path(pairing.id))
        for old in self.all()[PAIRINGS_MAX:]:
            self.revoke(old.id)
        return pairing

    def find(self, pairing_id: str, origin: str) -> Pairing | None:
        """None: never made, revoked, or made for pages of another origin."""
        pairing = self._read(self._path(pairing_id)) if PAIRING_ID.fullmatch(pairing_id) else None
        return pairing if pairing is not None and pairing.origin == origin else None

    def all(self) -> list[Pairing]:
        """The newest first."""
        found = [pairing for path in self._folder.glob("*.json") if (pairing := self._read(path)) is not None]
        return sorted(found, key=lambda pairing: (pairing.created, pairing.id), reverse=True)

    def revoke(self, pairing_id: str) -> None:
        """Pages that have it are strangers from now on."""
        if PAIRING_ID.fullmatch(pairing_id):
            self._path(pairing_id).unlink(missing_ok=True)

    def _path(self, pairing_id: str) -> Path:
        return self._folder / f"{pairing_id}.json"

    def _read(self, path: Path) -> Pairing | None:
        try:
            return Pairing(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            logger.warning("pairing not readable: %s", path.name)
            return None


@dataclass(frozen=True)
class Number:
    """What the component's own page shows while a pairing is under way."""

    code: str
    origin: str
    ends_at: datetime


@dataclass
class _Waiting:
    owner: object
    origin: str
    code: str
    ends_at: float
    shown_until: datetime
    tries_left: int = CODE_TRIES_MAX


class Ceremony:
    """The one pairing that may be under way: its number is on the component's own page, a person carries it over."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: _Waiting | None = None

    @property
    def waiting(self) -> Number | None:
        current = self._current()
        if current is None:
            return None
        return Number(current.code, current.origin, current.shown_until)

    def begin(self, owner: object, origin: str) -> str:
        """A number for this page; one that it had before is void. Raises `busy` while another page has one."""
        current = self._current()
        if current is not None and current.owner is not owner:
            raise ReaderError("busy")
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        shown_until = datetime.now(UTC) + timedelta(seconds=CODE_SECONDS)
        self._waiting = _Waiting(owner, origin, code, self._now() + CODE_SECONDS, shown_until)
        return code

    def check(self, owner: object, code: str) -> None:
        """Returns when the number is right. Raises `pairing_wrong` with the tries left, or `pairing_ended`."""
        current = self._current()
        if current is None or current.owner is not owner:
            raise ReaderError("pairing_ended")
        if hmac.compare_digest(code, current.code):
            self._waiting = None
            return
        current.tries_left -= 1
        if current.tries_left == 0:
            self._waiting = None
            raise ReaderError("pairing_ended")
        raise ReaderError("pairing_wrong", tries_left=current.tries_left)

    def abandon(self, owner: object) -> None:
        """This page is gone."""
        if self._waiting is not None and self._waiting.owner is owner:
            self._waiting = None

    def _current(self) -> _Waiting | None:
        if self._waiting is not None and self._now() >= self._waiting.ends_at:
            self._waiting = None
        return self._waiting
