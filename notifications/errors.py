"""What can be refused about a delivery. None of it has to do with money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class DeliveryNotFound(Refusal):
    code = "delivery_not_found"
    http_status = 404
    title = _("There is no such delivery")
    text = _("Nothing was sent. List your webhook deliveries to find its id.")


class DeliveryTaken(Refusal):
    code = "delivery_taken"
    http_status = 409
    title = _("Your endpoint has taken this delivery")
    text = _("Nothing was sent again. Read the event itself to see what was told.")
