"""Screens of the sandbox: shop, card wallet, handset, clock, faults, accounts and the test mode. They need a running stack."""

from __future__ import annotations

from tests.flows.screens import screen, screens_at

screens_at(
    {
        "sandbox-overview": "/",
        "sandbox-shop": "/shop/",
        "sandbox-cart-empty": "/shop/cart",
        "sandbox-wallet": "/wallet/",
        "sandbox-handset": "/handset/",
        "sandbox-clock": "/clock/",
        "sandbox-faults": "/faults/",
        "sandbox-accounts": "/accounts/",
        "sandbox-staff": "/staff/",
        "sandbox-test-mode": "/sandbox/",
        "sandbox-error-404": "/no-such-page/",
    },
    world="town",
)


@screen("sandbox-cart", world="town")
def cart(guest):
    guest.open("/shop/")
    guest.press(".goods form button")
    guest.open("/shop/cart")


@screen("sandbox-cashier", world="town")
def cashier(guest):
    cart(guest)
    guest.press("main form[action$=checkout] button")


@screen("sandbox-order", world="town")
def order(guest):
    cashier(guest)
    guest.open(f"/shop/orders/{guest.page.locator('code').first.inner_text()}/")
