"""What a link to a payment's page can be told that leads there no more."""

from django.utils.translation import gettext_lazy as _

from common.errors import Refusal


class LinkDead(Refusal):
    code = "page_link_dead"
    http_status = 410
    title = _("This payment link is no longer valid")
    text = _(
        "Nothing was charged by opening it. Please go back to the shop and choose to pay again: it sends you "
        "here with a fresh link."
    )


class LinkWaitsForIdentity(Refusal):
    """The link that led to the identity gate, opened again."""

    code = "page_link_gated"
    http_status = 410
    title = _("Prove your identity first, then pay again")
    text = _(
        "Nothing was charged. This link ended when the identity check began. Finish the check, then go back to the "
        "shop and choose to pay again: it sends you here with a fresh link."
    )


class LinkReplaced(Refusal):
    """A link that the shop has replaced by a newer one, and the order is still to be paid."""

    code = "page_link_replaced"
    http_status = 410
    title = _("The shop has sent you here again since")
    text = _(
        "Nothing was charged. Go on in the window or on the device that you came to last. If you can't find it, go "
        "back to the shop and choose to pay again: it sends you here with a fresh link."
    )


class LinkBeingPaid(Refusal):
    """A replaced link, while the order is being paid through the newer one."""

    code = "page_link_being_paid"
    http_status = 410
    title = _("This order is being paid in another window")
    text = _(
        "It is charged once at most. Please wait for the result there and don't pay again; “Was I charged?” tells you "
        "as well."
    )
    money_moved = "unknown"
    retryable = True


class LinkPaid(Refusal):
    """A replaced link, after the order was paid through the newer one."""

    code = "page_link_paid"
    http_status = 410
    title = _("This order was paid in another window")
    text = _(
        "It was charged once and can't be charged again. The receipt is in the window or on the device where you paid; "
        "“Was I charged?” shows it as well."
    )
    money_moved = "yes"
