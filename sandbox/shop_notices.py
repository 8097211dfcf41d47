"""Where the portal's notices arrive (Standard Webhooks): checked, taken once, answered; down or hanging at will."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common import clock
from outpost import webhooks
from sandbox import shop, shop_portal
from sandbox.faults import give_connection_back
from sandbox.models import ShopSwitch

# Longer than the 15 seconds that the portal waits for an acknowledgement.
HANG_SECONDS = 20.0


@require_POST
@csrf_exempt
def notices(request: HttpRequest) -> HttpResponse:
    """204 once the notice is kept: the first and every later time."""
    receiver = ShopSwitch.state()
    if receiver == ShopSwitch.Receiver.DOWN:
        return HttpResponse("out of order\n", status=500, content_type="text/plain")
    if receiver == ShopSwitch.Receiver.HANG:
        give_connection_back()
        time.sleep(HANG_SECONDS)
        return HttpResponse("too slow\n", status=500, content_type="text/plain")
    return _take(request)


def _take(request: HttpRequest) -> HttpResponse:
    try:
        event = shop_portal.verified(request.body, request.headers)
    except shop_portal.Silent:
        return JsonResponse({"error": "no key to check the signature with"}, status=503)
    except webhooks.MalformedBody:
        return JsonResponse({"error": "not understood"}, status=400)
    except webhooks.VerificationError:
        return JsonResponse({"error": "signature"}, status=401)
    shop.take_notice(notice_id=event.id[:64], body=event.raw, at=clock.now())
    return HttpResponse(status=204)
