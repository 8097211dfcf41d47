"""Sessions end by time, by their member, by a change of rights: at once, whichever page is asked for next."""

import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from common import clock
from staff import operations
from staff.models import SignIn
from staff.rules import Role
from staff.signatures import STEP_SECONDS, code_at
from staff.tests.factories import APP_SECRET, PASSWORD, make_staff, sign_in

pytestmark = pytest.mark.django_db
ACCOUNT = "/console/account/"
REASON = {"reason": "asked by the head of the desk"}


@pytest.fixture
def amy():
    return make_staff("amy", "supervisor")


def is_in(client, path=ACCOUNT):
    return client.get(path).status_code == 200


def test_after_fifteen_minutes_without_a_sign_the_session_is_over(amy, later):
    client = sign_in(amy)
    later(minutes=14)
    assert is_in(client)
    later(minutes=28)
    assert is_in(client)

    later(minutes=44)

    answer = client.get(ACCOUNT)
    assert answer["Location"] == "/console/login/?next=/console/account/"
    assert Session.objects.count() == 0
    assert SignIn.objects.get().ended_because == "idle"


def test_after_eight_hours_it_is_over_however_busy_one_was(amy, later):
    client = sign_in(amy)
    for minutes in range(10, 480, 10):
        later(minutes=minutes)
        assert is_in(client)

    later(hours=8, minutes=1)

    assert not is_in(client)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(amy, later):
    client = sign_in(amy)
    for minutes in (5, 10, 14):
        later(minutes=minutes)
        assert is_in(client, f"{ACCOUNT}?live")

    later(minutes=16)

    assert not is_in(client, f"{ACCOUNT}?live")


def test_a_session_without_the_marks_of_sign_in_is_nobodys(amy):
    client = Client()
    client.force_login(amy)

    assert not is_in(client)
    assert Session.objects.count() == 0


def test_the_admin_behind_it_is_closed_by_the_same_rules(amy, later):
    client = sign_in(amy)
    assert is_in(client, "/console/data/")

    later(minutes=16)

    assert client.get("/console/data/")["Location"].startswith("/console/login/")


@pytest.mark.parametrize("path", [ACCOUNT, "/console/", "/console/data/"])
def test_a_disabled_persons_next_request_ends(amy, path):
    client, other = sign_in(amy), sign_in(amy)

    operations.disable_member(name="amy", at=clock.now(), by="staff:adam", **REASON)

    assert client.get(path)["Location"].startswith("/console/login/")
    assert not is_in(other)
    assert Session.objects.count() == 0
    assert set(SignIn.objects.values_list("ended_because", "session_key")) == {("disabled", "")}


def test_coming_back_does_not_revive_a_session(amy):
    client = sign_in(amy)
    operations.disable_member(name="amy", at=clock.now(), by="staff:adam", **REASON)
    operations.enable_member(name="amy", at=clock.now(), by="staff:adam", asked_by="staff:eve", **REASON)

    assert not is_in(client)


def test_another_role_or_other_factors_end_every_session(amy):
    client = sign_in(amy)
    operations.change_role(name="amy", role=Role.AGENT, at=clock.now(), by="staff:adam", **REASON)
    assert not is_in(client)

    client = sign_in(amy)
    admitted = operations.reset_factors(name="amy", at=clock.now(), by="staff:adam", **REASON)

    assert not is_in(client)
    assert admitted.user.check_password(admitted.first_password)
    assert not amy.factors.filter(removed_at=None).exists()


def test_one_session_or_all_others_are_ended_from_the_list(amy):
    here, there, third = sign_in(amy, stepped_up=True), sign_in(amy), sign_in(amy)
    key = there.cookies[settings.SESSION_COOKIE_NAME].value
    row = SignIn.objects.get(session_key=key)

    here.post(f"/console/account/sessions/{row.pk}/end/")
    assert [is_in(one) for one in (here, there, third)] == [True, False, True]

    here.post("/console/account/sessions/end-others/")
    assert [is_in(one) for one in (here, third)] == [True, False]


def test_nobody_ends_somebody_elses_session(amy):
    sam = make_staff("sam", "agent")
    theirs = sign_in(amy)

    sign_in(sam, stepped_up=True).post(f"/console/account/sessions/{SignIn.objects.get(user=amy).pk}/end/")

    assert is_in(theirs)


def test_a_changed_password_ends_the_others_and_gives_this_one_a_new_key(amy):
    here, there = sign_in(amy), sign_in(amy)
    before = here.cookies[settings.SESSION_COOKIE_NAME].value
    new = "nine-kites-over-the-harbour"

    here.post("/console/account/password/", {"current": PASSWORD, "new": new, "again": new})

    assert [is_in(here), is_in(there)] == [True, False]
    assert here.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert SignIn.objects.filter(user=amy, ended_at=None).count() == 1


def test_without_the_password_of_now_it_stays(amy):
    client = sign_in(amy)
    new = "nine-kites-over-the-harbour"

    answer = client.post("/console/account/password/", {"current": "wrong", "new": new, "again": new})

    assert answer.status_code == 200
    amy.refresh_from_db()
    assert amy.check_password(PASSWORD)


def test_logging_out_ends_the_session_on_our_side(amy):
    client = sign_in(amy)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/console/logout/")

    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert not is_in(thief)
    assert SignIn.objects.get().ended_because == "signed_out"


def test_a_request_costs_no_more_for_being_watched_over(amy, django_assert_num_queries):
    client = sign_in(amy)
    client.get("/console/case-file/check/")

    # The session, the person, and their rights: of the person and of the role.
    with django_assert_num_queries(4):
        client.get("/console/case-file/check/")


def test_an_administrator_ends_every_session_of_somebody(amy):
    adam, theirs = make_staff("adam", "administrator"), [sign_in(amy), sign_in(amy)]

    answer = sign_in(adam).post("/console/staff/amy/end-sessions/")

    assert answer["Location"] == "/console/staff/"
    assert [is_in(one) for one in theirs] == [False, False]
    assert SignIn.objects.filter(ended_because="by_administrator").count() == 2


def test_a_supervisor_ends_nobodys_sessions(amy):
    theirs = sign_in(make_staff("bob", "agent"))

    assert sign_in(amy).post("/console/staff/bob/end-sessions/").status_code == 403
    assert is_in(theirs)


def test_ending_a_session_asks_for_a_confirmation(amy):
    here, there = sign_in(amy), sign_in(amy)

    answer = here.post("/console/account/sessions/end-others/")

    assert answer["Location"].startswith("/console/account/confirm/")
    assert is_in(there)


def test_a_confirmation_gives_the_session_a_new_key(amy):
    client = sign_in(amy)
    before = client.cookies[settings.SESSION_COOKIE_NAME].value

    client.post("/console/account/confirm/", {"code": code_at(APP_SECRET, int(time.time()) // STEP_SECONDS)})

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert not Session.objects.filter(session_key=before).exists()
    assert SignIn.objects.get().session_key == client.cookies[settings.SESSION_COOKIE_NAME].value


def test_keys_of_sessions_are_long_and_come_from_the_system(amy):
    keys = {sign_in(amy).cookies[settings.SESSION_COOKIE_NAME].value for _ in range(20)}

    assert len(keys) == 20
    # 32 of 36 signs are 165 bits.
    assert {len(key) for key in keys} == {32}


def test_every_page_behind_the_door_can_be_left(amy):
    client = sign_in(amy)

    for path in ("/console/", ACCOUNT, "/console/data/"):
        assert '/console/logout/"' in client.get(path).content.decode()
