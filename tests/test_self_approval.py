"""Nobody is their own second person: tried by SQL, ORM, API, admin, shell, two sessions and a new name, as the application's role."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from audit import operations as audit
from common import clock
from common.references import new_id
from payments.models import ChargeRule, LimitRule
from payments.tests.factories import make_platform
from platforms import operations as platform_operations
from platforms.models import Platform
from platforms.tests.factories import make_bearer_key
from platforms.tests.factories import make_platform as make_shop
from refunds.models import ChargeReturnRule, Refund, RunPace
from staff.tests.factories import make_staff, sign_in
from support import errors, operations
from support.models import Approval, ApprovalDecision, ApprovalTier
from support.queries.approvals import seal_of
from support.tests.approving import LIMIT, ask
from support.tests.factories import make_manual_refund
from verification.models import GateRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker():
    return make_staff("maker", "supervisor")


@pytest.fixture
def checker():
    return make_staff("checker", "supervisor")


@pytest.fixture
def asked(at, maker):
    return ask(at, maker)


def run_sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def act_as(user):
    """What an operation says of who is signed in; whoever has SQL can say it too."""
    run_sql("SELECT set_config('outpost.actor', %s, true)", str(user.pk if isinstance(user, User) else user))


def refused(match):
    """The database itself says no; the transaction goes on from before."""
    return pytest.raises(DatabaseError, match=match)


def decide(approval, checker, at, *, maker=None, verdict="approve", actor=None):
    """A decision as raw SQL writes it, past every operation."""
    with transaction.atomic():
        act_as(checker if actor is None else actor)
        run_sql(
            """INSERT INTO support_approvaldecision (id, approval_id, maker_id, checker_id, verdict, words, at, seal)
               VALUES (%s, %s, %s, %s, %s, 'x', %s, '')""",
            *(new_id(), approval.pk, (maker or approval.maker).pk, checker.pk, verdict, at),
        )


def set_status(approval, status):
    """With the change row that the commit would ask for."""
    with transaction.atomic():
        run_sql(
            "UPDATE support_approval SET status = %s, step = %s WHERE id = %s",
            *(status, approval.step + 1, approval.pk),
        )
        run_sql(
            """INSERT INTO support_approvalchange (id, subject_id, step, before, after, at, by, reason)
               VALUES (%s, %s, %s, %s, %s, now(), 'sql', '')""",
            *(new_id(), approval.pk, approval.step + 1, approval.status, status),
        )


def nothing_changed(approval):
    approval = Approval.objects.get(pk=approval.pk)
    rules = sum(
        model.objects.exclude(made_by="published rules").count()
        for model in (LimitRule, ChargeRule, ChargeReturnRule, ApprovalTier, GateRule, RunPace)
    )
    return (approval.status, rules) == ("pending", 0)


def disable(user):
    with transaction.atomic():
        audit.record(
            by="tests", action="staff.disabled", subject=f"staff:{user.username}", reason="test", at=clock.now()
        )
        User.objects.filter(pk=user.pk).update(is_active=False)


# ── SQL, as the role that the application connects as ──


def test_sql_as_oneself(asked, maker, at):
    with refused("another person"):
        decide(asked, maker, at)

    assert nothing_changed(asked)


def test_sql_as_oneself_that_names_another_maker(asked, maker, checker, at):
    with refused("names who asked"):
        decide(asked, maker, at, maker=checker)

    assert nothing_changed(asked)


def test_sql_in_anothers_name(asked, maker, checker, at):
    with refused("who is signed in"):
        decide(asked, checker, at, actor=maker)
    with refused("who is signed in"):
        decide(asked, checker, at, actor="")

    assert nothing_changed(asked)


def test_the_constraint_alone_would_do(asked, maker, at):
    """The table's own CHECK compares the two ids, whatever triggers there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'support_maker_is_not_checker'"
        )
        (definition,) = cursor.fetchone()

    assert definition == "CHECK ((NOT (maker_id = checker_id)))"


