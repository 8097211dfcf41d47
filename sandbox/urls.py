"""The sandbox's addresses: the wires the portal calls, and the pages people and tests use."""

from django.urls import include, path
from django.views.i18n import set_language

from sandbox import (
    accounts,
    bank_wire,
    chip,
    clock_pages,
    fault_pages,
    handset,
    jcic,
    pages,
    shop_notices,
    shop_pages,
    sms,
    staff,
    wallet_pages,
)
from sandbox.api import page as test_mode
from sandbox.api import views as api

# The templates of the same names are the portal's.
handler400, handler403, handler404 = pages.bad_page, pages.forbidden, pages.not_found
handler500 = pages.broken

_bank = [
    path("profile", bank_wire.profile),
    path("debits", bank_wire.debit),
    path("debits/<str:request_id>", bank_wire.debit_enquiry),
    path("debits/<str:request_id>/reverse", bank_wire.reverse),
    path("credits", bank_wire.credit),
    path("credits/<str:request_id>", bank_wire.credit_enquiry),
    path("statement", bank_wire.statement),
]

_wallet = [
    path("", wallet_pages.wallet_page, name="wallet"),
    path("state", wallet_pages.wallet_state),
    path("insert", wallet_pages.wallet_act, {"action": "insert"}, name="wallet-insert"),
    path("remove", wallet_pages.wallet_act, {"action": "remove"}, name="wallet-remove"),
    path("new-card", wallet_pages.wallet_act, {"action": "new-card"}, name="wallet-new-card"),
]

_shop = [
    path("", shop_pages.shop_front, name="shop"),
    path("cart", shop_pages.cart_page, name="shop-cart"),
    path("checkout", shop_pages.checkout, name="shop-checkout"),
    path("top-up", shop_pages.top_up, name="shop-top-up"),
    path("switch", shop_pages.switch, name="shop-switch"),
    path("notices", shop_notices.notices, name="shop-notices"),
    path("orders/<str:order_number>/", shop_pages.order_page, name="shop-order"),
    path("orders/<str:order_number>/cashier", shop_pages.cashier_page, name="shop-cashier"),
    path("orders/<str:order_number>/<slug:action>", shop_pages.order_act, name="shop-act"),
]

_test_mode = [
    path("", test_mode.test_mode_page, name="test-mode"),
    path("scenarios", api.scenarios_view),
    path("pay", api.pay_view),
    path("people", api.people_view),
    path("clock", api.clock_view),
    path("faults", api.faults_view),
    path("messages", api.messages_view),
    path("notices", api.notices_view),
    path("reader", api.reader_view),
    path("cards/renew", api.renew_view),
]

urlpatterns = [
    path("", pages.index, name="index"),
    path("healthz", pages.healthz),
    path("language", set_language, name="set_language"),
    path("bank/v1/", include(_bank)),
    path("chip/v1/verify", chip.verify),
    path("jcic/v1/identity", jcic.identity),
    path("sms/<slug:operator>/v1/messages", sms.send),
    path("sms/<slug:operator>/v1/messages/<str:message_id>", sms.enquiry),
    path("shop/", include(_shop)),
    path("wallet/", include(_wallet)),
    path("handset/", handset.handset_page, name="handset"),
    path("handset/messages", handset.handset_messages),
    path("clock/", clock_pages.clock_page, name="clock"),
    path("faults/", fault_pages.faults_page, name="faults"),
    path("staff/", staff.staff_page, name="staff"),
    path("accounts/", accounts.accounts_page, name="accounts"),
    path("sandbox/", include(_test_mode)),
]
