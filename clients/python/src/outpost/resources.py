"""Every address of the API as a method, written once for both clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from outpost import fields, models
from outpost.calls import Call, Listing, get, path_of, send
from outpost.days import CalendarExplanation, SettlementDay, SettlementLine, WorkingDays
from outpost.methods import Resource, W, asks, follows, lists

# The longest that the portal keeps a reader of the feed waiting for an event.
WAIT_SECONDS_MAX = 20


class Payments(Resource[W]):
    @asks
    def create(
        self, *, idempotency_key: str | None = None, **asked: Unpack[fields.PaymentFields]
    ) -> Call[models.Payment]:
        """The payment of an order, made or found: an order number is paid once at most. `page_url` is fresh each time."""
        return send("/payments", models.Payment, asked, key=idempotency_key)

    @asks
    def get(self, payment_id: str, *, expand: Sequence[str] = ()) -> Call[models.Payment]:
        """`expand`: refunds, events."""
        return get(path_of("payments", payment_id), models.Payment, expand=expand)

    @lists
    def list(self, **filters: Unpack[fields.PaymentFilters]) -> Listing[models.Payment]:
        """Newest first."""
        return Listing("/payments", models.Payment, filters)

    @asks
    def cancel(self, payment_id: str, *, idempotency_key: str | None = None) -> Call[models.Payment]:
        """End a payment that nobody has confirmed."""
        return send(path_of("payments", payment_id, "cancel"), models.Payment, key=idempotency_key)

    @asks
    def mark_shipped(self, payment_id: str, *, idempotency_key: str | None = None) -> Call[models.Payment]:
        """The goods are on their way: refunds are refused at the portal from now on."""
        return send(path_of("payments", payment_id, "shipped"), models.Payment, key=idempotency_key)


class Refunds(Resource[W]):
    @asks
    def create(
        self, *, idempotency_key: str | None = None, **asked: Unpack[fields.RefundFields]
    ) -> Call[models.Refund]:
        """Ask for a refund; nothing is promised before it is confirmed."""
        return send("/refunds", models.Refund, asked, key=idempotency_key)

    @asks
    def get(self, refund_id: str, *, expand: Sequence[str] = ()) -> Call[models.Refund]:
        """`expand`: payment, events."""
        return get(path_of("refunds", refund_id), models.Refund, expand=expand)

    @lists
    def list(self, **filters: Unpack[fields.RefundFilters]) -> Listing[models.Refund]:
        """Newest first."""
        return Listing("/refunds", models.Refund, filters)

    @asks
    def confirm(self, refund_id: str, *, idempotency_key: str | None = None) -> Call[models.Refund]:
        """The seller agrees: the dates of the credit are promised from here on."""
        return send(path_of("refunds", refund_id, "confirm"), models.Refund, key=idempotency_key)

    @asks
    def cancel(self, refund_id: str, *, idempotency_key: str | None = None) -> Call[models.Refund]:
        """Give up a refund that was not confirmed."""
        return send(path_of("refunds", refund_id, "cancel"), models.Refund, key=idempotency_key)


class Events(Resource[W]):
    @lists
    def list(
        self, *, after: int = 0, limit: int | None = None, wait: int | None = None, types: fields.Several = ()
    ) -> Listing[models.Event]:
        """What comes after a number, in order, without gaps. `wait`: seconds the portal may wait for the first, 0 to 20."""
        return _feed(after=after, limit=limit, wait=wait, types=types)

    @asks
    def get(self, event_id: str, *, expand: Sequence[str] = ()) -> Call[models.Event]:
        """`expand`: deliveries."""
        return get(path_of("events", event_id), models.Event, expand=expand)

    @follows
    def stream(
        self, *, after: int = 0, limit: int | None = None, wait: int = WAIT_SECONDS_MAX, types: fields.Several = ()
    ) -> Listing[models.Event]:
        """The feed as it grows, without an end. Keep each event's `sequence` with what you did, and start `after` it."""
        return _feed(after=after, limit=limit, wait=wait, types=types)


def _feed(*, after: int, limit: int | None, wait: int | None, types: fields.Several) -> Listing[models.Event]:
    query = {"after": after, "limit": limit, "wait": wait, "types": types}
    return Listing("/events", models.Event, query, cursor="after", patience_seconds=float(wait or 0))