@pytest.mark.parametrize("status", ["approved", "done", "rejected", "withdrawn"])
def test_sql_that_moves_the_status_itself(asked, checker, status):
    act_as(checker)

    with refused("not agreed to|no move|rejected by nobody|withdrawn by who asked"):
        set_status(asked, status)

    assert nothing_changed(asked)


def test_sql_that_is_born_approved(asked, maker, at):
    act_as(maker)

    with refused("born waiting"), transaction.atomic():
        Approval.objects.create(**fields_of(asked, subject="other", status="approved"))


def fields_of(approval, **changes):
    names = ("deed", "subject", "payload", "payload_hash", "amount_minor", "checkers_needed", "maker_id", "made_at")
    fields = {name: getattr(approval, name) for name in (*names, "reason", "expires_at", "status")}
    return fields | changes


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"checkers_needed": 1, "amount_minor": 100_000}, "as many as its amount"),
        ({"expires_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, "a day at most"),
        ({"deed": "money.print"}, "deed that there is"),
        ({"payload": '{"amount_minor":1}'}, "what_was_hashed"),
        ({"deed": "platform.admit"}, "by who may"),
    ],
)
def test_sql_that_asks_for_what_it_may_not(asked, maker, changes, match):
    act_as(maker)

    with refused(match), transaction.atomic():
        Approval.objects.create(**fields_of(asked, subject="other", **changes))


def test_sql_that_asks_in_anothers_name(asked, maker, checker):
    act_as(maker)

    with refused("who is signed in"), transaction.atomic():
        Approval.objects.create(**fields_of(asked, subject="other", maker_id=checker.pk))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", '{"amount_minor":90000}'),
        ("payload_hash", hashlib.sha256(b"{}").hexdigest()),
        ("deed", "charge.change"),
        ("subject", "other"),
        ("amount_minor", 1),
        ("checkers_needed", 9),
        ("reason", "better"),
        ("expires_at", dt.datetime(2099, 1, 1, tzinfo=dt.UTC)),
        ("made_at", dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_sql_that_edits_what_is_asked_for(asked, column, value):
    with refused("never changes"), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(**{column: value})

    assert nothing_changed(asked)


def test_sql_that_makes_another_the_maker(asked, maker, checker, at):
    with refused("never changes"), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(maker=checker)
    with refused("another person"):
        decide(asked, maker, at)


@pytest.mark.parametrize("statement", ["UPDATE {} SET checker_id = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_sql_that_changes_a_decision(asked, checker, at, statement):
    decide(asked, checker, at)

    with refused("permission denied"), transaction.atomic():
        run_sql(statement.format("support_approvaldecision"))


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE support_approval DISABLE TRIGGER ALL",
        "DROP TRIGGER kept ON support_approval",
        "DROP TRIGGER allowed ON support_approvaldecision",
        "DROP TRIGGER approved ON payments_limitrule",
        "DROP TRIGGER approved ON platforms_platform",
        "ALTER TABLE support_approvaldecision DROP CONSTRAINT support_maker_is_not_checker",
        "CREATE OR REPLACE FUNCTION support_may(person integer, permission text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "SET session_replication_role = replica",
        "DELETE FROM support_approval",
    ],
)
def test_sql_that_takes_the_guard_away(statement):
    with refused("must be owner|permission denied"), transaction.atomic():
        run_sql(statement)


# ── SQL that goes for the effect instead ──

RULES = [
    lambda: LimitRule(code="transfer_single", amount_minor=9_000, valid_from=dt.date(2026, 6, 9)),
    lambda: ChargeRule(percent=2, valid_from=dt.date(2026, 12, 9)),
    lambda: ChargeReturnRule(policy="none", valid_from=dt.date(2026, 6, 9)),
    lambda: ApprovalTier(from_minor=0, checkers=1, valid_from=dt.date(2026, 6, 9), made_at=clock.now()),
    lambda: GateRule(mismatches_max=9, wait_seconds=0, valid_from=dt.date(2026, 6, 9)),
    lambda: RunPace(credits_per_minute=1, valid_from=dt.date(2026, 6, 9)),
]


@pytest.mark.parametrize("rule", RULES, ids=["limit", "charge", "charge return", "tier", "gate", "run pace"])
def test_a_rule_without_any_approval(rule):
    row = rule()
    row.made_by, row.approved_by = "staff:a", "staff:b"

    with refused("needs an approval of exactly this"), transaction.atomic():
        row.save(force_insert=True)


def limit_rule(**changes):
    fields = LIMIT | {"made_by": "staff:a", "approved_by": "staff:b"} | changes
    return LimitRule(**fields)


def test_a_rule_on_an_approval_that_still_waits(asked):
    with refused("needs an approval of exactly this"), transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(asked.pk))
        limit_rule().save(force_insert=True)


