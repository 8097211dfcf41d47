"""Who may open what in the console: every address × role × method × object. No row, no address.

Two literal tables say it: which roles hold a permission, and which roles see or add what of the admin. They are written down
a second time on purpose: a right that slips into `staff/rules.py`, a page or an admin class has to be meant here too.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from functools import cache

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from common import clock
from payments.tests.factories import make_paid_payment
from refunds.tests.factories import ask
from staff import operations
from staff.rules import PERMISSIONS, Role
from staff.tests.factories import PASSWORD, make_staff, sign_in
from support.models import Case
from support.operations import open_case
from support.tests.factories import cause_of

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "DELETE")
ROLES = ("agent", "supervisor", "operator", "auditor", "administrator")
OUTSIDE = ("nobody", "disabled", "no second factor")
ALL, DESK = " ".join(ROLES), "agent supervisor operator"
CHECKERS, READERS = "supervisor operator administrator", "agent supervisor operator auditor"
BOOKS = "supervisor operator auditor"

# Permission → the roles that hold it. Only these open a page of the console's own.
HOLDERS = {
    "console.see_own_account": ALL,
    "console.see_payments": READERS,
    "console.see_dashboard": READERS,
    "console.see_calendar": READERS,
    "console.see_reference_data": READERS,
    "console.reveal_personal": "supervisor",
    "console.run_reports": "supervisor operator auditor",
    "console.export_rows": "supervisor auditor",
    "support.see_cases": READERS,
    "support.work_cases": DESK,
    "support.assign_cases": "supervisor",
    "support.see_approvals": "supervisor operator auditor administrator",
    "support.propose": CHECKERS,
    "support.approve": CHECKERS,
    "payments.act_on_payment": DESK,
    "refunds.settle_manually": "supervisor",
    "verification.see_watch_list_reason": "supervisor",
    "notifications.act_on_message": "operator",
    "platforms.act_on_endpoint": "operator",
    "platforms.manage_keys": "operator",
    "refunds.add_calendarversion": "operator",
    "refunds.add_calendaroverride": "operator",
    "refunds.add_maintenancewindow": "operator",
    "refunds.change_maintenancewindow": "operator",
    "audit.audit_trail": "auditor",
    "support.change_rules": "supervisor operator",
    "support.confirm_refunds": "supervisor operator",
    "support.reset_identity": "supervisor",
    "support.confirm_staff": "supervisor administrator",
    "support.manage_staff": "administrator",
    "staff.see_members": "auditor administrator",
    "staff.manage_members": "administrator",
}


@dataclass(frozen=True)
class Rows:
    """Of one model in the admin: who sees its rows, who adds one. Nobody deletes anything anywhere."""

    see: str = ""
    add: str = ""


NOBODY = Rows()
ADMIN = {
    "audit.dailyhead": Rows("auditor"),
    "audit.record": Rows("auditor"),
    # Customers and their money: on the console's own pages alone.
    **dict.fromkeys(("cards.account", "cards.card", "cards.checkcode", "cards.customer", "cards.picturecode"), NOBODY),
    **dict.fromkeys(("payments.payment", "payments.attempt", "payments.limituse", "refunds.refund"), NOBODY),
    **dict.fromkeys(("verification.check", "verification.lastuse", "support.case"), NOBODY),
    **dict.fromkeys(("payments.limitrule", "payments.chargerule", "verification.gaterule"), Rows(READERS)),
    **dict.fromkeys(("refunds.bankonlyday", "refunds.chargereturnrule", "refunds.runpace"), Rows(READERS)),
    **dict.fromkeys(("platforms.platform", "platforms.webhookendpoint"), Rows(READERS)),
    **dict.fromkeys(("refunds.calendarversion", "refunds.calendaroverride"), Rows(READERS)),
    "refunds.maintenancewindow": Rows(READERS, add="operator"),
    "ledger.journal": Rows(BOOKS),
    "notifications.event": Rows(BOOKS),
    "notifications.message": Rows(BOOKS),
    "notifications.retelling": Rows(BOOKS),
    "platforms.apikey": Rows(BOOKS, add="operator"),
    "reconciliation.bankline": Rows(BOOKS),
    "reconciliation.finding": Rows(BOOKS),
    "reconciliation.run": Rows(BOOKS),
}
# Before sign-in: no permission is asked, and what is there to see gives nothing away. `None`: leads to sign-in.
DOORS = {
    "staff:login": 200,
    "staff:second": None,
    "staff:own-password": None,
    "staff:set-up": None,
    "staff:logout": None,
}
# Django's own addresses of the admin that belong to no model: who gets past them and sees, if anything, what the rest allows.
FRAME = {
    "admin:index": ALL,
    "admin:login": ALL,
    "admin:logout": ALL,
    "admin:password_change": ALL,
    "admin:password_change_done": ALL,
    "admin:jsi18n": ALL,
    "admin:view_on_site": ALL,
    "admin:autocomplete": "",
    "admin:app_list": READERS,
    "admin:": ALL,
}
# Deeds of the approvals' forms, and words that stand where a path wants one.
WORDS = {"app_label": "refunds", "url": "no/such/address", "content_type_id": "1", "format": "csv"}


@dataclass(frozen=True)
class Address:
    route: str
    name: str
    view: object

    @property
    def parameters(self):
        return re.findall(r"<(?:\w+:)?(\w+)>", self.route)

    @property
    def permission(self):
        return getattr(self.view, "permission", None)

    @property
    def model(self):
        """`refunds.refund`, and which page of it, for the admin's pages of a model."""
        found = re.fullmatch(r"admin:([a-z]+)_([a-z]+)_(changelist|add|history|delete|change)", self.name)
        return (f"{found[1]}.{found[2]}", found[3]) if found else (None, None)

    @property
    def is_shadowed(self):
        """Another address before it has the same path: nobody ever gets here."""
        return next(one for one in addresses() if one.route == self.route) is not self

    def path(self, values):
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], self.route)
        filled = re.sub(r"\^?\(\?P<(\w+)>[^)]*\)", lambda found: values[found[1]], filled)
        return "/" + filled.replace("$", "").replace("^", "")

    def __str__(self):
        return self.name or self.route


