"""What the pages of staff show and let do: the list of members, one's own account, and forms that password managers know."""

import re

import pytest
from django.test import Client

from audit.models import Record
from staff import operations
from staff.models import SignIn
from staff.rules import Role
from staff.tests.factories import make_staff, sign_in

pytestmark = pytest.mark.django_db
MEMBERS = "/console/staff/"


def english(user, **how):
    return sign_in(user, client=Client(headers={"accept-language": "en"}), **how)


def rows_of(page):
    """Each member's cells as plain texts."""
    lines = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.split(r"</t[hd]>", line)] for line in lines]


def test_the_list_says_who_works_here_and_what_they_sign_in_with(at):
    make_staff("amy", "agent")
    operations.admit_member(name="bea", role=Role.OPERATOR, reason="new", at=at, by="staff:adam")
    operations.disable_member(name="amy", reason="left", at=at, by="staff:adam")

    page = english(make_staff("adam", "administrator")).get(MEMBERS).content.decode()

    rows = {row[0]: row[1:5] for row in rows_of(page)}
    assert rows == {
        "adam": ["Administrator", "active", "Authenticator app 0 recovery codes", "1"],
        "amy": ["Agent", "disabled", "Authenticator app 0 recovery codes", "0"],
        "bea": ["Operator", "active", "none yet", "0"],
    }
    assert "/console/approvals/new/staff.enable/?subject=amy" in page
    assert "/console/approvals/new/staff.change_role/?subject=bea" in page
    assert "subject=adam" not in page


def test_an_auditor_reads_the_list_and_is_offered_nothing():
    make_staff("amy", "agent")

    page = english(make_staff("ada", "auditor")).get(MEMBERS).content.decode()

    assert len(rows_of(page)) == 2
    assert "/console/approvals/new/" not in page
    assert "disable" not in page


def test_a_long_list_is_walked_page_by_page_in_as_many_statements_as_a_short_one(django_assert_num_queries):
    adam = make_staff("adam", "administrator")
    client = english(adam)
    # Session, person, two for rights; members, factors, codes, sessions, roles.
    with django_assert_num_queries(9):
        client.get(MEMBERS)
    for number in range(60):
        make_staff(f"member{number:02}", "agent", with_app=False)
    sign_in(adam, client=client)  # a minute may have passed on a busy machine, and that it was seen is written then

    with django_assert_num_queries(9):
        first = client.get(MEMBERS).content.decode()
    further = re.search(r'href="(\?after=[^"]+)"', first)[1]
    second = client.get(MEMBERS + further).content.decode()

    names = [row[0] for page in (first, second) for row in rows_of(page)]
    assert names == ["adam", *(f"member{number:02}" for number in range(60))]


def test_an_administrator_disables_with_a_reason_and_it_is_recorded():
    amy = make_staff("amy", "agent")
    client = english(make_staff("adam", "administrator"))

    without = client.post(f"{MEMBERS}amy/disable/", {"reason": ""})
    amy.refresh_from_db()
    assert (without.status_code, amy.is_active) == (200, True)
    answer = client.post(f"{MEMBERS}amy/disable/", {"reason": "left the bank"})

    amy.refresh_from_db()
    assert (answer["Location"], amy.is_active) == (MEMBERS, False)
    record = Record.objects.get(action="staff.disabled")
    assert (record.by, record.subject, record.reason) == ("staff:adam", "staff:amy", "left the bank")


def test_an_administrator_does_not_disable_themselves():
    adam = make_staff("adam", "administrator")

    answer = english(adam).post(f"{MEMBERS}adam/disable/", {"reason": "holiday"})

    adam.refresh_from_db()
    assert answer.status_code == 403
    assert "Nobody changes their own rights" in answer.content.decode()
    assert adam.is_active


def test_ones_own_account_shows_each_session_and_which_is_this_one():
    amy = make_staff("amy", "agent")
    client = english(amy)
    SignIn.objects.update(
        browser="Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    )
    sign_in(amy)

    page = client.get("/console/account/").content.decode()

    assert page.count("Edge, Windows") == 1
    assert page.count("Unknown browser") >= 1
    assert page.count("this session") == 1


def test_password_fields_are_masked_and_let_managers_fill_them():
    amy = make_staff("amy", "agent")

    login = Client().get("/console/login/").content.decode()
    change = sign_in(amy).get("/console/account/password/").content.decode()

    assert re.search(r'<input type="text" name="username"[^>]* autocomplete="username"', login)
    assert re.search(r'<input type="password" name="password"[^>]* autocomplete="current-password"', login)
    assert len(re.findall(r'<input type="password" name="(?:new|again)"[^>]* autocomplete="new-password"', change)) == 2
    assert "onpaste" not in login + change


@pytest.mark.parametrize(
    ("role", "path"), [("agent", MEMBERS), ("supervisor", MEMBERS), ("auditor", f"{MEMBERS}amy/disable/")]
)
def test_others_do_not_get_to_the_list_or_past_it(role, path):
    assert english(make_staff("oth", role)).get(path).status_code == 403
