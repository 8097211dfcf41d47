"""What was never delivered: the receiver has to find it in the feed."""

from __future__ import annotations

from collections.abc import Iterable

from outpost_conformance.kit import Case, Kit
from outpost_conformance.state import Effect, once, payment_is, read_up_to, refund_is

_HOUR = 3_600.0


def _gap(kit: Kit) -> Iterable[Effect]:
    assert kit.feed, "played with a feed only"
    lost, refunded = kit.story.payment("succeeded", ago=40), kit.story.refund("accepted", ago=30)
    told = kit.story.payment("succeeded")
    kit.publish(lost, refunded, told)
    kit.deliver(told, "the third of three events")
    return (
        *(once(notice.id) for notice in (lost, refunded, told)),
        payment_is(lost.subject, "succeeded"),
        refund_is(refunded.subject, "accepted"),
        read_up_to(kit.feed.last),
    )


def _recovery(kit: Kit) -> Iterable[Effect]:
    """Six hours of silence; then the oldest arrive by webhook, the first of them twice, and all stand in the feed."""
    assert kit.feed, "played with a feed only"
    paid = kit.story.payment("succeeded", ago=6 * _HOUR)
    requested = kit.story.refund("requested", ago=5 * _HOUR)
    accepted = kit.story.refund("accepted", of=requested, ago=4 * _HOUR)
    expired = kit.story.payment("expired", ago=3 * _HOUR)
    deferred = kit.story.refund("deferred", status="accepted", of=accepted, ago=2 * _HOUR)
    credited = kit.story.refund("credited", of=deferred, ago=_HOUR)
    backlog = (paid, requested, accepted, expired, deferred, credited)
    kit.publish(*backlog)
    kit.deliver(paid, "the oldest event, six hours late")
    kit.deliver(paid, "again: the first answer was lost")
    kit.deliver(requested, "the second")
    kit.deliver(accepted, "the third; three more stand in the feed alone")
    return (
        *(once(notice.id) for notice in backlog),
        payment_is(paid.subject, "succeeded"),
        payment_is(expired.subject, "expired"),
        refund_is(credited.subject, "credited"),
        read_up_to(kit.feed.last),
    )


def _unknown_type_in_feed(kit: Kit) -> Iterable[Effect]:
    assert kit.feed, "played with a feed only"
    unknown, lost, told = kit.story.of_unknown_type(), kit.story.payment("succeeded"), kit.story.payment("succeeded")
    kit.publish(unknown, lost, told)
    kit.deliver(told, "the third of three events; the first is of a new kind")
    return once(lost.id), once(told.id), read_up_to(kit.feed.last)


_READ_ON = "Keep the last sequence you worked through; read GET /events?after=… on a timer and after each notice."

CASES = (
    Case(
        "gap",
        "Two events that were never delivered",
        "2xx; all three events once, from the feed what the webhook didn't bring",
        _READ_ON,
        _gap,
        needs_state=True,
        needs_feed=True,
    ),
    Case(
        "recovery",
        "Back after six hours",
        "2xx; six events once each, the refund credited",
        f"{_READ_ON} Put feed and webhook through the same inbox, keyed by event id.",
        _recovery,
        needs_state=True,
        needs_feed=True,
    ),
    Case(
        "feed-unknown-type",
        "A new kind of event in the feed",
        "2xx; what stands behind it is read",
        "Pass over kinds you don't know, and move your last sequence past them.",
        _unknown_type_in_feed,
        needs_state=True,
        needs_feed=True,
    ),
)
