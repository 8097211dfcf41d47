"""What a case works with: it tells stories, signs them, sends them, feeds them, and keeps what came back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from outpost_conformance.exchange import Courier, Exchange, Sending, Want
from outpost_conformance.feed import Feed
from outpost_conformance.keys import SCHEMES, Keys
from outpost_conformance.state import Effect
from outpost_conformance.story import Notice, Story


@dataclass(frozen=True)
class Case:
    """One thing a receiver must get right. `play` sends, and says what must be true of the state afterwards."""

    id: str
    title: str
    expected: str
    mend: str
    play: Callable[[Kit], Iterable[Effect]]
    # Of the schemes that the receiver checks, one of these is needed to say anything.
    schemes: frozenset[str] = frozenset(SCHEMES)
    # Answers alone say nothing about this case.
    needs_state: bool = False
    needs_feed: bool = False


@dataclass
class Kit:
    """One run against one receiver. `exchanges` holds those of the case that is being played."""

    keys: Keys
    courier: Courier
    clock: Callable[[], float]
    feed: Feed | None
    story: Story = field(init=False)
    exchanges: list[Exchange] = field(default_factory=list)
    history: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.story = Story(self.clock)

    def deliver(self, notice: Notice, label: str, *, want: Want = Want.TAKEN, skew: float = 0) -> Exchange:
        """As Outpost sends it; `skew` seconds are added to the timestamp that is signed."""
        return self.send(self.signed(notice, label, skew=skew), want)

    def signed(
        self,
        notice: Notice,
        label: str,
        *,
        keys: tuple[Keys, ...] = (),
        skew: float = 0,
        schemes: Iterable[str] = SCHEMES,
    ) -> Sending:
        """The request with a signature of each scheme by each of the keys, in that order."""
        timestamp, wanted = str(int(self.clock() + skew)), tuple(schemes)
        made = [
            signature
            for one in keys or (self.keys,)
            for signature in one.signatures(notice_id=notice.id, timestamp=timestamp, body=notice.body, schemes=wanted)
        ]
        return Sending(label, headers(notice.id, timestamp, " ".join(made)), notice.body)

    def send(self, sending: Sending, want: Want) -> Exchange:
        exchange = self.courier.send(sending, want)
        self.exchanges.append(exchange)
        self.history.append(exchange)
        return exchange

    def send_at_once(self, sending: Sending, want: Want, *, times: int) -> None:
        """The same request from several threads that start together."""
        barrier = threading.Barrier(times)

        def one() -> None:
            barrier.wait()
            self.send(sending, want)

        threads = [threading.Thread(target=one) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def publish(self, *notices: Notice) -> None:
        """Into the feed, where there is one: Outpost numbers each event a moment after it happened."""
        if self.feed:
            self.feed.publish(*notices)


def headers(notice_id: str, timestamp: str, signature: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Accept-Encoding": "identity",
        "User-Agent": "Outpost",
        "webhook-id": notice_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }
