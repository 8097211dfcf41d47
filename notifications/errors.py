"""What a platform's question about its notices is refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class EventNotFound(Refusal):
    code = "event_not_found"
    http_status = 404
    title = _("Event not found")
    text = _("There is no event with this id here. Nothing was changed.")
