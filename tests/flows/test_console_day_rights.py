"""Each right of `staff/rules.py` tried from the browser of each role: who lacks it moves nothing, who holds it is let in."""

from __future__ import annotations

import pytest

from common import clock
from staff.rules import PERMISSIONS, Role
from support.operations.deeds import DEEDS
from tests.flows.day_attempts import HELD_BY_ALL, RIGHTS, Attempt, attempts, make_world
from tests.flows.days import Person, moved_since, person_of, rows_now
from tests.flows.screens.console_cases import DAY

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house-en")]

ROLES = tuple(Role)
# What a page's forms may send, by role; a form that is not here is one too many.
ONE_S_OWN = {
    *("set_language", "staff:logout", "staff:another-factor", "staff:password", "staff:recovery-codes"),
}
CASE_WORK = {
    *("support:take_next", "support:new_case"),
    *(f"support:case_deed {deed}" for deed in ("take", "note", "hand-over", "priority", "merge", "close")),
}
LOOKING = {"desk:find", "desk:case_file"}
FORMS = {
    Role.AGENT: ONE_S_OWN | LOOKING | CASE_WORK | {"desk:tell_again", "desk:ask_refund"},
    Role.SUPERVISOR: ONE_S_OWN
    | LOOKING
    | CASE_WORK
    | {"desk:tell_again", "desk:ask_refund", "desk:reveal", "desk:report-file", "support:approve", "support:reject"}
    | {f"support:propose {name}" for name in DEEDS if name.split(".")[0] in {"refund", "limit", "charge", "tier"}}
    | {"support:propose charge_return.change", "support:propose identity.reset", "support:propose export.rows"}
    | {"support:propose gate.change", "support:propose run_pace.change", "support:propose payment.reverse_debit"},
    Role.OPERATOR: ONE_S_OWN
    | LOOKING
    | CASE_WORK
    | {"desk:tell_again", "desk:ask_refund", "support:approve", "support:reject"}
    | {f"support:propose {name}" for name in DEEDS if name.split(".")[0] in {"platform", "calendar"}}
    | {f"support:propose {name}.change" for name in ("limit", "charge", "charge_return", "tier", "gate", "run_pace")}
    | {"admin:notifications_message_changelist", "admin:platforms_webhookendpoint_changelist"}
    | {"admin:platforms_apikey_changelist", "admin:platforms_apikey_add"}
    | {"admin:refunds_maintenancewindow_changelist", "admin:refunds_maintenancewindow_add"},
    # Reads, and takes with a reason what was read.
    Role.AUDITOR: ONE_S_OWN | LOOKING | {"desk:report-file", "desk:audit-file"},
    Role.ADMINISTRATOR: ONE_S_OWN
    | {"staff:disable", "staff:end-sessions", "support:approve", "support:reject"}
    | {f"support:propose {name}" for name in DEEDS if name.startswith("staff.")},
}


def test_every_right_that_somebody_lacks_is_tried(browser, house):
    person = person_of(browser, house, "agent")

    tried = frozenset.union(*(one.needs for one in attempts(make_world(person.guest))))

    assert tried == RIGHTS - HELD_BY_ALL
    person.guest.context.close()


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_must_not_do_is_refused_and_moves_nothing(browser, house, role):
    person = person_of(browser, house, role, stepped_up=True)
    tries = [one for one in attempts(make_world(person.guest)) if not one.needs <= PERMISSIONS[role]]
    person.open("/console/account/")
    before = rows_now()

    let_in = [str(one) for one in tries if not is_refused(person, one)]

    assert let_in == []
    assert moved_since(before) == []
    assert len(tries) > 10
    person.guest.context.close()


def is_refused(person: Person, one: Attempt) -> bool:
    """With the door shut (403), or inside: the page says no, or leaves out what it does not show this person."""
    answer = person.send(one.path, one.form, method=one.method)
    if answer.status == 403 or one.needs - PERMISSIONS[Role(person.role)] == one.needs:
        return answer.status == 403
    return bool(one.moves) or (bool(one.says) and one.says not in answer.text)


@pytest.mark.parametrize("role", ROLES)
def test_who_holds_the_rights_is_let_in_by_the_same_requests(browser, house, role):
    """So that the refusals above are those of rights, and not of requests that nobody could send."""
    person = person_of(browser, house, role, stepped_up=True)
    tries = [one for one in attempts(make_world(person.guest)) if one.needs <= PERMISSIONS[role]]
    person.open("/console/account/")

    wrong = [fault for one in tries if (fault := fault_of(person, one))]

    assert wrong == []
    person.guest.context.close()


def fault_of(person: Person, one: Attempt) -> str:
    before = rows_now(one.moves) if one.moves else {}
    answer = person.send(one.path, one.form, method=one.method)
    if answer.status != 200 or one.says not in answer.text:
        return f"{answer.status} {one}"
    if one.moves and one.moves not in moved_since(before):
        return f"moved {moved_since(before)}: {one}"
    return ""


@pytest.mark.parametrize("role", ROLES)
def test_the_pages_of_a_role_offer_what_it_may_and_no_link_that_is_refused(browser, house, role):
    person = person_of(browser, house, role, stepped_up=True)
    world = make_world(person.guest)
    starts = [
        f"/console/cases/{world.cases[0].pk}/",
        f"/console/payment/{world.payment.reference}/",
        f"/console/refund/{world.refund.reference}/",
        f"/console/calendar/{clock.today_in_taipei(clock.now()) + DAY}/?closed",
    ]

    walked = person.walk(*(starts if "console.see_payments" in PERMISSIONS[role] else []))

    assert walked.astray == []
    assert set(walked.forms) - FORMS[role] == set()
    assert FORMS[role] - set(walked.forms) - {"desk:ask_refund"} == set()
    person.guest.context.close()