@cache
def addresses():
    return [one for one in _walk(get_resolver().url_patterns, "", "") if one.route.startswith("console/")]


def _walk(patterns, before, namespace):
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from _walk(one.url_patterns, before + str(one.pattern), inner)
        elif isinstance(one, URLPattern):
            yield Address(before + str(one.pattern), f"{namespace}{one.name or ''}", one.callback)


def holders_of(address, method="GET"):
    """The roles that get past this address; None where no row says it."""
    model, page = address.model
    if page == "change" and method == "POST":
        return ""  # rows are read: whatever changes one is an operation with a page of its own
    if address.permission:
        return HOLDERS.get(address.permission)
    if model:
        row = ADMIN.get(model)
        if row is None:
            return None
        return {"add": row.add, "delete": ""}.get(page, row.see)
    return FRAME.get(address.name)


# ── The tables are whole ──


def test_every_address_of_the_console_has_a_row():
    bare = [str(one) for one in addresses() if one.name not in DOORS and holders_of(one) is None]

    assert bare == []
    assert len(addresses()) > 150


def test_the_tables_name_nothing_that_is_not_there():
    names, models = {one.name for one in addresses()}, {one.model[0] for one in addresses()}

    assert set(DOORS) | set(FRAME) <= names
    assert set(ADMIN) == models - {None}
    assert {f"{model._meta.app_label}.{model._meta.model_name}" for model in admin.site._registry} == set(ADMIN)


def test_each_role_holds_what_the_table_says_and_nothing_else():
    seen = {f"{app}.view_{model}" for app, _, model in (name.partition(".") for name in ADMIN)}
    held = {role: {name for name, roles in HOLDERS.items() if role in roles.split()} for role in ROLES}
    shown = {
        role: {
            f"{name.split('.')[0]}.view_{name.split('.')[1]}"
            for name, row in ADMIN.items()
            if role in row.see.split() and not name.startswith("audit.")
        }
        for role in ROLES
    }

    assert {role.value: set(names) - seen for role, names in PERMISSIONS.items()} == held
    assert {role.value: set(names) & seen for role, names in PERMISSIONS.items()} == shown


def test_every_page_of_our_own_says_which_permission_it_asks_for():
    """A view without `staff_page` would be open to whoever is signed in, or to everybody."""
    ours = [one for one in addresses() if not one.name.startswith("admin:") and one.name not in DOORS]

    assert [str(one) for one in ours if one.permission is None] == []


# ── Everything is tried ──


@pytest.fixture
def world():
    """Rows of as many kinds as a payment leaves behind, and each kind's name in an address."""
    at = clock.now()
    payment = make_paid_payment(at)
    refund = ask(payment, at=at)
    case = open_case(cause=cause_of(payment, "not_told"), at=at, by="sweep")
    operations.admit_member(name="mei", role=Role.AGENT, reason="somebody", at=at, by="tests")
    return {"payment": payment.reference, "refund": refund.reference, "case": str(case.pk), "name": "mei"}


def client_of(actor):
    if actor == "nobody":
        return Client()
    if actor == "no second factor":
        make_staff("nil", "supervisor", with_app=False)
        client = Client()
        client.post("/console/login/", {"username": "nil", "password": PASSWORD})
        return client
    if actor == "disabled":
        client = sign_in(make_staff("dis", "supervisor"))
        operations.disable_member(name="dis", reason="left", at=clock.now(), by="tests")
        return client
    return sign_in(make_staff(f"m.{actor}", actor))


