"""A receiver behind real HTTP with the kit's feed to read from, and the kit run against it."""

import threading
import time
from contextlib import ExitStack, contextmanager

import pytest

from outpost_conformance.feed import Feed
from outpost_conformance.keys import Keys
from outpost_conformance.run import Patience, Target, run
from outpost_conformance.sample_receiver import FeedReader, Receiver, Server

# Long enough for a thread to wake up on a busy machine, short enough to wait for what never comes.
PATIENCE = Patience(answer=15, effect=1.5, feed=1.5)


@contextmanager
def serving(receiver, *, reads_feed=True, handler=None):
    """(address, state address, feed) of a receiver that serves."""
    with ExitStack() as opened:
        feed = opened.enter_context(Feed())
        wake = opened.enter_context(FeedReader(receiver, feed.url)).wake if reads_feed else lambda: None
        server = opened.enter_context(Server(receiver, ("127.0.0.1", 0), wake))
        if handler:
            server.RequestHandlerClass = handler
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        opened.callback(server.shutdown)
        base = f"http://127.0.0.1:{server.server_address[1]}"
        yield f"{base}/notices", f"{base}/state", feed


@pytest.fixture
def examine():
    """Runs the kit against a receiver of this class; gives its results by case."""

    def examined(receiver_class=Receiver, *, patience=PATIENCE, with_state=True, with_feed=True, schemes=None, **how):
        keys = Keys.new()
        known = {
            "public_keys": [keys.public_key_text] if not schemes or "v1a" in schemes else [],
            "secrets": [keys.secret_text] if not schemes or "v1" in schemes else [],
        }
        with serving(receiver_class(**known), **how) as (url, state_url, feed):
            target = Target(
                url,
                keys,
                schemes or frozenset({"v1a", "v1"}),
                state_url if with_state else "",
                feed if with_feed else None,
            )
            return {result.case.id: result for result in run(target, clock=time.time, patience=patience)}

    return examined