@pytest.mark.parametrize("changes", [{"amount_minor": 9_001}, {"code": "transfer_daily"}, {"valid_from": "2026-06-10"}])
def test_another_rule_than_the_approved_one(asked, checker, at, changes):
    """Approved in the database, not yet carried out: only exactly this row is let in."""
    decide(asked, checker, at)
    set_status(asked, "approved")

    with refused("needs an approval of exactly this"), transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(asked.pk))
        limit_rule(**changes).save(force_insert=True)


def test_an_approval_of_another_deed(asked, checker, at):
    decide(asked, checker, at)
    set_status(asked, "approved")

    with refused("needs an approval of exactly this"), transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(asked.pk))
        ChargeReturnRule.objects.create(policy="none", valid_from="2026-06-09", made_by="a", approved_by="b")


def test_an_approval_is_used_once(asked, checker, at):
    operations.approve(approval_id=asked.pk, checker=checker, at=at)
    later = LIMIT | {"code": "transfer_daily"}

    with refused("needs an approval of exactly this"), transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(asked.pk))
        LimitRule.objects.create(made_by="staff:a", approved_by="staff:b", **later)
    with pytest.raises(errors.DecidedAlready):
        operations.approve(approval_id=asked.pk, checker=make_staff("third", "operator"), at=at)
    with refused("no move"):
        set_status(Approval.objects.get(pk=asked.pk), "approved")

    assert LimitRule.objects.exclude(made_by="published rules").count() == 1


FURTHER = {
    "gate.change": ({"mismatches_max": 3, "wait_seconds": 60, "valid_from": "2026-06-09"}, GateRule),
    "run_pace.change": ({"credits_per_minute": 60, "valid_from": "2026-06-09"}, RunPace),
}


@pytest.mark.parametrize("deed", FURTHER)
def test_numbers_of_the_gate_or_the_run_that_another_agreed_to_and_others_than_those(at, maker, checker, deed):
    wish, model = FURTHER[deed]
    approval = ask(at, maker, deed, wish)
    with pytest.raises(errors.OwnRequest):
        operations.approve(approval_id=approval.pk, checker=maker, at=at)
    decide(approval, checker, at)
    set_status(approval, "approved")
    names = {"made_by": "staff:a", "approved_by": "staff:b"}

    for number in set(wish) - {"valid_from"}:
        with refused("needs an approval of exactly this"), transaction.atomic():
            run_sql("SELECT set_config('outpost.approval', %s, true)", str(approval.pk))
            model.objects.create(**names, **wish | {number: 99})
    with refused("needs an approval of exactly this"), transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(approval.pk))
        model.objects.create(**names, **wish | {"valid_from": "2026-06-08"})
    assert not model.objects.exclude(made_by="published rules").exists()

    with transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(approval.pk))
        model.objects.create(**names, **wish)


# ── A platform that one person switches off or on ──

IN_THE_SHELL = "from platforms.operations import set_platform_enabled as s; s(code='{0.code}', enabled={1})"
SWITCHES = [
    lambda platform: run_sql("UPDATE platforms_platform SET enabled = NOT enabled WHERE id = %s", platform.pk),
    lambda platform: run_sql(
        "UPDATE platforms_platform SET enabled = NOT enabled, code = 'other' WHERE id = %s", platform.pk
    ),
    lambda platform: Platform.objects.filter(pk=platform.pk).update(enabled=not platform.enabled),
    lambda platform: switched(platform).save(),
    lambda platform: switched(platform).save(update_fields=["enabled"]),
    lambda platform: platform_operations.set_platform_enabled(code=platform.code, enabled=not platform.enabled),
    lambda platform: call_command("shell", command=IN_THE_SHELL.format(platform, not platform.enabled), verbosity=0),
]
WAYS = ["sql", "sql with another name", "orm", "orm save", "orm save of the field", "operation", "shell"]


