"""The two ways to the network: each does what the core says, one by blocking, one by awaiting."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import httpx

from outpost.calls import Call, Listing
from outpost.core import Answer, Lost, Outcome, Pause, Send, exchange
from outpost.options import Options
from outpost.pages import AsyncPage, AsyncPages, Page

T = TypeVar("T")

# A portal that answers an empty feed at once, instead of waiting for an event, is asked no more often than this.
FEED_SECONDS_MIN = 1.0
_TOO_SLOW = Lost("the answer took longer than it may")


@dataclass(frozen=True)
class SyncWire:
    options: Options
    http: httpx.Client
    sleep: Callable[[float], None]

    def run(self, call: Call[T]) -> T:
        steps = exchange(self.options, call)
        step = next(steps)
        while True:
            outcome: Outcome | None = None
            if isinstance(step, Pause):
                self.sleep(step.seconds)
            else:
                outcome = self._send(step)
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                found: T = end.value
                return found

    def pages(self, listing: Listing[T], cursor: str | None = None) -> Page[T]:
        leaf = self.run(listing.call(cursor))
        return Page(leaf.data, leaf.has_more, leaf.next_cursor, leaf.raw, functools.partial(self.pages, listing))

    def follow(self, listing: Listing[T]) -> Iterator[T]:
        cursor: str | None = None
        while True:
            asked_at = self.options.monotonic()
            leaf = self.run(listing.call(cursor))
            yield from leaf.data
            cursor = leaf.next_cursor
            if leaf.is_idle and self.options.monotonic() - asked_at < FEED_SECONDS_MIN:
                self.sleep(FEED_SECONDS_MIN)

    def _send(self, step: Send) -> Outcome:
        content = bytearray()
        try:
            with self.http.stream(
                step.method, step.url, headers=dict(step.headers), content=step.content,
                timeout=step.timeout_seconds, follow_redirects=False,
            ) as response:  # fmt: skip
                for chunk in response.iter_bytes():
                    content += chunk
                    if self.options.monotonic() > step.until:
                        return _TOO_SLOW
        except httpx.RequestError as error:
            return _lost(error)
        return Answer(response.status_code, response.headers, bytes(content))


@dataclass(frozen=True)
class AsyncWire:
    options: Options
    http: httpx.AsyncClient
    sleep: Callable[[float], Awaitable[None]]

    async def run(self, call: Call[T]) -> T:
        steps = exchange(self.options, call)
        step = next(steps)
        while True:
            outcome: Outcome | None = None
            if isinstance(step, Pause):
                await self.sleep(step.seconds)
            else:
                outcome = await self._send(step)
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                found: T = end.value
                return found

    def pages(self, listing: Listing[T]) -> AsyncPages[T]:
        return AsyncPages(functools.partial(self._page, listing))

    async def follow(self, listing: Listing[T]) -> AsyncIterator[T]:
        cursor: str | None = None
        while True:
            asked_at = self.options.monotonic()
            leaf = await self.run(listing.call(cursor))
            for item in leaf.data:
                yield item
            cursor = leaf.next_cursor
            if leaf.is_idle and self.options.monotonic() - asked_at < FEED_SECONDS_MIN:
                await self.sleep(FEED_SECONDS_MIN)

    async def _page(self, listing: Listing[T], cursor: str | None) -> AsyncPage[T]:
        leaf = await self.run(listing.call(cursor))
        return AsyncPage(leaf.data, leaf.has_more, leaf.next_cursor, leaf.raw, functools.partial(self._page, listing))

    async def _send(self, step: Send) -> Outcome:
        content = bytearray()
        try:
            async with self.http.stream(
                step.method, step.url, headers=dict(step.headers), content=step.content,
                timeout=step.timeout_seconds, follow_redirects=False,
            ) as response:  # fmt: skip
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if self.options.monotonic() > step.until:
                        return _TOO_SLOW
        except httpx.RequestError as error:
            return _lost(error)
        return Answer(response.status_code, response.headers, bytes(content))


def _lost(error: httpx.RequestError) -> Lost:
    return Lost(f"{type(error).__name__}: {error}")