def values_of(address, world):
    """What stands in the address: something that is there, and something that is not."""
    unknown = {
        name: str(uuid.UUID(int=7)) if re.search(rf"<uuid:{name}>", address.route) else "no-such"
        for name in address.parameters
    }
    known = dict(unknown)
    for name in address.parameters:
        known[name] = _known(address, name, world) or known[name]
    return [known | WORDS] if known == unknown else [known | WORDS, unknown | WORDS]


def _known(address, name, world):
    model, _ = address.model
    if name == "object_id" and model:
        row = admin.site.get_model_admin(_model(model)).model.objects.first()
        return str(row.pk) if row else None
    for word, value in world.items():
        if word in address.route.replace("-", "/") or name == word:
            return value
    return None


def _model(name):
    return next(one for one in admin.site._registry if f"{one._meta.app_label}.{one._meta.model_name}" == name)


def leads_to_sign_in(answer):
    return answer.status_code == 302 and answer["Location"].startswith("/console/login/")


def tries(world, *, unknown=True):
    """What reads or writes, on what is there and on what is not; other methods once an address of ours, once a model."""
    for address in addresses():
        if address.is_shadowed:
            continue
        once = address.model[1] in {None, "changelist"}
        for number, values in enumerate(values_of(address, world)[: 2 if unknown else 1]):
            for method in METHODS if number == 0 and once else METHODS[:2]:
                yield address, method, address.path(values), number > 0


@pytest.mark.parametrize("actor", OUTSIDE)
def test_outside_everything_leads_to_sign_in(actor, world):
    client, wrong = client_of(actor), []
    for address, method, path, _ in tries(world, unknown=False):
        if address.name in DOORS:
            continue
        answer = client.generic(method, path)
        if not (leads_to_sign_in(answer) or answer.status_code == 405):
            wrong.append((method, path, answer.status_code))

    assert wrong == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", DOORS)
def test_the_doors_show_nobody_more_than_a_form(name, method):
    (address,) = [one for one in addresses() if one.name == name]

    answer = Client().generic(method, address.path({}))

    expected = DOORS[name] if method in {"GET", "POST"} else 405
    if expected is None:
        assert leads_to_sign_in(answer) or answer.status_code == 405
    else:
        assert answer.status_code == expected


@pytest.mark.parametrize("actor", ROLES)
def test_each_role_gets_where_the_table_says_and_nowhere_else(actor, world):
    user, wrong, counts = make_staff(f"m.{actor}", actor), [], {"in": 0, "out": 0}
    client = sign_in(user, stepped_up=True)
    before = footprint()
    for address, method, path, is_unknown in tries(world):
        if address.name in DOORS:
            continue
        may = actor in holders_of(address, method).split()
        if may and not is_unknown and method not in {"GET", "POST"}:
            continue  # what is refused to the role is tried with each method; what is not is no question of rights
        answer = client.generic(method, path)
        fault = _fault(answer, may=may, is_unknown=is_unknown, address=address, method=method)
        counts["in" if may else "out"] += 1
        if fault:
            wrong.append((fault, method, path, answer.status_code))
        if may and method == "POST":
            sign_in(user, stepped_up=True, client=client)  # it may have ended its own session

    assert wrong == []
    assert counts["in"] > 8
    assert counts["out"] > 100
    assert footprint() == before


def _fault(answer, *, may, is_unknown, address, method):
    status = answer.status_code
    if status >= 500:
        return "broken"
    if not may:
        # The same for what is there and for what is not: nobody learns of objects they may not see.
        refused = status in {403, 405} or (address.name == "admin:app_list" and status == 404)
        return "" if refused else "let in"
    if status == 403 or leads_to_sign_in(answer):
        return "shut out"
    if is_unknown and status == 200 and method == "GET":
        return "shows what is not there"
    return ""


def footprint():
    """Nothing of money, cases or rights was moved by trying."""
    counted = {}
    with connection.cursor() as cursor:
        for table in (
            "ledger_entry",
            "payments_paymentchange",
            "refunds_refundchange",
            "auth_user_groups",
            "auth_user",
        ):
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - the names stand above
            counted[table] = cursor.fetchone()[0]
    return counted | {"cases": sorted(Case.objects.values_list("status", "step"))}


@pytest.mark.parametrize("role", ROLES)
def test_what_needs_a_confirmation_asks_for_it_whatever_the_role(role, world):
    client = sign_in(make_staff(f"m.{role}", role))
    for address, method, path, _ in tries(world):
        if (
            getattr(address.view, "stepped_up", False)
            and role in holders_of(address).split()
            and method in {"GET", "POST"}
        ):
            answer = client.generic(method, path)
            assert answer.status_code == 405 or answer["Location"].startswith("/console/account/confirm/"), path
