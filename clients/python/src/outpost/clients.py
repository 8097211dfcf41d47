"""The two clients: Outpost blocks, AsyncOutpost awaits; everything else is the same."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from typing import Self, Unpack

import httpx

from outpost.options import ClientOptions, options_of
from outpost.resources import Resources
from outpost.wires import AsyncWire, SyncWire


class Outpost(Resources[SyncWire]):
    """The API, blocking. One for the whole process: it keeps connections and may be shared by threads.

    >>> with Outpost(base_url="https://portal.example", key_id="key_…", private_key="…") as client:
    ...     payment = client.payments.get("PAY-7K2")
    """

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
        **options: Unpack[ClientOptions],
    ) -> None:
        """`http` is yours to configure (proxy, certificates) and to close; without it the client makes its own."""
        super().__init__(SyncWire(options_of(base_url, options), http or httpx.Client(), sleep))
        self._ours = http is None

    def in_language(self, language: str) -> Resources[SyncWire]:
        """The same client, with texts in this language: zh-Hant or en."""
        return Resources(
            dataclasses.replace(self.wire, options=dataclasses.replace(self.wire.options, language=language))
        )

    def close(self) -> None:
        if self._ours:
            self.wire.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncOutpost(Resources[AsyncWire]):
    """The API for asyncio.

    >>> async with AsyncOutpost(base_url="https://portal.example", key_id="key_…", private_key="…") as client:
    ...     payment = await client.payments.get("PAY-7K2")
    """

    def __init__(
        self,
        base_url: str,
        *,
        http: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        **options: Unpack[ClientOptions],
    ) -> None:
        """`http` is yours to configure (proxy, certificates) and to close; without it the client makes its own."""
        super().__init__(AsyncWire(options_of(base_url, options), http or httpx.AsyncClient(), sleep))
        self._ours = http is None

    def in_language(self, language: str) -> Resources[AsyncWire]:
        """The same client, with texts in this language: zh-Hant or en."""
        return Resources(
            dataclasses.replace(self.wire, options=dataclasses.replace(self.wire.options, language=language))
        )

    async def aclose(self) -> None:
        if self._ours:
            await self.wire.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
