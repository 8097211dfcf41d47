"""What was told: to whom, with which answers, when next; and the feed that platforms read."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext as _

from common.errors import FieldError, InvalidRequest
from notifications.errors import DeliveryNotFound, EventNotFound
from notifications.models import Attempt, Event, EventNumber, Message
from notifications.states import Channel, Status
from platforms.errors import EndpointNotFound
from platforms.models import Platform, WebhookEndpoint

FEED_PAGE_MAX = 500
# So many events are looked through for those of a wanted type, then the reader is asked to go on.
FEED_SCAN_MAX = 5_000
# Of one payment or refund; a life has far fewer.
EVENTS_SHOWN_MAX = 20
_NOBODY = UUID(int=0)
# A ladder has 63 marks; an endpoint that is down for days is probed with one message thousands of times.
ATTEMPTS_SHOWN = 100


@dataclass(frozen=True)
class ToldAttempt:
    number: int
    at: dt.datetime
    outcome: str  # delivered | refused | unknown
    http_status: int | None
    answer: str
    duration_ms: int
    operator: str


@dataclass(frozen=True)
class ToldMessage:
    message_id: UUID
    recipient: str
    status: str  # pending | delivered | dead
    # The newest of them; `attempts_made` counts all.
    attempts: tuple[ToldAttempt, ...]
    attempts_made: int
    next_try_at: dt.datetime | None
    acknowledged_at: dt.datetime | None


@dataclass(frozen=True)
class ToldEvent:
    """One event of a subject. Without messages the platform has no address of its own and reads the feed."""

    event_id: str
    kind: str
    at: dt.datetime
    sequence: int | None
    messages: tuple[ToldMessage, ...]

    @property
    def acknowledged_at(self) -> dt.datetime | None:
        """When the first endpoint took it."""
        return min((m.acknowledged_at for m in self.messages if m.acknowledged_at), default=None)

    @property
    def next_try_at(self) -> dt.datetime | None:
        return min((m.next_try_at for m in self.messages if m.next_try_at), default=None)


def told(subject: str) -> list[ToldEvent]:
    """Everything a platform was told of this subject (a payment's or refund's reference), oldest first."""
    return told_of([subject])[subject]


def told_of(subjects: Sequence[str]) -> dict[str, list[ToldEvent]]:
    """The same for many subjects, in three statements however many they are."""
    rows = Message.objects.select_related("endpoint").prefetch_related(newest_attempts()).order_by("id")
    messages = Prefetch("messages", rows)
    events = Event.objects.filter(subject__in=subjects).select_related("number").prefetch_related(messages)
    told: dict[str, list[ToldEvent]] = {subject: [] for subject in subjects}
    for event in events.order_by("id"):
        told[event.subject].append(_told_event(event))
    return told


def newest_attempts(count: int = ATTEMPTS_SHOWN) -> Prefetch[Any]:
    """The last so many attempts of each message, in their order."""
    newest = Attempt.objects.filter(number__gt=F("message__attempts_made") - count)
    return Prefetch("attempts", newest.order_by("number"))


def to_send(at: dt.datetime) -> QuerySet[Message]:
    """What a sweep at this moment has to send, or is sending: due, not behind another one of its order, and not kept
    back by an endpoint that is off or rests. One that fails is due for its probe with whatever waits for it."""
    first = Message.objects.filter(
        endpoint=OuterRef("endpoint"),
        ordering_key=OuterRef("ordering_key"),
        status=Status.PENDING,
        event__lt=OuterRef("event"),
    )
    awake = Q(endpoint__resting_until=None) | Q(endpoint__resting_until__lte=at)
    sms = Q(endpoint=None, due_at__lte=at)
    webhook = Q(endpoint__enabled=True) & awake & (Q(due_at__lte=at) | Q(endpoint__failing_since__isnull=False))
    return Message.objects.filter(sms | (webhook & ~Exists(first)), status=Status.PENDING)


def endpoints_of(platform: Platform) -> QuerySet[WebhookEndpoint]:
    """The platform's endpoints, each with its `backlog`: how many notices it has not taken yet."""
    return with_backlog(platform.endpoints.all())


def with_backlog(endpoints: QuerySet[WebhookEndpoint]) -> QuerySet[WebhookEndpoint]:
    waiting = Message.objects.filter(endpoint=OuterRef("pk"), status=Status.PENDING).order_by()
    count = waiting.values("endpoint").annotate(count=Count("*")).values("count")
    return endpoints.annotate(backlog=Coalesce(Subquery(count), 0))


def endpoint_of(platform: Platform, public_id: str) -> WebhookEndpoint:
    """The platform's own endpoint of this id (we_…). Raises EndpointNotFound, for another platform's too."""
    endpoint = endpoints_of(platform).filter(pk=_id_in(public_id, "we_")).first()
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


def deliveries_of(platform: Platform, *, attempts_shown: int = ATTEMPTS_SHOWN) -> QuerySet[Message]:
    """Every notice to an endpoint of this platform. Filter, order, and take a slice."""
    rows = Message.objects.filter(channel=Channel.WEBHOOK, endpoint__platform=platform)
    return (
        rows.select_related("endpoint", "event").defer("event__body").prefetch_related(newest_attempts(attempts_shown))
    )


def delivery_of(platform: Platform, public_id: str) -> Message:
    """The platform's own delivery of this id (dl_…). Raises DeliveryNotFound, for another platform's too."""
    message = deliveries_of(platform).filter(pk=_id_in(public_id, "dl_")).first()
    if message is None:
        raise DeliveryNotFound
    return message


