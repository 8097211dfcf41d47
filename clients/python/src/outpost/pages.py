"""Pages of a list: this page's items, and a walk over all that follow."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from outpost.calls import Leaf

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Leaf[T]):
    """`data`, `has_more`, `next_cursor`. Iterating goes over this page and asks for each one after it."""

    turn: Callable[[str], Page[T]] = field(repr=False, compare=False)

    def next_page(self) -> Page[T] | None:
        return self.turn(self.next_cursor) if self.has_more and self.next_cursor is not None else None

    def __iter__(self) -> Iterator[T]:
        page: Page[T] | None = self
        while page is not None:
            yield from page.data
            page = page.next_page()


@dataclass(frozen=True)
class AsyncPage(Leaf[T]):
    """As Page, for `async for`."""

    turn: Callable[[str], Coroutine[Any, Any, AsyncPage[T]]] = field(repr=False, compare=False)

    async def next_page(self) -> AsyncPage[T] | None:
        return await self.turn(self.next_cursor) if self.has_more and self.next_cursor is not None else None

    async def __aiter__(self) -> AsyncIterator[T]:
        page: AsyncPage[T] | None = self
        while page is not None:
            for item in page.data:
                yield item
            page = await page.next_page()


@dataclass(frozen=True)
class AsyncPages(Generic[T]):
    """A list that was not asked for yet: `await` gives its first page, `async for` walks over all of it."""

    turn: Callable[[str | None], Coroutine[Any, Any, AsyncPage[T]]] = field(repr=False)

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        return self.turn(None).__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for item in await self.turn(None):
            yield item
