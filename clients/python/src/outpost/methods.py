"""Methods that stand once and serve both clients: written as a question, bound to a blocking or to an awaiting wire."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from outpost.calls import Call, Listing
from outpost.pages import AsyncPages, Page
from outpost.wires import AsyncWire, SyncWire

P = ParamSpec("P")
T = TypeVar("T")
W = TypeVar("W", bound=SyncWire | AsyncWire)


class Resource(Generic[W]):
    """One area of the API on a wire."""

    def __init__(self, wire: W) -> None:
        self.wire = wire


class _Method:
    """Binds like a function: looking it up on a resource gives what asks the question on that resource's wire."""

    verb = ""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask
        self.__doc__ = ask.__doc__

    def bound(self, resource: Any) -> Any:
        if resource is None:
            return self
        on_wire = getattr(resource.wire, self.verb)

        @functools.wraps(self._ask)
        def method(*args: Any, **kwargs: Any) -> Any:
            return on_wire(self._ask(resource, *args, **kwargs))

        return method


class asks(_Method, Generic[P, T]):  # noqa: N801 - a decorator, written as one
    """One question, one answer: T, or a coroutine of it."""

    verb = "run"

    def __init__(self, ask: Callable[Concatenate[Any, P], Call[T]]) -> None:
        super().__init__(ask)

    @overload
    def __get__(self, resource: Resource[SyncWire], owner: Any = None) -> Callable[P, T]: ...
    @overload
    def __get__(self, resource: Resource[AsyncWire], owner: Any = None) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, resource: Any, owner: Any = None) -> Any:
        return self.bound(resource)


class lists(_Method, Generic[P, T]):  # noqa: N801 - a decorator, written as one
    """A list: its first page, from which the others are reached."""

    verb = "pages"

    def __init__(self, ask: Callable[Concatenate[Any, P], Listing[T]]) -> None:
        super().__init__(ask)

    @overload
    def __get__(self, resource: Resource[SyncWire], owner: Any = None) -> Callable[P, Page[T]]: ...
    @overload
    def __get__(self, resource: Resource[AsyncWire], owner: Any = None) -> Callable[P, AsyncPages[T]]: ...
    def __get__(self, resource: Any, owner: Any = None) -> Any:
        return self.bound(resource)


class follows(_Method, Generic[P, T]):  # noqa: N801 - a decorator, written as one
    """A list without an end: one item after the other, waiting for those to come."""

    verb = "follow"

    def __init__(self, ask: Callable[Concatenate[Any, P], Listing[T]]) -> None:
        super().__init__(ask)

    @overload
    def __get__(self, resource: Resource[SyncWire], owner: Any = None) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, resource: Resource[AsyncWire], owner: Any = None) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, resource: Any, owner: Any = None) -> Any:
        return self.bound(resource)
