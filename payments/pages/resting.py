"""The page instead of the pay page while the bank's systems rest: until when, and what becomes of the order."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cards.models import MaintenanceWindow
from common.clock import now
from payments.models import Payment
from payments.pages import shown


def resting_page(request: HttpRequest, payment: Payment, secret: str, window: MaintenanceWindow) -> HttpResponse:
    """Nothing is charged and the order stays as it is; a 503, so that nothing takes it for the pay page."""
    context = {
        "payment": payment,
        "platform": payment.platform,
        "secret": secret,
        "until": shown.time_text(window.ends_at),
        "announcement": window.text_en if get_language() == "en" else window.text_zh_hant,
        "payable_until": shown.time_text(payment.expires_at),
        "is_too_late_after": payment.expires_at <= window.ends_at,
        "rows": [*shown.order_rows(payment), {"label": _("Final amount to pay"), "value": str(payment.final_amount)}],
    }
    page = render(request, "payments/resting.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    page["Retry-After"] = str(max(1, (window.ends_at - now()) // dt.timedelta(seconds=1)))
    return page
