"""Reading cases: which the sweep looks at, the lists of the console, its board, one case with all that belongs to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet

from common.clock import taipei_midnight, today_in_taipei
from common.paging import Place, count_to_cap, cursor_of, place_of
from payments.models import Payment
from refunds.models import Refund
from staff.rules import Role
from support.models import QUEUE, Case, CaseNote
from support.states import ENDS_BY_HAND, Kind, Queue, Status
from support.watch import Cause

PAGE_SIZE = 25
BADGE_MAX: Final = 99
# Duplicates of duplicates; a longer chain is nobody's day.
_MERGES_MAX = 10
_COLLEAGUES_MAX = 200
_DAY = dt.timedelta(days=1)

# View → which cases, in words of the filter below. "closed" is another list: newest first.
VIEWS: Final = ("mine", "role", "unowned", "today", "overdue", "all", "closed")
# Age → opened at least so long ago, and less than so long ago.
AGES: Final[dict[str, tuple[dt.timedelta, dt.timedelta | None]]] = {
    "day": (dt.timedelta(), _DAY),
    "days": (_DAY, 3 * _DAY),
    "week": (3 * _DAY, 7 * _DAY),
    "older": (7 * _DAY, None),
}
_QUEUE_OF: Final = {Role.AGENT: Queue.AGENTS, Role.SUPERVISOR: Queue.SUPERVISORS, Role.OPERATOR: Queue.OPERATORS}


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to. `me` and `queues` are the reader's own."""

    view: str
    me: str
    queues: tuple[str, ...] = ()
    kind: str = ""
    priority: int | None = None
    owner: str = ""
    age: str = ""


@dataclass(frozen=True)
class Listed:
    """One page of cases, and the cursor of the next; empty at the end."""

    rows: list[Case]
    next_cursor: str


@dataclass
class Board:
    """Open cases by kind and age, and the four numbers above."""

    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    open: int = 0
    overdue: int = 0
    due_today: int = 0
    unowned: int = 0


def cases_to_look_at(*, limit: int) -> list[UUID]:
    """Open cases that may close themselves, a different part of them each time when there are many."""
    rows = Case.objects.open().exclude(kind__in=ENDS_BY_HAND).order_by("?")
    return list(rows.values_list("id", flat=True)[:limit])


def open_cases_of(payment: Payment) -> list[Case]:
    """Of a payment and of its refunds, what is due first first."""
    rows = Case.objects.open().filter(Q(payment=payment) | Q(refund__payment=payment))
    return list(rows.select_related("payment", "refund").order_by("due_at", "id"))


def queues_of(user: User) -> tuple[str, ...]:
    """The queues that the roles of a member of staff work on."""
    roles = user.groups.values_list("name", flat=True)
    return tuple(sorted(queue for role, queue in _QUEUE_OF.items() if role in set(roles)))


