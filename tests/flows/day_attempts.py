"""What a member of staff can try from a browser: each right of `staff/rules.py` as requests, and rows to try them on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from common import clock
from payments.models import Payment
from platforms.models import ApiKey
from platforms.tests.factories import make_bearer_key
from refunds import operations as refunding
from refunds.deferral import WindowKind
from refunds.models import MaintenanceWindow, Refund
from staff.rules import PERMISSIONS
from staff.tests.factories import make_staff
from support import operations
from support.models import Approval, Case
from support.operations.deeds import DEEDS
from support.states import Queue
from tests.flows.screens import charged
from tests.flows.screens import refunding as refund_screens
from tests.flows.screens.console_approvals import someone
from tests.flows.screens.console_cases import DAY, HOUR, not_told
from verification.models import Inquiry, WatchListNotice
from verification.rules.documents import IssueType
from verification.tests.factories import make_check

WHY = "asked for by a test"
NOTICE = "W-4711"
# Everybody's own: nobody lacks it.
HELD_BY_ALL = frozenset.intersection(*PERMISSIONS.values())
RIGHTS = frozenset.union(*PERMISSIONS.values())
_number = itertools.count(1)


@dataclass(frozen=True)
class Attempt:
    """One request, the rights it takes, and how one sees that it came through: a table that moved, or words on the page."""

    needs: frozenset[str]
    method: str
    path: str
    form: dict[str, Any] = field(default_factory=dict)
    moves: str = ""
    says: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class World:
    """Rows of its own for one person to try their hands at."""

    number: int
    payment: Payment
    refund: Refund
    # Two of the agents' queue, one of the supervisors', one of the operators'.
    cases: tuple[Case, ...]
    limit: Approval
    release: Approval
    admission: Approval
    member: str
    window: MaintenanceWindow
    key: ApiKey


def make_world(guest) -> World:
    number, at = next(_number), clock.now()
    for old in Approval.objects.filter(status="pending"):
        operations.withdraw(approval_id=old.pk, maker=old.maker, at=at)
    for old in Case.objects.open().filter(kind="not_told"):
        operations.close_case(case_id=old.id, reason="left by another test", at=at, by="test")
    payment = charged.told_in_vain(guest)
    watched(payment)
    released, refund = (refund_screens.by_hand(guest) for _ in range(2))
    day = (clock.today_in_taipei(at) + number * DAY).isoformat()

    def wait(role: str, deed: str, /, **wish: Any) -> Approval:
        return operations.ask_for(deed=deed, wish=wish, reason=WHY, maker=someone(role), at=at)

    return World(
        number,
        payment,
        refund,
        make_cases(guest),
        limit=wait("supervisor", "limit.change", code="transfer_single", amount_minor=60_000, valid_from=day),
        release=wait("supervisor", "refund.return_to_run", reference=released.reference),
        admission=wait("administrator", "staff.admit", name=f"asked.{number}", role="agent"),
        member=make_staff(f"mei.{number}", "agent").username,
        window=make_window(number),
        key=make_bearer_key(payment.platform)[0],
    )


def make_cases(guest) -> tuple[Case, ...]:
    cases = tuple(not_told(guest, ago=(hours + 2) * HOUR) for hours in range(4))
    for case, queue in zip(cases[2:], (Queue.SUPERVISORS, Queue.OPERATORS), strict=True):
        operations.hand_over(case_id=case.id, to=queue, note=WHY, at=clock.now(), by="staff:ann")
    return cases


def make_window(number: int) -> MaintenanceWindow:
    starts = clock.now() + number * DAY
    texts = {"text_en": f"maintenance {number}", "text_zh_hant": "維護"}
    refunding.plan_window(
        kind=WindowKind.MAINTENANCE, starts_at=starts, ends_at=starts + HOUR, at=clock.now(), by="staff:olga", **texts
    )
    return MaintenanceWindow.objects.get(text_en=f"maintenance {number}")


def watched(payment: Payment) -> None:
    """The credit centre named a notice about who paid."""
    at, account = clock.now(), payment.account
    check, _ = make_check(account.customer, subject=payment.reference, at=at, account_number=account.number)
    facts = {"national_id_hash": "0" * 64, "issue_type": IssueType.RENEWAL, "issue_place": "63000", "given_at": at}
    inquiry = Inquiry(identity_check=check, customer=account.customer, **facts)
    inquiry.national_id_sealed = account.customer.phone_sealed  # any text that can be opened
    inquiry.save()
    WatchListNotice.objects.create(inquiry=inquiry, code=NOTICE, registered_date=at.date())


def attempts(world: World) -> Iterator[Attempt]:
    yield from _looks(world)
    yield from _deeds_at_the_desk(world)
    yield from _wishes(world)
    yield from _decisions(world)
    yield from _deeds_in_the_admin(world)
    yield from _staff(world)


def _of(needs: str, method: str, path: str, form: dict[str, Any] | None = None, **seen: str) -> Attempt:
    return Attempt(frozenset(needs.split()), method, path, form or {}, **seen)


def _looks(world: World) -> Iterator[Attempt]:
    payment, case = f"/console/payment/{world.payment.reference}/", world.cases[0]
    yield _of("console.see_payments", "GET", payment, says=world.payment.order_number)
    yield _of("console.see_payments", "GET", f"/console/find/?q={world.payment.order_number}", says="PAY-")
    yield _of("console.see_payments", "GET", f"/console/refund/{world.refund.reference}/", says="RF-")
    yield _of("console.see_payments", "POST", f"{payment}case-file.pdf", {"reason": WHY})
    yield _of("console.see_payments verification.see_watch_list_reason", "GET", payment, says=NOTICE)
    yield _of("console.see_dashboard", "GET", "/console/overview/untold/")
    yield _of("console.see_calendar", "GET", "/console/calendar/")
    yield _of("console.see_reference_data", "GET", "/console/data/")
    yield _of("console.run_reports", "GET", "/console/reports/daily/")
    yield _of("support.see_cases", "GET", f"/console/cases/{case.pk}/", says=case.reference)
    yield _of("support.see_cases", "GET", "/console/cases/board/")
    yield _of("support.see_approvals", "GET", f"/console/approvals/{world.limit.pk}/", says=WHY)
    yield _of("support.propose", "GET", "/console/approvals/new/")
    yield _of("audit.audit_trail", "GET", "/console/audit-trail/")
    yield _of("staff.see_members", "GET", "/console/staff/", says=world.member)
    number, reveal = world.payment.account.number, {"field": "account", "reason": WHY}
    yield _of("console.reveal_personal", "POST", f"{payment}reveal/", reveal, says=number)
    file = {"first": "2026-06-08", "last": "2026-06-08", "reason": WHY, "kind": "csv"}
    yield _of("console.export_rows console.run_reports", "POST", "/console/reports/daily/file/", file, says=WHY)
    yield _of("audit.audit_trail", "POST", "/console/audit-trail/file/", {"reason": WHY, "kind": "csv"}, says=WHY)
    for right in sorted(RIGHTS):
        app, _, codename = right.partition(".")
        if codename.startswith("view_"):
            yield _of(right, "GET", f"/console/{app}/{codename.removeprefix('view_')}/")


def _deeds_at_the_desk(world: World) -> Iterator[Attempt]:
    payment, refund = f"/console/payment/{world.payment.reference}/", f"/console/refund/{world.refund.reference}/"
    first, second = (f"/console/cases/{case.pk}/" for case in world.cases[:2])
    work = "support.work_cases"
    yield _of("payments.act_on_payment", "POST", f"{payment}tell/", {"reason": WHY}, moves="notifications_retelling")
    yield _of("payments.act_on_payment", "POST", f"{payment}ask/", {"reason": WHY})
    yield _of("payments.act_on_payment", "POST", f"{refund}ask/", {"reason": WHY})
    yield _of("notifications.act_on_message", "GET", "/console/payments/tell-again/")
    yield _of(work, "POST", "/console/cases/next/", moves="support_case")
    yield _of(work, "POST", f"{second}note/", {"text": "looked at it"}, moves="support_casenote")
    urgent = {"priority": "1", "reason": WHY}
    yield _of(work, "POST", f"{second}priority/", urgent, moves="support_case")
    given = {"to": "staff:" + someone().username, "text": "please go on"}
    yield _of(f"{work} support.assign_cases", "POST", f"{second}hand-over/", given, moves="support_casehandling")
    yield _of(work, "POST", f"{first}close/", {"closed_as": "explained", "reason": WHY}, moves="support_case")
    opened = {"reference": world.refund.reference, "kind": "question", "words": "where is it"}
    yield _of(work, "POST", "/console/cases/new/", opened, moves="support_case")


def _wishes(world: World) -> Iterator[Attempt]:
    """One of each right that a deed is asked for with, and the form of every deed."""
    for name, deed in DEEDS.items():
        yield _of(f"support.propose {deed.makes}", "GET", f"/console/approvals/new/{name}/")
    day, later = ((clock.today_in_taipei(clock.now()) + world.number * DAY * far).isoformat() for far in (1, 2))
    limit = {"code": "transfer_daily", "amount_minor": "70000", "valid_from": later}
    code, placed = world.payment.platform.code, str(clock.today_in_taipei(world.payment.created_at))
    for name, wish in {
        "limit.change": limit,
        "refund.return_to_run": {"reference": world.refund.reference},
        "calendar.closure": {"date": day, "part": "whole", "counties": ["taipei_city"]},
        "platform.suspend": {"code": code},
        "identity.reset": {"payment": world.payment.reference},
        "export.rows": {"first": placed, "last": placed},
        "staff.admit": {"name": f"wished.{world.number}", "role": "auditor"},
    }.items():
        needs = f"support.propose {DEEDS[name].makes}"
        yield _of(needs, "POST", f"/console/approvals/new/{name}/", {**wish, "reason": WHY}, moves="support_approval")


def _decisions(world: World) -> Iterator[Attempt]:
    for waiting in (world.limit, world.release, world.admission):
        needs = f"support.approve {DEEDS[waiting.deed].checks}"
        yield _of(needs, "POST", f"/console/approvals/{waiting.pk}/approve/", moves="support_approvaldecision")


def _deeds_in_the_admin(world: World) -> Iterator[Attempt]:
    endpoint = world.payment.platform.endpoints.get()
    message = endpoint.messages.latest("id")
    starts = clock.taipei(clock.now() + (world.number * DAY + 3 * HOUR))
    window = {
        "kind": "maintenance",
        "starts_at": f"{starts:%Y-%m-%d %H:%M}",
        "ends_at": f"{starts + HOUR:%Y-%m-%d %H:%M}",
        "text_en": "asked for",
        "text_zh_hant": "維護",
    }
    windows = "/console/refunds/maintenancewindow/"
    yield _of("refunds.add_maintenancewindow", "POST", f"{windows}add/", window, moves="refunds_maintenancewindow")
    for right, path, deed, row, table in (
        ("refunds.change_maintenancewindow", windows, "cancel", world.window, "refunds_maintenancewindow"),
        ("notifications.act_on_message", "/console/notifications/message/", "tell_again", message, "notifications_message"),
        ("platforms.act_on_endpoint", "/console/platforms/webhookendpoint/", "switch_off", endpoint, "platforms_webhookendpoint"),
        ("platforms.manage_keys", "/console/platforms/apikey/", "revoke", world.key, "platforms_apikey"),
    ):  # fmt: skip
        chosen = {"action": deed, "_selected_action": str(row.pk), "reason": WHY}
        seen = f"{row._meta.app_label}.view_{row._meta.model_name}"
        yield _of(f"{seen} {right}", "POST", path, chosen, moves=table)


def _staff(world: World) -> Iterator[Attempt]:
    member = f"/console/staff/{world.member}"
    yield _of("staff.manage_members", "POST", f"{member}/end-sessions/")
    yield _of("staff.manage_members", "POST", f"{member}/disable/", {"reason": WHY}, moves="auth_user")