def _id_in(public_id: str, prefix: str) -> UUID:
    """The id behind "we_" and 32 small hex digits; nobody's when it is written in any other way."""
    digits = public_id.removeprefix(prefix)
    return UUID(digits) if re.fullmatch(f"{prefix}[0-9a-f]{{32}}", public_id) else _NOBODY


def acknowledged_at(subject: str, kind: str) -> dt.datetime | None:
    """When the platform took the event of this kind; None while it hasn't."""
    return (
        Message.objects.filter(subject=subject, purpose=kind, channel=Channel.WEBHOOK, status=Status.DELIVERED)
        .order_by("acknowledged_at")
        .values_list("acknowledged_at", flat=True)
        .first()
    )


def unacknowledged(*, kinds: Sequence[str], since: dt.datetime, before: dt.datetime) -> QuerySet[Event]:
    """Events of these kinds from that span which no endpoint of the platform has taken, oldest first. Take a slice."""
    taken = Message.objects.filter(event=OuterRef("pk"), status=Status.DELIVERED)
    return Event.objects.filter(~Exists(taken), kind__in=kinds, created_at__gte=since, created_at__lt=before).order_by(
        "created_at", "id"
    )


def dead_messages(*, before: dt.datetime) -> QuerySet[Message]:
    """Messages whose ladder has ended undelivered, made before that time, oldest first. Take a slice."""
    return Message.objects.filter(status=Status.DEAD, created_at__lt=before).order_by("id")


@dataclass(frozen=True)
class FeedPage:
    events: list[dict[str, Any]]
    next_after: int
    has_more: bool

    @property
    def is_idle(self) -> bool:
        """There is nothing to be read now; what comes, comes later."""
        return not self.events and not self.has_more


def feed_page(platform: Platform, *, after: int, limit: int, types: Sequence[str] = ()) -> FeedPage:
    """The platform's numbered events behind `after`, in order: each as it was sent, with its sequence.

    With `types` only those, looked for among the next FEED_SCAN_MAX numbers: a page may be empty and yet have more.
    """
    limit = max(1, min(limit, FEED_PAGE_MAX))
    numbers = EventNumber.objects.filter(platform=platform, sequence__gt=after)
    end = None
    if types:
        last = numbers.aggregate(last=Max("sequence"))["last"] or after
        end = min(last, after + FEED_SCAN_MAX)
        numbers = numbers.filter(sequence__lte=end, event__kind__in=types)
    rows = list(numbers.select_related("event").order_by("sequence")[: limit + 1])
    page = rows[:limit]
    events = [{"sequence": row.sequence, **json.loads(row.event.body)} for row in page]
    if end is None or len(rows) > limit:
        return FeedPage(events, page[-1].sequence if page else after, len(rows) > limit)
    # Numbers have no gaps and none comes later in between: all up to `end` were looked at.
    return FeedPage(events, end, end < last)


def refuse_beyond_end(platform: Platform, after: int) -> None:
    """Raises InvalidRequest for a place that the feed has not reached: it came from another feed, and would be silent
    for as long as this one takes to get there."""
    numbers = EventNumber.objects.filter(platform=platform)
    if after and not numbers.filter(sequence=after).exists():
        last = numbers.aggregate(last=Max("sequence"))["last"] or 0
        text = _("The feed ends at %(last)s. Begin again at 0, or where you know that you were.") % {"last": last}
        raise InvalidRequest([FieldError("/after", "beyond_end", text)])


def event_of_platform(platform: Platform, public_id: str) -> Event:
    """Raises EventNotFound, for another platform's event as for one that doesn't exist."""
    if not re.fullmatch("evt_[0-9a-f]{32}", public_id):
        raise EventNotFound
    events = Event.objects.select_related("number").filter(platform=platform)
    event = events.filter(pk=UUID(hex=public_id.removeprefix("evt_"))).first()
    if event is None:
        raise EventNotFound
    return event


def events_of(subjects: Sequence[str]) -> Mapping[str, list[Event]]:
    """What was told of each of these payments or refunds, the newest EVENTS_SHOWN_MAX of each first."""
    place = Window(RowNumber(), partition_by=F("subject"), order_by=F("id").desc())
    events = Event.objects.select_related("number").filter(subject__in=subjects).annotate(place=place)
    found: dict[str, list[Event]] = {subject: [] for subject in subjects}
    for event in events.filter(place__lte=EVENTS_SHOWN_MAX).order_by("-id"):
        found[event.subject].append(event)
    return found


def _told_event(event: Event) -> ToldEvent:
    number = getattr(event, "number", None)
    return ToldEvent(
        event_id=event.public_id,
        kind=event.kind,
        at=event.created_at,
        sequence=number.sequence if number else None,
        messages=tuple(_told_message(message) for message in event.messages.all()),
    )


def _told_message(message: Message) -> ToldMessage:
    return ToldMessage(
        message_id=message.pk,
        recipient=message.recipient,
        status=message.status,
        attempts=tuple(
            ToldAttempt(a.number, a.at, a.outcome, a.http_status, a.answer, a.duration_ms, a.operator)
            for a in message.attempts.all()
        ),
        attempts_made=message.attempts_made,
        next_try_at=message.next_try_at,
        acknowledged_at=message.acknowledged_at,
    )
