"""A member of staff at the console's door, in a browser: an app's code, a passkey, and what is left when neither is at hand."""

import time

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from common import clock
from staff import operations
from staff.models import Factor, SignIn
from staff.rules import Role
from staff.signatures import STEP_SECONDS, code_at
from staff.tests.factories import APP_SECRET, PASSWORD, make_staff
from tests.flows.gallery import guest_of

pytestmark = [pytest.mark.browser]


def code_now(secret=APP_SECRET, steps=0):
    return code_at(secret, int(time.time()) // STEP_SECONDS + steps)


@pytest.fixture
def guest(browser, house):
    """At a name instead of an address: browsers have passkeys for names alone."""
    guest = guest_of(browser, house, "en")
    before, house.url = house.url, house.url.replace("127.0.0.1", "localhost")
    yield guest
    house.url = before
    guest.context.close()


@pytest.fixture
def key(guest):
    """A security key in the browser, as its developer tools make one: it has a PIN, and somebody touches it."""
    tools = guest.context.new_cdp_session(guest.page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def change(**how):
        tools.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], **how})

    yield change
    tools.detach()


def type_password(guest, name, password=PASSWORD):
    guest.fill(username=name, password=password)
    guest.press("main form button")


def path(guest):
    return guest.page.url.removeprefix(guest.house.url)


def test_a_new_member_comes_in_with_a_passkey_and_comes_back_with_it(guest, key):
    admitted = operations.admit_member(name="wei", role=Role.AGENT, reason="new", at=clock.now(), by="staff:adam")
    guest.open("/console/account/")
    type_password(guest, "wei", admitted.first_password)
    guest.fill(new=PASSWORD, again=PASSWORD)
    guest.press("main form button")
    assert path(guest) == reverse("staff:set-up")

    guest.page.locator("[name=name]").fill("blue key")
    guest.press("form[data-passkey] button")
    assert path(guest) == reverse("staff:recovery-codes") or "confirm" in path(guest)
    guest.press("form[data-passkey] button")
    guest.press("main form button")
    assert len(guest.page.locator(".recovery-codes code").all()) == 10
    guest.press("text=Log out")

    type_password(guest, "wei")
    guest.press("form[data-passkey] button")
    assert path(guest) == "/console/"
    assert guest.page.locator(".who").inner_text() == "wei"
    assert list(SignIn.objects.filter(user__username="wei").values_list("factor", flat=True)) == ["passkey"] * 2
    factor = Factor.objects.get(user__username="wei")
    assert (factor.name, factor.counter > 0) == ("blue key", True)


def test_a_passkey_without_its_pin_opens_nothing(guest, key):
    make_staff("lin", "agent", with_app=False)
    guest.open("/console/login/")
    type_password(guest, "lin")
    guest.press("form[data-passkey] button")
    guest.press("text=Log out")
    key(isUserVerified=False)
    type_password(guest, "lin")

    guest.page.locator("form[data-passkey] button").click()

    guest.page.locator("[data-passkey-failed]").wait_for(state="visible")
    guest.open("/console/")
    assert path(guest).startswith("/console/login/")


def test_an_app_is_set_up_from_its_picture_and_opens(guest):
    make_staff("mai", "supervisor", with_app=False)
    guest.open("/console/account/")
    type_password(guest, "mai")
    secret = guest.page.locator(".secret").inner_text().replace(" ", "")
    guest.fill(code=code_now(secret))
    guest.press("text=Use this app")
    assert "recovery-codes" in guest.page.url
    guest.press("text=Log out")

    guest.open("/console/account/")
    type_password(guest, "mai")
    guest.fill(code=code_now(secret, steps=1))
    guest.press("main form:has([name=code]) button")

    assert path(guest) == "/console/account/"
    assert "Supervisor" in guest.page.locator("main").inner_text()


def test_another_session_is_ended_from_the_list_and_its_next_click_leads_to_the_door(browser, house):
    desk, other = guest_of(browser, house, "en"), guest_of(browser, house, "en")
    desk.as_staff("agent", name="tao", stepped_up=True)
    other.open("/console/account/")
    type_password(other, "tao")
    other.fill(code=code_now())
    other.press("main form:has([name=code]) button")
    assert path(other) == "/console/account/"

    desk.open("/console/account/")
    assert desk.page.locator(".things form[action*=sessions]").count() == 1
    desk.press(".things form[action*=sessions] button")

    assert "The session was ended." in desk.page.locator("main").inner_text()
    other.press("nav a[href='/console/account/']")
    assert path(other) == "/console/login/?next=/console/account/"
    assert SignIn.objects.filter(user__username="tao", ended_because="by_member").count() == 1
    desk.context.close()
    other.context.close()


def test_a_disabled_member_is_out_at_the_next_click(guest):
    make_staff("kai", "agent")
    guest.open("/console/login/")
    type_password(guest, "kai")
    guest.fill(code=code_now())
    guest.press("main form button")

    operations.disable_member(name="kai", reason="left", at=clock.now(), by="staff:adam")
    guest.press("nav a[href='/console/account/']")

    assert path(guest).startswith("/console/login/")
    assert not User.objects.get(username="kai").is_active


def test_signing_in_works_without_a_mouse(guest):
    make_staff("noe", "agent")
    guest.open("/console/login/")
    page = guest.page
    page.locator("[name=username]").focus()
    page.keyboard.type("noe")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("[name=code]").focus()
    page.keyboard.type(code_now())
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert path(guest) == "/console/"
