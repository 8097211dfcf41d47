"""What a platform's question about its notices is refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class EventNotFound(Refusal):
    code = "event_not_found"
    http_status = 404
    title = _("Event not found")
    text = _("There is no event with this id here. Nothing was changed.")


class DeliveryNotFound(Refusal):
    code = "delivery_not_found"
    http_status = 404
    title = _("There is no such delivery")
    text = _("Nothing was sent. List your webhook deliveries to find its id.")


class DeliveryTaken(Refusal):
    code = "delivery_taken"
    http_status = 409
    title = _("Your endpoint has taken this delivery")
    text = _("Nothing was sent again. Read event %(event)s to see what was told.")
