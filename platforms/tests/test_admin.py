"""The console: keys are revoked and a sandbox's are made by who may, and a secret is on one page once."""

import re

import pytest
from django.test import Client

from platforms.models import ApiKey
from platforms.tests.factories import make_bearer_key, make_platform, make_signing_key
from staff.tests.factories import make_staff_with, sign_in

pytestmark = pytest.mark.django_db
LIST = "/console/platforms/apikey/"


def staff(*codenames):
    user = make_staff_with(*codenames, name="sam")
    client = Client(headers={"accept-language": "en"})
    return sign_in(user, client=client)


def test_a_bearer_key_is_made_and_its_secret_shown_once():
    platform = make_platform()
    console = staff("view_apikey", "manage_keys")

    page = console.post(
        f"{LIST}add/",
        {
            "platform": platform.pk,
            "scopes": ["payments:read"],
            "allowed_addresses": "203.0.113.0/24",
            "reason": "report",
        },
    )

    (secret,) = re.findall(r"sk_test_[\w-]{43}", page.content.decode())
    key = platform.keys.get()
    assert (key.scopes, key.allowed_addresses, key.created_by) == (["payments:read"], ["203.0.113.0/24"], "staff:sam")
    assert "no-store" in page["Cache-Control"]
    assert secret not in console.get(f"{LIST}{key.pk}/change/").content.decode()


def test_a_signing_key_is_rolled_by_two_people():
    """Its page leads to the form that asks for it."""
    key, _ = make_signing_key(make_platform())
    console = staff("view_apikey", "manage_keys")

    page = console.get(f"{LIST}{key.pk}/change/")

    assert f'href="/console/approvals/new/platform.roll_key/?subject={key.key_id}"' in page.content.decode()
    console.post(f"{LIST}{key.pk}/roll/", {"overlap_hours": 1})
    assert ApiKey.objects.count() == 1


def test_outside_a_sandbox_nobody_makes_a_key_here(settings):
    settings.SANDBOX = False

    assert staff("view_apikey", "manage_keys").get(f"{LIST}add/").status_code == 403


def test_a_key_that_is_none_comes_back_beside_the_form():
    platform = make_platform()
    form = {"platform": platform.pk, "public_key": "nonsense", "scopes": ["payments:read"], "reason": "x"}

    page = staff("view_apikey", "manage_keys").post(f"{LIST}add/", form)

    assert "Give the 32 bytes" in page.content.decode()
    assert not platform.keys.exists()


def test_keys_are_revoked_with_the_name_of_who_did_it():
    key, _ = make_bearer_key(make_platform())

    staff("view_apikey", "manage_keys").post(LIST, {"action": "revoke", "_selected_action": [key.pk]})

    key.refresh_from_db()
    assert key.revoked_by == "staff:sam"


def test_who_may_only_look_makes_rolls_and_revokes_nothing():
    key, _ = make_bearer_key(make_platform())
    console = staff("view_apikey")

    answers = [
        console.get(f"{LIST}add/"),
        console.post(f"{LIST}add/", {}),
    ]
    console.post(LIST, {"action": "revoke", "_selected_action": [key.pk]})

    key.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403] * 2
    assert key.revoked_at is None
    assert ApiKey.objects.count() == 1
