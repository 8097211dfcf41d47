"""Webhooks over HTTP (Standard Webhooks, `v1a` and `v1`): signed, bounded in time and size, to public addresses only."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from common.outbound import refuse_inside_transaction, trusted_roots
from notifications.channels.port import Answer, Delivered, Letter, Refused, Unknown, WebhookLetter, excerpt
from platforms.rules import address_is_loopback, address_is_public, webhook_url_is_well_formed
from platforms.signatures import sign_bytes

# An acknowledgement that takes longer is none: the next try comes anyway.
DEADLINE_SECONDS = 15.0
ANSWER_BYTES_MAX = 65_536


class _NotPublic(Exception):
    """The host leads to an address inside somebody's network."""


@dataclass(frozen=True)
class WebhookSender:
    """One letter at a time; safe to share between threads. `deadline_seconds` covers all, look-up to last byte.

    `public_only` refuses every address that isn't public; `loopback_too` lets a sandbox tell its own machine.
    """

    public_only: bool = True
    loopback_too: bool = False
    deadline_seconds: float = DEADLINE_SECONDS

    def send(self, letter: Letter) -> tuple[Answer, ...]:
        assert isinstance(letter, WebhookLetter)
        refuse_inside_transaction()
        return (asyncio.run(self._send(letter)),)

    async def _send(self, letter: WebhookLetter) -> Answer:
        started = time.monotonic()
        end = asyncio.get_running_loop().time() + self.deadline_seconds

        def spent() -> int:
            return int((time.monotonic() - started) * 1000)

        async with httpx.AsyncClient(
            timeout=self.deadline_seconds, follow_redirects=False, trust_env=False, verify=trusted_roots()
        ) as client:
            try:
                async with asyncio.timeout_at(end):
                    response = await self._ask(client, letter)
            except _NotPublic as error:
                return Refused(answer=str(error), duration_ms=spent())
            except TimeoutError:
                return Unknown(answer=f"no answer within {self.deadline_seconds:g} s", duration_ms=spent())
            except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
                return Unknown(answer=excerpt(f"{type(error).__name__}: {error}"), duration_ms=spent())
            # The status is the answer; what follows can't change it and is only kept to be shown.
            answer = excerpt((await _beginning(response, end)).decode(errors="replace"))
        if response.is_success:
            return Delivered(http_status=response.status_code, answer=answer, duration_ms=spent())
        rest = retry_after_seconds(response.headers, at=letter.sent_at)
        return Refused(http_status=response.status_code, answer=answer, duration_ms=spent(), retry_after=rest)

    async def _ask(self, client: httpx.AsyncClient, letter: WebhookLetter) -> httpx.Response:
        """Status and headers. Connects to the very address that was checked, so that no other slips in between."""
        if self.public_only and not webhook_url_is_well_formed(letter.url, sandbox=self.loopback_too):
            raise _NotPublic("the address is not public")
        url = httpx.URL(letter.url)
        address = await _resolve(url, public_only=self.public_only, loopback_too=self.loopback_too)
        request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=letter.body,
            headers={**webhook_headers(letter), "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        return await client.send(request, stream=True)


def webhook_headers(letter: WebhookLetter) -> dict[str, str]:
    """webhook-id, -timestamp and -signature: for each key a v1a, for each secret a v1, the newest first."""
    timestamp = str(int(letter.sent_at.timestamp()))
    signed = b".".join([letter.event_id.encode(), timestamp.encode(), letter.body])
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Accept-Encoding": "identity",
        "User-Agent": "Outpost",
        "webhook-id": letter.event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signatures(letter, signed)),
    }


def retry_after_seconds(headers: httpx.Headers, *, at: dt.datetime) -> int | None:
    """Retry-After in seconds, None where there is none or none that can be understood.

    A date counts from the answer's own Date: the other side's clock may be wrong, but its difference isn't. Without one
    it counts from the time of our sending.
    """
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return int(given[:9])
    until, now = _http_date(given), _http_date(headers.get("Date", "")) or at
    return max(0, int((until - now).total_seconds())) if until else None


def _http_date(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _signatures(letter: WebhookLetter, signed: bytes) -> Iterator[str]:
    for key in letter.private_keys:
        yield f"v1a,{sign_bytes(signed, private_key=key)}"
    for secret in letter.secrets:
        digest = hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()
        yield f"v1,{base64.b64encode(digest).decode()}"


async def _beginning(response: httpx.Response, end: float) -> bytes:
    """At most ANSWER_BYTES_MAX, never unpacked; a body that breaks or goes on for ever is cut off."""
    read = b""
    try:
        async with asyncio.timeout_at(end):
            async for chunk in response.aiter_raw(4096):
                read += chunk
                if len(read) >= ANSWER_BYTES_MAX:
                    break
            await response.aclose()
    except (httpx.HTTPError, TimeoutError):
        pass
    return read[:ANSWER_BYTES_MAX]


async def _resolve(url: httpx.URL, *, public_only: bool, loopback_too: bool = False) -> str:
    """The address to connect to. Every address of the name must be allowed, or none is used."""
    host = url.raw_host.decode("ascii")
    port = url.port or (443 if url.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if public_only and not all(_is_allowed(address, loopback_too=loopback_too) for address in addresses):
        raise _NotPublic("the address is not public")
    return addresses[0]


def _is_allowed(address: str, *, loopback_too: bool) -> bool:
    return address_is_public(address) or (loopback_too and address_is_loopback(address))
