"""Receivers behind real HTTP, the kit's feed to read from, and the kit run against them."""

import threading
import time
from contextlib import ExitStack, contextmanager

from outpost_conformance.feed import Feed
from outpost_conformance.keys import Keys
from outpost_conformance.run import Patience, Target, run
from outpost_conformance.sample_receiver import FeedReader, Receiver, Server

# What is waited for and never comes costs this long; what comes is there when the notice is answered.
PATIENCE = Patience(effect=0.1, feed=0.1)
BOTH = frozenset({"v1a", "v1"})


class ReadsBeforeAnswering:
    """A receiver that has read the feed to its end by the time it answers: no thread of its own, nothing left to chance."""

    def __init__(self, receiver, api_base):
        self.receiver, self.reader, self.state = receiver, FeedReader(receiver, api_base), receiver.state

    def answer(self, headers, body):
        status = self.receiver.answer(headers, body)
        if status == 204:
            with self.receiver.lock:
                self.reader.read_on()
        return status


@contextmanager
def served(receiver, after_notice=lambda: None, handler=None):
    """The base address of a receiver that answers."""
    with Server(receiver, ("127.0.0.1", 0), after_notice) as server:
        server.RequestHandlerClass = handler or server.RequestHandlerClass
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def receiver_of(receiver_class, keys, schemes=BOTH):
    return receiver_class(
        public_keys=[keys.public_key_text] if "v1a" in schemes else [],
        secrets=[keys.secret_text] if "v1" in schemes else [],
    )


def examine(
    receiver_class=Receiver,
    *,
    reads="before answering",
    with_state=True,
    with_feed=True,
    schemes=BOTH,
    handler=None,
    **how,
):
    """The kit's results against a receiver of this class, by case. `reads` the feed "before answering", "apart" or "never"."""
    keys = Keys.new()
    receiver = receiver_of(receiver_class, keys, schemes)
    with ExitStack() as opened:
        feed, wake = opened.enter_context(Feed()), lambda: None
        if reads == "apart":
            wake = opened.enter_context(FeedReader(receiver, feed.url)).wake
        shown = ReadsBeforeAnswering(receiver, feed.url) if reads == "before answering" else receiver
        base = opened.enter_context(served(shown, wake, handler))
        target = Target(
            f"{base}/notices", keys, schemes, f"{base}/state" if with_state else "", feed if with_feed else None
        )
        how.setdefault("patience", PATIENCE)
        return {result.case.id: result for result in run(target, clock=time.time, **how)}