def listed(wanted: Wanted, *, at: dt.datetime, cursor: str = "") -> Listed:
    """A page of the list: open cases by what is due first; closed ones by what was closed last. Raises InvalidRequest."""
    closed = wanted.view == "closed"
    column, order, beyond = ("closed_at", "-", "lt") if closed else ("due_at", "", "gt")
    name = f"support.case.{wanted.view}"
    rows = matching(wanted, at).select_related("payment", "refund", "finding", "endpoint", "reopens")
    if cursor:
        place = place_of(name, cursor)
        further = Q(**{f"{column}__{beyond}": place.at}) | Q(**{column: place.at, f"pk__{beyond}": place.row_id})
        rows = rows.filter(Q(**{f"{column}__{beyond}e": place.at}) & further)
    found = list(rows.order_by(f"{order}{column}", f"{order}pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    if len(found) <= PAGE_SIZE:
        return Listed(shown, "")
    return Listed(shown, cursor_of(name, Place(getattr(shown[-1], column), shown[-1].pk)))


def matching(wanted: Wanted, at: dt.datetime) -> QuerySet[Case]:
    views: dict[str, dict[str, Any]] = {
        "mine": {"owner": wanted.me},
        "role": {"queue__in": wanted.queues},
        "unowned": {"owner": QUEUE},
        "overdue": {"due_at__lt": at},
        "today": {"due_at__gte": at, "due_at__lt": _tonight(at)},
        "all": {},
        "closed": {},
    }
    status = Status.CLOSED if wanted.view == "closed" else Status.OPEN
    conditions: dict[str, Any] = {"status": status, **views[wanted.view]}
    for column in ("kind", "priority", "owner"):
        if value := getattr(wanted, column):
            conditions[column] = value
    if wanted.age:
        least, most = AGES[wanted.age]
        conditions["opened_at__lte"] = at - least
        if most is not None:
            conditions["opened_at__gt"] = at - most
    return Case.objects.filter(**conditions)


def counted(wanted: Wanted, *, at: dt.datetime) -> int:
    """How many there are, COUNT_MAX + 1 for any more than that."""
    return count_to_cap(matching(wanted, at))


def badge(*, me: str, queues: tuple[str, ...]) -> int:
    """What waits for me: my cases, and those of my queues that nobody has. BADGE_MAX + 1 for any more than that."""
    waiting = Q(owner=me) | Q(owner=QUEUE, queue__in=queues)
    return Case.objects.open().filter(waiting).order_by()[: BADGE_MAX + 1].count()


def board(*, at: dt.datetime) -> Board:
    """Every open case counted once by kind and age, in one statement."""
    ages = {
        name: Count("id", filter=Q(opened_at__lte=at - least) & (Q(opened_at__gt=at - most) if most else Q()))
        for name, (least, most) in AGES.items()
    }
    figures = {
        "overdue": Count("id", filter=Q(due_at__lt=at)),
        "due_today": Count("id", filter=Q(due_at__gte=at, due_at__lt=_tonight(at))),
        "unowned": Count("id", filter=Q(owner=QUEUE)),
        "open": Count("id"),
    }
    made = Board()
    counts: Any = Case.objects.open().order_by().values("kind").annotate(**ages, **figures)
    for row in counts:
        made.rows[row["kind"]] = {name: row[name] for name in (*AGES, "overdue", "open")}
        for name in figures:
            setattr(made, name, getattr(made, name) + row[name])
    return made


def case_by_number(reference: str) -> Case | None:
    return Case.objects.filter(reference=reference).first()


def case_with_all(case_id: UUID) -> Case | None:
    """One case with what it is about and what it hangs together with."""
    related = ("payment__platform", "payment__account", "refund__payment__platform", "refund__payment__account")
    rows = Case.objects.select_related(
        *related, "finding", "endpoint__platform", "question", "merged_into", "reopens", "reopened_as"
    )
    return rows.filter(pk=case_id).first()


def merged_tree(case: Case) -> list[Case]:
    """The cases that were merged into it, and into those, in no more steps than anybody makes."""
    found: list[Case] = []
    layer = [case.pk]
    for _step in range(_MERGES_MAX):
        rows = list(Case.objects.filter(merged_into__in=layer).order_by("closed_at", "id"))
        if not rows:
            break
        found += rows
        layer = [row.pk for row in rows]
    return found


def notes_of(cases: list[Case]) -> list[CaseNote]:
    return list(CaseNote.objects.filter(case__in=cases).select_related("case").order_by("at", "id"))


def neighbours(case: Case) -> tuple[Case | None, Case | None]:
    """The open cases of the same queue that are due before and after it."""
    rows = Case.objects.open().filter(queue=case.queue)
    earlier = Q(due_at__lt=case.due_at) | Q(due_at=case.due_at, pk__lt=case.pk)
    later = Q(due_at__gt=case.due_at) | Q(due_at=case.due_at, pk__gt=case.pk)
    before = rows.filter(Q(due_at__lte=case.due_at) & earlier).order_by("-due_at", "-pk").first()
    return before, rows.filter(Q(due_at__gte=case.due_at) & later).order_by("due_at", "pk").first()


def questions_of(case: Case) -> list[UUID]:
    """What customers asked that this case answers: its own question, and those of the cases merged into it."""
    asked = [one.question_id for one in (case, *merged_tree(case))]
    return [question_id for question_id in asked if question_id is not None]


def cause_by_hand(*, reference: str, kind: Kind) -> Cause | None:
    """The payment or refund of this reference, to be asked about."""
    reference = reference.strip().upper()
    payment = Payment.objects.select_related("platform", "account").filter(reference=reference).first()
    if payment is not None:
        return Cause(kind, payment=payment)
    rows = Refund.objects.select_related("payment__platform", "payment__account")
    refund = rows.filter(reference=reference).first()
    return Cause(kind, refund=refund) if refund is not None else None


def names_of(payment: Payment | None, refund: Refund | None) -> tuple[str, ...]:
    """What a note may name although it looks like an account number: references, and the numbers of shop and platform."""
    payment = payment or (refund.payment if refund is not None else None)
    names = (payment.reference, payment.order_number) if payment is not None else ()
    return (*names, refund.reference, refund.platform_refund_number) if refund is not None else names


def colleagues() -> list[str]:
    """Who may be given a case, as they are recorded: staff:amy."""
    names = _workers().order_by("username").values_list("username", flat=True).distinct()
    return [f"staff:{name}" for name in names[:_COLLEAGUES_MAX]]


def is_colleague(name: str) -> bool:
    kind, _, username = name.partition(":")
    return kind == "staff" and _workers().filter(username=username).exists()


def _workers() -> QuerySet[User]:
    work = {"codename": "work_cases", "content_type__app_label": "support"}
    by_role = Q(**{f"groups__permissions__{key}": value for key, value in work.items()})
    by_name = Q(**{f"user_permissions__{key}": value for key, value in work.items()})
    return User.objects.filter(by_role | by_name, is_active=True, is_staff=True)


def _tonight(at: dt.datetime) -> dt.datetime:
    return taipei_midnight(today_in_taipei(at) + _DAY)