class WebhookEndpoints(Resource[W]):
    @asks
    def create(
        self, *, idempotency_key: str | None = None, **asked: Unpack[fields.EndpointFields]
    ) -> Call[models.WebhookEndpoint]:
        """`secret` of the answer is shown this once."""
        return send("/webhook-endpoints", models.WebhookEndpoint, asked, key=idempotency_key)

    @asks
    def get(self, endpoint_id: str) -> Call[models.WebhookEndpoint]:
        return get(path_of("webhook-endpoints", endpoint_id), models.WebhookEndpoint)

    @lists
    def list(self, **filters: Unpack[fields.PageFilters]) -> Listing[models.WebhookEndpoint]:
        return Listing("/webhook-endpoints", models.WebhookEndpoint, filters)

    @asks
    def update(
        self, endpoint_id: str, *, idempotency_key: str | None = None, **changes: Unpack[fields.EndpointChanges]
    ) -> Call[models.WebhookEndpoint]:
        path = path_of("webhook-endpoints", endpoint_id)
        return send(path, models.WebhookEndpoint, changes, key=idempotency_key, method="PATCH")

    @asks
    def enable(self, endpoint_id: str, *, idempotency_key: str | None = None) -> Call[models.WebhookEndpoint]:
        """Notices that waited are sent again."""
        return send(path_of("webhook-endpoints", endpoint_id, "enable"), models.WebhookEndpoint, key=idempotency_key)

    @asks
    def disable(self, endpoint_id: str, *, idempotency_key: str | None = None) -> Call[models.WebhookEndpoint]:
        return send(path_of("webhook-endpoints", endpoint_id, "disable"), models.WebhookEndpoint, key=idempotency_key)

    @asks
    def rotate(
        self, endpoint_id: str, *, overlap_seconds: int | None = None, idempotency_key: str | None = None
    ) -> Call[models.WebhookEndpoint]:
        """New keys; the old ones sign beside them for `overlap_seconds`."""
        body = {} if overlap_seconds is None else {"overlap_seconds": overlap_seconds}
        path = path_of("webhook-endpoints", endpoint_id, "rotate")
        return send(path, models.WebhookEndpoint, body, key=idempotency_key)

    @asks
    def test(self, endpoint_id: str, *, idempotency_key: str | None = None) -> Call[models.Delivery]:
        """Have a `webhook.test` sent to this endpoint alone."""
        return send(path_of("webhook-endpoints", endpoint_id, "test"), models.Delivery, key=idempotency_key)

    @asks
    def recover(
        self, endpoint_id: str, *, since: fields.Moment, idempotency_key: str | None = None
    ) -> Call[models.Recovery]:
        """Have everything since then that it has not taken sent again."""
        path = path_of("webhook-endpoints", endpoint_id, "recover")
        return send(path, models.Recovery, {"since": since}, key=idempotency_key)


class Deliveries(Resource[W]):
    @asks
    def get(self, delivery_id: str) -> Call[models.Delivery]:
        return get(path_of("webhook-deliveries", delivery_id), models.Delivery)

    @lists
    def list(self, **filters: Unpack[fields.DeliveryFilters]) -> Listing[models.Delivery]:
        return Listing("/webhook-deliveries", models.Delivery, filters)

    @asks
    def resend(self, delivery_id: str, *, idempotency_key: str | None = None) -> Call[models.Delivery]:
        return send(path_of("webhook-deliveries", delivery_id, "resend"), models.Delivery, key=idempotency_key)


class Calendar(Resource[W]):
    @asks
    def working_days(self, start: fields.Day, end: fields.Day) -> Call[WorkingDays]:
        """Every day from `start` to `end`, counted or not; 400 days at most."""
        return get("/calendar/working-days", WorkingDays, **{"from": start, "to": end})

    @asks
    def explain(self, start: fields.Day, days: int) -> Call[CalendarExplanation]:
        """Each day after `start` to the n-th working day, counted or skipped and why."""
        return get("/calendar/explain", CalendarExplanation, start=start, days=days)


class SettlementDays(Resource[W]):
    @asks
    def get(self, day: fields.Day) -> Call[SettlementDay]:
        return get(path_of("settlement-days", _day(day)), SettlementDay)

    @lists
    def list(self, start: fields.Day, end: fields.Day) -> Listing[SettlementDay]:
        """92 days at most."""
        return Listing("/settlement-days", SettlementDay, {"from": start, "to": end})

    @lists
    def lines(self, day: fields.Day, **filters: Unpack[fields.PageFilters]) -> Listing[SettlementLine]:
        return Listing(path_of("settlement-days", _day(day), "lines"), SettlementLine, filters)


class PlatformProfile(Resource[W]):
    @asks
    def get(self) -> Call[models.Platform]:
        """You: name, contact, and the keys that your notices are signed with."""
        return get("/platform", models.Platform)


class Keys(Resource[W]):
    @asks
    def create(self, *, idempotency_key: str | None = None, **asked: Unpack[fields.KeyFields]) -> Call[models.Key]:
        return send("/keys", models.Key, asked, key=idempotency_key)

    @asks
    def get(self, key_id: str) -> Call[models.Key]:
        return get(path_of("keys", key_id), models.Key)

    @lists
    def list(self, **filters: Unpack[fields.PageFilters]) -> Listing[models.Key]:
        return Listing("/keys", models.Key, filters)

    @asks
    def roll(
        self,
        key_id: str,
        *,
        public_key: str | None = None,
        overlap_seconds: int | None = None,
        idempotency_key: str | None = None,
    ) -> Call[models.Key]:
        """A new key with the scopes of this one, which holds on for `overlap_seconds`."""
        asked = {"public_key": public_key, "overlap_seconds": overlap_seconds}
        body = {name: value for name, value in asked.items() if value is not None}
        return send(path_of("keys", key_id, "roll"), models.Key, body, key=idempotency_key)

    @asks
    def revoke(self, key_id: str, *, idempotency_key: str | None = None) -> Call[models.Key]:
        """From now on nothing is taken that this key signs."""
        return send(path_of("keys", key_id, "revoke"), models.Key, key=idempotency_key)


def _day(day: fields.Day) -> str:
    return day if isinstance(day, str) else day.strftime("%Y-%m-%d")


class Resources(Resource[W]):
    """All areas on one wire."""

    def __init__(self, wire: W) -> None:
        super().__init__(wire)
        self.payments = Payments(wire)
        self.refunds = Refunds(wire)
        self.events = Events(wire)
        self.webhook_endpoints = WebhookEndpoints(wire)
        self.deliveries = Deliveries(wire)
        self.calendar = Calendar(wire)
        self.settlement_days = SettlementDays(wire)
        self.platform = PlatformProfile(wire)
        self.keys = Keys(wire)
