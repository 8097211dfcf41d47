"""How a client asks: where, as whom, in which language, how patiently, by which clock."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outpost.signatures import Credentials, credentials_of

# Longer than the 20 seconds for which the portal lets a racing twin of a request wait.
TIMEOUT_SECONDS = 30.0
DEADLINE_SECONDS = 90.0
RETRIES = 3
_ROOT = "/api/v1"


class ClientOptions(TypedDict, total=False):
    """What Outpost and AsyncOutpost take by name.

    `key_id` with `private_key` signs each request; `bearer` is for sandboxes. `timeout_seconds` is one try's,
    `deadline_seconds` that of all tries with the waits between them. `now` gives Unix seconds; `monotonic` and `random`
    are the standard library's unless a test gives others.
    """

    key_id: str | None
    private_key: str | Ed25519PrivateKey | None
    bearer: str | None
    language: str | None
    timeout_seconds: float
    deadline_seconds: float
    max_retries: int
    now: Callable[[], float]
    monotonic: Callable[[], float]
    random: Callable[[], float]


@dataclass(frozen=True)
class Options:
    root: str
    credentials: Credentials
    language: str | None = None
    timeout_seconds: float = TIMEOUT_SECONDS
    deadline_seconds: float = DEADLINE_SECONDS
    max_retries: int = RETRIES
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        if self.max_retries < 0 or self.timeout_seconds <= 0 or self.deadline_seconds <= 0:
            raise ValueError("max_retries is not negative; timeout_seconds and deadline_seconds are above zero")


def options_of(base_url: str, given: ClientOptions) -> Options:
    """`base_url` is the portal's address, with or without /api/v1. Raises ValueError."""
    if not base_url.startswith(("https://", "http://")):
        raise ValueError("base_url is the portal's address: https://…")
    credentials = credentials_of(
        key_id=given.pop("key_id", None),
        private_key=given.pop("private_key", None),
        bearer=given.pop("bearer", None),
    )
    return Options(base_url.rstrip("/").removesuffix(_ROOT) + _ROOT, credentials, **given)  # type: ignore[misc]  # the rest of the names are Options' own
