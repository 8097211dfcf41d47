"""What the component asks of a way to the card, whichever it is: PC/SC or direct."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

ReaderState = Literal["ready", "none", "no_driver"]
TransportName = Literal["direct", "pcsc"]


@dataclass(frozen=True)
class Presence:
    """What is plugged in now. `insertion` rises with every card put in, so that a swapped card is another one."""

    reader: ReaderState
    insertion: int | None = None


class Transport(Protocol):
    """One reader with one slot. All methods are called on the event loop; only `begin` and `transmit` may wait."""

    name: TransportName

    @property
    def presence(self) -> Presence: ...

    async def start(self, changed: Callable[[], None]) -> None:
        """Begin to watch; `changed` is called on the event loop whenever `presence` has changed."""
        ...

    async def stop(self) -> None: ...

    async def begin(self, insertion: int) -> None:
        """Reset the card, for a session of its own. Raises CardGone when it is not that card any more."""
        ...

    async def transmit(self, insertion: int, command: bytes | bytearray) -> bytes:
        """One command, its answer. Raises CardGone. A cancelled caller never leaves half an exchange behind."""
        ...

    def end(self, insertion: int) -> None:
        """Reset the card again, so that a password once verified is good for this session only."""
        ...
