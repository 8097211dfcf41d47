"""The sandbox's people can sign in after seeding, once or again, and nobody is seeded anywhere else."""

import base64
import json
import time

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from portal.demo_staff import PEOPLE
from staff.operations import role_of
from staff.signatures import STEP_SECONDS, code_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed(monkeypatch, capsys):
    keys = {"SHOP_API_KEY": "shop-key-" + "x" * 40, "SHOP_KEY_ID": "shop-1", "DEMO_API_KEY": "demo-key-" + "x" * 40}
    for name, value in (keys | {"SHOP_SIGNING_KEY": base64.b64encode(bytes(32)).decode()}).items():
        monkeypatch.setenv(name, value)

    def run():
        call_command("seed_sandbox")
        return json.loads(capsys.readouterr().out)

    return run


def test_each_of_them_gets_in_with_password_and_code_also_after_seeding_again(seed):
    seed()
    told = seed()["staff"]

    assert [one["username"] for one in told] == [person.name for person in PEOPLE]
    assert not any(person.secret in json.dumps(told) for person in PEOPLE)
    for person in PEOPLE:
        client = Client()
        client.post("/console/login/", {"username": person.name, "password": person.password})
        client.post("/console/login/second/", {"code": code_at(person.secret, int(time.time()) // STEP_SECONDS)})
        assert client.get("/console/account/").status_code == 200, person.name
        assert role_of(User.objects.get(username=person.name)) == person.role


def test_whoever_decides_has_a_colleague_to_decide_with():
    roles = [person.role for person in PEOPLE]

    assert {role for role in roles if roles.count(role) > 1} == {"supervisor", "operator", "administrator"}


def test_outside_of_a_sandbox_nobody_is_seeded(seed, settings):
    settings.SANDBOX = False

    with pytest.raises(CommandError, match="SANDBOX"):
        seed()

    assert User.objects.count() == 0