def switched(platform):
    platform.enabled = not platform.enabled
    return platform


def stands(platform):
    return Platform.objects.get(pk=platform.pk).enabled


@pytest.mark.parametrize("enabled", [True, False], ids=["suspend", "resume"])
@pytest.mark.parametrize("switch", SWITCHES, ids=WAYS)
def test_a_platform_that_one_person_switches(switch, enabled):
    platform = make_shop(enabled=enabled)

    with refused("switched by an approval of exactly this"), transaction.atomic():
        switch(platform)

    assert stands(platform) is enabled


@pytest.fixture
def operators():
    return make_staff("olga", "operator"), make_staff("otto", "operator")


@pytest.mark.parametrize(("deed", "enabled"), [("platform.suspend", True), ("platform.resume", False)])
def test_a_platform_that_is_switched_on_anothers_approval(at, operators, deed, enabled):
    """Approved in the database: only this platform, and only this way round, and only while it is being carried out."""
    maker, checker = operators
    platform, other = make_shop(enabled=enabled), make_shop(enabled=enabled)
    turned = make_shop(enabled=not enabled)
    approval = ask(at, maker, deed, {"code": platform.code})
    decide(approval, checker, at)
    set_status(approval, "approved")

    for one in (other, turned):
        with refused("switched by an approval of exactly this"), transaction.atomic():
            run_sql("SELECT set_config('outpost.approval', %s, true)", str(approval.pk))
            platform_operations.set_platform_enabled(code=one.code, enabled=not one.enabled)
    with refused("switched by an approval of exactly this"), transaction.atomic():
        platform_operations.set_platform_enabled(code=platform.code, enabled=not enabled)
    with transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(approval.pk))
        platform_operations.set_platform_enabled(code=platform.code, enabled=not enabled)
    set_status(Approval.objects.get(pk=approval.pk), "done")

    assert stands(platform) is not enabled
    with refused("switched by an approval of exactly this"), transaction.atomic():
        run_sql("SELECT set_config('outpost.approval', %s, true)", str(approval.pk))
        platform_operations.set_platform_enabled(code=platform.code, enabled=enabled)


def test_a_platform_that_its_maker_would_agree_to_suspend(at, operators):
    platform = make_shop()
    approval = ask(at, operators[0], "platform.suspend", {"code": platform.code})

    with pytest.raises(errors.OwnRequest):
        operations.approve(approval_id=approval.pk, checker=operators[0], at=at)
    with refused("another person"):
        decide(approval, operators[0], at)

    assert stands(platform) is True


def test_the_admin_switches_no_platform(operators):
    platform = make_shop()

    answer = sign_in(operators[0], stepped_up=True).post(
        f"/console/platforms/platform/{platform.pk}/change/", {"code": platform.code, "enabled": ""}
    )

    assert answer.status_code == 403
    assert stands(platform) is True


def test_the_api_switches_no_platform():
    """Neither its own address nor any other takes the field; the platform's own profile is read alone."""
    platform = make_shop()
    _, secret = make_bearer_key(platform)
    bearer = Client(headers={"authorization": f"Bearer {secret}", "idempotency-key": "1"})

    answers = [
        getattr(bearer, method)("/api/v1/platform", data={"enabled": False}, content_type="application/json")
        for method in ("post", "put", "patch", "delete")
    ]

    assert {answer.status_code for answer in answers} == {405}
    assert stands(platform) is True


