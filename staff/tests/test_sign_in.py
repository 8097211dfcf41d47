"""Signing in as a person does: password, second factor, session; and everything that must not get in."""

import datetime as dt
import re
import threading
import time
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from audit.models import Record
from common import clock
from staff import operations
from staff.models import Factor, RecoveryCode, SignIn
from staff.operations import factors
from staff.rules import Role
from staff.signatures import STEP_SECONDS, code_at
from staff.tests.factories import APP_SECRET, PASSWORD, make_staff, sign_in

pytestmark = pytest.mark.django_db
ACCOUNT, LOGIN, SECOND = "/console/account/", "/console/login/", "/console/login/second/"
CONFIRM = "/console/account/confirm/"


def code_now(secret=APP_SECRET, steps=0):
    return code_at(secret, int(time.time()) // STEP_SECONDS + steps)


def browser():
    return Client(headers={"accept-language": "en"})


def type_password(client, name="amy", password=PASSWORD, **more):
    return client.post(LOGIN, {"username": name, "password": password, **more})


def is_in(client):
    return client.get(ACCOUNT).status_code == 200


@pytest.fixture
def amy():
    return make_staff("amy", "supervisor")


def test_password_and_code_open_the_page_that_was_wanted(amy):
    client = browser()
    wanted = client.get("/console/account/password/?x=1")
    assert wanted["Location"] == "/console/login/?next=/console/account/password/%3Fx%3D1"

    assert type_password(client, next="/console/account/password/?x=1")["Location"] == SECOND
    assert not is_in(client)
    answer = client.post(SECOND, {"code": code_now()})

    assert answer["Location"] == "/console/account/password/?x=1"
    assert is_in(client)
    assert Record.objects.get(action="staff.signed_in").by == "staff:amy"
    assert SignIn.objects.get().factor == "app"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/console/", "/shop/", "javascript:x()"])
def test_nobody_is_led_out_of_the_console(amy, elsewhere):
    client = browser()
    type_password(client, next=elsewhere)

    assert client.post(SECOND, {"code": code_now()})["Location"] == "/console/"


@pytest.mark.parametrize("path", ["/console/", "/console/data/", "/console/staff/", ACCOUNT, "/console/audit/record/"])
def test_a_password_alone_opens_nothing(amy, path):
    client = browser()
    type_password(client)

    assert client.get(path)["Location"].startswith(LOGIN)


def test_the_key_of_the_session_changes_when_somebody_signs_in(amy):
    client = browser()
    client.get(LOGIN)
    type_password(client)
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(SECOND, {"code": code_now()})

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_code_is_good_once(amy):
    code = code_now()
    first, other = browser(), browser()
    type_password(first)
    type_password(other)

    first.post(SECOND, {"code": code})
    answer = other.post(SECOND, {"code": code})

    assert is_in(first)
    assert "not accepted" in answer.content.decode()
    assert not is_in(other)


@pytest.mark.django_db(transaction=True)
def test_of_two_sign_ins_with_one_code_at_once_one_gets_in():
    user, code = make_staff("amy", "agent"), code_now()
    start, results = threading.Barrier(4), []

    def use():
        start.wait()
        at = clock.now()
        results.append(factors.use_app_code(user=user, code=code, real_now=at, at=at))
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(results) == [False, False, False, True]


def test_a_recovery_code_opens_once_and_says_how_many_are_left(amy, at):
    codes = factors.make_recovery_codes(user=amy, at=at)
    for is_accepted in (True, False):
        client = browser()
        type_password(client)
        client.post(f"{SECOND}?recovery", {"code": codes[4].lower()})
        assert is_in(client) is is_accepted

    assert factors.recovery_codes_left(amy) == 9
    assert not any(code.replace("-", "") in row.hash for row in RecoveryCode.objects.all() for code in codes)


def test_new_recovery_codes_make_the_old_ones_void(amy, at):
    old = factors.make_recovery_codes(user=amy, at=at)
    factors.make_recovery_codes(user=amy, at=at)

    assert not factors.use_recovery_code(user=amy, code=old[0], at=at)
    assert factors.recovery_codes_left(amy) == 10


# ── Wrong tries ──


def test_the_fifth_wrong_password_closes_the_door_also_for_the_right_one(amy, later):
    client = browser()
    answers = [type_password(client, password="wrong").status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert type_password(client).status_code == 429
    later(minutes=14)
    assert type_password(client).status_code == 429
    later(minutes=16)
    assert type_password(client)["Location"] == SECOND


def test_the_lock_is_of_this_name_from_this_address(amy):
    make_staff("sam", "agent")
    client = browser()
    [type_password(client, password="wrong") for _ in range(5)]

    assert type_password(client, name="sam").status_code == 302
    assert Client(REMOTE_ADDR="192.0.2.9").post(LOGIN, {"username": "amy", "password": PASSWORD}).status_code == 302


def test_wrong_codes_count_as_wrong_passwords_do(amy):
    client = browser()
    type_password(client)
    answers = [client.post(SECOND, {"code": "000000"}).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert client.post(SECOND, {"code": code_now()}).status_code == 429
    assert not is_in(client)


def words_of(client, name):
    page = type_password(client, name=name, password="wrong").content.decode()
    return re.sub(r'(value|nonce)="[^"]*"|X-CSRFToken": "[^"]*"', "", page).replace(name, "NAME")


def test_unknown_disabled_and_wrong_are_told_alike_and_so_is_the_lock(amy):
    make_staff("bob", "agent")
    operations.disable_member(name="bob", reason="left", at=clock.now(), by="staff:adam")
    client = browser()

    for _ in range(6):
        told = {words_of(client, name) for name in ("amy", "nobody", "bob")}
        assert len(told) == 1
    assert "Wait 15 minutes" in told.pop()


def test_a_right_sign_in_forgets_the_wrong_tries(amy):
    client = browser()
    [type_password(client, password="wrong") for _ in range(4)]
    type_password(client)
    client.post(SECOND, {"code": code_now()})
    client.post("/console/logout/")

    assert [type_password(client, password="wrong").status_code for _ in range(4)] == [200] * 4


def test_who_has_a_password_but_does_not_work_here_does_not_get_in():
    User.objects.create_user("guest", password=PASSWORD)

    assert type_password(browser(), name="guest").status_code == 200


# ── The first sign-in ──


@pytest.fixture
def admitted(at):
    return operations.admit_member(name="bea", role=Role.AGENT, reason="new", at=clock.now(), by="staff:adam")


def test_a_new_member_makes_a_password_and_a_factor_before_anything_else(admitted):
    client = browser()
    type_password(client, "bea", admitted.first_password)
    assert client.get(SECOND)["Location"] == "/console/login/password/"
    assert client.get("/console/login/set-up/").status_code == 200
    assert client.get("/console/")["Location"].startswith(LOGIN)

    client.post("/console/login/password/", {"new": PASSWORD, "again": PASSWORD})
    assert client.get(SECOND)["Location"] == "/console/login/set-up/"
    page = client.get("/console/login/set-up/").content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    wrong = client.post("/console/login/set-up/", {"code": "000000"})
    assert "does not belong to this picture" in wrong.content.decode()
    answer = client.post("/console/login/set-up/", {"code": code_now(secret)})

    assert answer["Location"] == "/console/account/recovery-codes/"
    assert is_in(client)
    assert secret not in Factor.objects.get(user__username="bea").sealed
    assert type_password(browser(), "bea", admitted.first_password).status_code == 200


def test_a_first_password_does_not_wait_for_ever(admitted, later):
    later(days=3, minutes=1)

    assert type_password(browser(), "bea", admitted.first_password).status_code == 200


@pytest.mark.parametrize(
    "password", ["short-one", "password1234", "bea.bea.bea.bea", "outpost-console-payment", "12345678901234567"]
)
def test_a_weak_password_is_refused(admitted, password):
    client = browser()
    type_password(client, "bea", admitted.first_password)

    answer = client.post("/console/login/password/", {"new": password, "again": password})

    assert answer.status_code == 200
    assert User.objects.get(username="bea").check_password(admitted.first_password)


@pytest.mark.parametrize("password", ["x" * 64 + "-and more, 中文 too", "    twelve or more   "])
def test_a_long_password_and_any_sign_in_it_is_taken_as_typed(admitted, password):
    client = browser()
    type_password(client, "bea", admitted.first_password)
    client.post("/console/login/password/", {"new": password, "again": password})

    assert User.objects.get(username="bea").check_password(password)


def test_between_password_and_factor_ten_minutes_may_pass(amy, later):
    client = browser()
    type_password(client)

    later(minutes=11)

    assert client.get(SECOND)["Location"] == LOGIN
    assert client.post(SECOND, {"code": code_now()})["Location"] == LOGIN


def test_who_was_disabled_between_password_and_factor_does_not_get_in(amy):
    client = browser()
    type_password(client)
    operations.disable_member(name="amy", reason="left", at=clock.now(), by="staff:adam")

    assert client.post(SECOND, {"code": code_now()})["Location"] == LOGIN


# ── What a page may not give away ──


def test_pages_of_sign_in_are_kept_by_no_cache_and_say_no_password(amy):
    client = browser()
    answer = type_password(client, password="a-wrong-password")

    assert "no-store" in answer["Cache-Control"]
    assert "a-wrong-password" not in answer.content.decode()


def test_passwords_are_hashed_with_argon2_outside_of_tests():
    real = import_module("portal.settings")

    assert real.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


# ── Once more ──


def test_a_confirmation_holds_for_five_minutes(amy, later):
    client = sign_in(amy)
    page = "/console/account/recovery-codes/"
    assert client.get(page)["Location"] == f"{CONFIRM}?next=%2Fconsole%2Faccount%2Frecovery-codes%2F"

    answer = client.post(CONFIRM, {"code": code_now(), "next": page})

    assert answer["Location"] == page
    assert client.get(page).status_code == 200
    later(minutes=4)
    assert client.get(page).status_code == 200
    later(minutes=6)
    assert client.get(page).status_code == 302


def test_a_form_without_confirmation_does_nothing_and_leads_back_to_its_page(amy):
    client = sign_in(amy)
    page = "/console/account/recovery-codes/"

    answer = client.post(page, headers={"referer": f"http://testserver{ACCOUNT}"})

    assert answer["Location"] == f"{CONFIRM}?next=%2Fconsole%2Faccount%2F"
    assert RecoveryCode.objects.count() == 0


def test_htmx_is_led_there_with_the_whole_page(amy):
    answer = sign_in(amy).post("/console/account/recovery-codes/", headers={"hx-request": "true"})

    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith(CONFIRM)


def test_five_wrong_confirmations_end_the_session(amy):
    client = sign_in(amy)
    answers = [client.post(CONFIRM, {"code": "000000"}).status_code for _ in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert not is_in(client)


def test_the_sign_in_itself_is_no_confirmation(amy):
    client = browser()
    type_password(client)
    client.post(SECOND, {"code": code_now()})

    assert client.get("/console/account/recovery-codes/").status_code == 302


def test_recovery_codes_are_shown_once(amy):
    client = sign_in(amy, stepped_up=True)

    page = client.post("/console/account/recovery-codes/").content.decode()
    codes = re.findall(r"<code>([A-Z]-\w{5}-\w{5})</code>", page)

    assert len(set(codes)) == 10
    assert "no-store" in client.post("/console/account/recovery-codes/")["Cache-Control"]
    again = client.get("/console/account/recovery-codes/").content.decode()
    assert not any(code in again for code in codes)


def test_a_new_app_takes_the_place_of_the_old_one(amy, at):
    moment = dt.datetime.now(dt.UTC)
    other = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    assert factors.add_app(user=amy, secret=other, code=code_now(other), real_now=moment, at=at)

    assert not factors.use_app_code(user=amy, code=code_now(), real_now=moment, at=at)
    assert [one.removed_at for one in amy.factors.order_by("added_at", "id")].count(None) == 1
