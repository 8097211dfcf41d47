"""The shop's side of the portal's API, by the client that every platform uses: questions out, notices checked."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

from common import clock
from outpost import ApiProblem, Event, OutcomeUnknown, Outpost, webhooks
from outpost.models import Answered
from outpost.options import ClientOptions
from outpost.resources import Resources
from outpost.wires import SyncWire

# Somebody waits for the shop's page.
DEADLINE_SECONDS = 15.0
RETRIES = 2

# Fetched from the portal, and again when a signature fits none of them: keys are rotated.
_known_keys: list[str] = []
_fetching = threading.Lock()

Question = Callable[[Resources[SyncWire]], Answered]


class Silent(Exception):
    """The portal did not answer in a way that can be understood. What it did is not known."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        return self.status < httpx.codes.BAD_REQUEST


def ask(question: Question, *, language: str = "zh-hant") -> Answer:
    """What the portal says to `question(portal)`, yes or no, as it came. Raises Silent."""
    try:
        found = question(_client(settings.PORTAL_URL).in_language(language))
    except OutcomeUnknown as unknown:
        raise Silent(unknown.why) from unknown
    except ApiProblem as problem:
        if not problem.raw:
            raise Silent(f"status {problem.status}") from problem
        return Answer(problem.status, problem.raw)
    return Answer(httpx.codes.OK, found.raw)


def verified(body: bytes, headers: Mapping[str, str]) -> Event:
    """The event of a notice that is truly the portal's. Raises VerificationError; Silent when no key can be had.

    The time in it isn't checked: a notice sent days ago is still news, and one that was replayed is known by its id.
    """
    try:
        return webhooks.verify(body, headers, public_keys=_keys(), tolerance_seconds=math.inf)
    except webhooks.SignatureMismatch:
        return webhooks.verify(body, headers, public_keys=_keys(fresh=True), tolerance_seconds=math.inf)


@functools.lru_cache(maxsize=1)
def _client(portal_url: str) -> Outpost:
    """One for the process, so that connections are kept. Signs by the town's clock, as the portal reads it."""
    options: ClientOptions = {
        "timeout_seconds": DEADLINE_SECONDS,
        "deadline_seconds": DEADLINE_SECONDS,
        "max_retries": RETRIES,
        "now": lambda: clock.now().timestamp(),
    }
    if settings.SHOP_SIGNING_KEY:
        options |= {"key_id": settings.SHOP_KEY_ID, "private_key": settings.SHOP_SIGNING_KEY}
    else:
        # Only where the shop was given nothing to sign with; with nothing at all the portal says so.
        options["bearer"] = settings.SHOP_API_KEY or "not-set"
    return Outpost(portal_url, http=httpx.Client(trust_env=False), **options)


def _keys(*, fresh: bool = False) -> list[str]:
    with _fetching:
        if fresh or not _known_keys:
            try:
                platform = _client(settings.PORTAL_URL).platform.get()
            except (ApiProblem, OutcomeUnknown) as error:
                raise Silent(str(error)) from error
            _known_keys[:] = sorted({key for webhook in platform.webhooks for key in webhook.public_keys})
        if not _known_keys:
            raise Silent("the portal names no key that it signs notices with")
        return list(_known_keys)