def test_what_else_of_a_platform_changes_needs_no_approval():
    """The guard is of the switch: how many requests a minute are answered is no switch."""
    platform = make_shop()

    Platform.objects.filter(pk=platform.pk).update(requests_per_minute=10, enabled=True)

    assert Platform.objects.get(pk=platform.pk).requests_per_minute == 10


def test_a_refund_that_one_person_settles_by_hand(at):
    refund = make_manual_refund(at)

    with refused("by an approval of exactly this"), transaction.atomic():
        run_sql(
            "UPDATE refunds_refund SET status = 'credited', step = step + 1, bank_reference = 'X', credited_at = now() WHERE id = %s",
            refund.pk,
        )

    assert Refund.objects.get(pk=refund.pk).status == "manual"


# ── ORM and shell ──


def test_the_orm_as_oneself(asked, maker, at):
    act_as(maker)
    decision = ApprovalDecision(approval=asked, maker=maker, checker=maker, verdict="approve", at=at)
    decision.seal = seal_of(decision, asked.payload_hash)

    with refused("another person"), transaction.atomic():
        decision.save()
    with refused("another person"), transaction.atomic():
        ApprovalDecision.objects.bulk_create([decision])

    assert nothing_changed(asked)


def test_the_orm_that_moves_the_request(asked, maker, at):
    act_as(maker)

    with refused("not agreed to"), transaction.atomic():
        asked.move_to("approved", at=at, by="staff:maker")

    assert nothing_changed(asked)


def test_the_shell_that_calls_the_operation(asked, maker, at, capsys):
    call = "from support.operations import approve; from support.models import Approval; from common.clock import now; "
    code = f"{call}a = Approval.objects.get(); approve(approval_id=a.pk, checker=a.maker, at=a.made_at)"

    with pytest.raises(errors.OwnRequest):
        call_command("shell", command=code, verbosity=0)

    assert nothing_changed(asked)


def test_a_decision_that_was_not_made_here_carries_nothing_out(at, maker, checker):
    """With SQL alone another's name can be claimed; the seal can't, so the deed is refused and the proof names the row."""
    asked = ask(at, maker, wish=LIMIT | {"amount_minor": 100_000})
    decide(asked, checker, at)

    with pytest.raises(errors.ApprovalAltered):
        operations.approve(approval_id=asked.pk, checker=make_staff("third", "operator"), at=at)

    assert nothing_changed(asked)


# ── Who they are ──


def test_a_superuser_is_nobody_special(asked, at):
    try:
        with transaction.atomic():
            root = User.objects.create_superuser("root", password=None)
    except DatabaseError:
        return  # the database knows no superuser at all
    with pytest.raises(errors.NotAllowedToDecide):
        operations.approve(approval_id=asked.pk, checker=root, at=at)
    with refused("by who may"):
        decide(asked, root, at)

    assert nothing_changed(asked)


def test_a_maker_under_a_new_name(asked, maker, at):
    with contextlib.suppress(DatabaseError), transaction.atomic():  # where names stay, they are who they were
        User.objects.filter(pk=maker.pk).update(username="somebody-else")
    renamed = User.objects.get(pk=maker.pk)

    with pytest.raises(errors.OwnRequest):
        operations.approve(approval_id=asked.pk, checker=renamed, at=at)
    with refused("another person"):
        decide(asked, renamed, at)

    assert nothing_changed(asked)


def test_a_disabled_checker(asked, checker, at):
    disable(checker)

    with pytest.raises(errors.NotAllowedToDecide):
        operations.approve(approval_id=asked.pk, checker=checker, at=at)
    with refused("by who may"):
        decide(asked, checker, at)

    assert nothing_changed(asked)


def test_a_checker_without_the_deeds_own_permission(asked, at):
    """An administrator may be a second person, for staff; not for limits."""
    administrator = make_staff("adam", "administrator")

    with pytest.raises(errors.NotAllowedToDecide):
        operations.approve(approval_id=asked.pk, checker=administrator, at=at)
    with refused("by who may"):
        decide(asked, administrator, at)

    assert nothing_changed(asked)


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_a_role_that_is_nobodys_second_person(asked, at, role):
    user = make_staff("other", role)

    with pytest.raises(errors.NotAllowedToDecide):
        operations.approve(approval_id=asked.pk, checker=user, at=at)
    with refused("by who may"):
        decide(asked, user, at)


def test_the_same_person_twice(at, maker, checker):
    asked = ask(at, maker, wish=LIMIT | {"amount_minor": 100_000})
    operations.approve(approval_id=asked.pk, checker=checker, at=at)

    with pytest.raises(errors.DecidedByYou):
        operations.approve(approval_id=asked.pk, checker=checker, at=at)
    with refused("support_decision_once"):
        decide(asked, checker, at)

    assert nothing_changed(asked)


def test_after_its_time(asked, checker, at):
    late = at + dt.timedelta(hours=24)

    with pytest.raises(errors.ApprovalExpired):
        operations.approve(approval_id=asked.pk, checker=checker, at=late)
    with refused("in its time"):
        decide(asked, checker, late)

    assert nothing_changed(asked)


# ── Pages, two sessions, the admin, the API ──


@pytest.fixture
def asked_now(maker):
    """By the clock that pages read."""
    day = (clock.today_in_taipei(clock.now()) + dt.timedelta(days=5)).isoformat()
    return ask(clock.now(), maker, wish=LIMIT | {"valid_from": day})


def test_two_sessions_of_one_person(asked_now, maker):
    sessions = [sign_in(maker, stepped_up=True), sign_in(maker, stepped_up=True)]

    address = reverse("support:approve", args=[asked_now.pk])
    answers = [session.post(address, headers={"accept-language": "en"}, follow=True) for session in sessions]

    assert all("This is your own request" in answer.content.decode() for answer in answers)
    assert nothing_changed(asked_now)


def test_another_persons_session_does_agree(asked_now, checker):
    """So that the refusals above are not those of a broken page."""
    answer = sign_in(checker, stepped_up=True).post(reverse("support:approve", args=[asked_now.pk]))

    assert answer.status_code == 302
    assert Approval.objects.get(pk=asked_now.pk).status == "done"


def test_a_session_that_has_not_just_confirmed_who_it_is(asked_now, checker):
    answer = sign_in(checker).post(reverse("support:approve", args=[asked_now.pk]))

    assert answer.status_code == 302
    assert "/console/account/confirm/" in answer["Location"]
    assert nothing_changed(asked_now)


@pytest.mark.parametrize("place", ["add/", "{pk}/change/", "{pk}/delete/"])
@pytest.mark.parametrize("model", ["approval", "approvaldecision", "approvaltier"])
def test_the_admin_has_no_form_for_it(asked, maker, model, place):
    client = sign_in(maker, stepped_up=True)
    for permission in Permission.objects.filter(content_type__model=model):
        Group.objects.get(name="supervisor")
        assert permission.codename  # they exist, and no page asks for them

    answer = client.post(f"/console/support/{model}/{place.format(pk=asked.pk)}", {"status": "approved"})

    assert answer.status_code in (403, 404)
    assert nothing_changed(asked)


@pytest.mark.parametrize(
    "model", ["payments/limitrule", "payments/chargerule", "verification/gaterule", "refunds/runpace"]
)
def test_the_admin_adds_no_rule(maker, model):
    answer = sign_in(maker, stepped_up=True).post(f"/console/{model}/add/", {"amount_minor": 1})

    assert answer.status_code == 403


def test_the_api_knows_nothing_of_approvals(asked):
    _, secret = make_bearer_key(make_platform())
    bearer = Client(headers={"authorization": f"Bearer {secret}"})

    answer = bearer.post(reverse("support:approve", args=[asked.pk]))

    assert answer.status_code == 302
    assert "login" in answer["Location"]
    assert [name for name in _addresses("api/v1/") if "approv" in name] == []
    with pytest.raises(NoReverseMatch):
        reverse("admin:support_approval_add")
    assert nothing_changed(asked)


def _addresses(prefix, patterns=None, so_far=""):
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        path = so_far + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _addresses(prefix, one.url_patterns, path)
        elif path.startswith(prefix):
            yield path
