"""The reader doctor: a fault on the customer's computer, and the one light that names it."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.flows.conftest import ARGUMENTS, keep_pairing
from tests.flows.desk import in_its_place, nothing_in_its_place, without_script

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

NAMES = ["component", "version", "permission", "service", "reader", "card"]
STATIC = Path("portal/static/portal")


def lights(page):
    """Light → what it says, as the keys of diagnose.js."""
    return {name: page.locator(f"#light-{name}").get_attribute("data-key") for name in NAMES}


def states(page):
    return [page.locator(f"#light-{name}").get_attribute("class") for name in NAMES]


def expect_diagnosis(page, key):
    """This light alone is a problem; those before it are well, those after it are not spoken of."""
    name = key.split("-")[0]
    expect(page.locator(f"#light-{name}")).to_have_attribute("data-key", key)
    before, after = NAMES[: NAMES.index(name)], NAMES[NAMES.index(name) + 1 :]
    assert [state for state in states(page) if state == "problem"] == ["problem"]
    assert page.locator(f"#light-{name}").get_attribute("class") == "problem"
    assert {lights(page)[later] for later in after} <= {"later"}
    remedies = page.locator(".remedy:visible")
    expect(remedies).to_have_count(1)
    assert remedies.get_attribute("id") == f"remedy-{key}"
    assert remedies.locator("li").count() >= 1
    return [page.locator(f"#light-{earlier}").get_attribute("class") for earlier in before]


@pytest.fixture
def doctor(town, new_context):
    def open_doctor(locale="en-GB", query="", **options):
        page = new_context(locale=locale, **options).new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{town.portal}/reader/{query}")
        return page

    return open_doctor


FAULTS = {
    "component not running": ("component-missing", nothing_in_its_place),
    "another program on the port": ("component-foreign", lambda stack: in_its_place(stack, "foreign")),
    "a silent program on the port": ("component-foreign", lambda stack: in_its_place(stack, "silent")),
    "component too old": ("version-too_old", lambda stack: in_its_place(stack, "too_old")),
    "component of the first protocol": ("version-too_old", lambda stack: in_its_place(stack, "first")),
    "smart card service missing": ("service-missing", lambda stack: in_its_place(stack, "no_service")),
    "reader unplugged": ("reader-none", lambda stack: in_its_place(stack, "no_reader")),
    "no card": ("card-none", lambda stack: contextlib.nullcontext()),
    "no card in a real reader": ("card-none", lambda stack: in_its_place(stack, "no_card")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_one_diagnosis(stack, doctor, fault):
    key, make = FAULTS[fault]
    with make(stack):
        page = doctor()

        before = expect_diagnosis(page, key)

        assert set(before) <= {"ok"}
        expect(page.locator("#verdict")).to_contain_text("Look here: ")


def test_an_impostor_is_a_diagnosis_too(stack, doctor, tmp_path):
    with in_its_place(stack, "ours", state=tmp_path / "theirs"):
        page = doctor()

        expect_diagnosis(page, "component-unproved")

        expect(page.locator("#pairing")).to_be_visible()


# What the address space of a page is, Chromium is told here: all of a test's pages are on this computer.
@pytest.fixture
def guarded_page(stack, playwright_of_browser):
    """A page that Chromium takes for one of the internet, from which it guards this computer."""
    space = f"--ip-address-space-overrides=127.0.0.1:{stack.ports.web}=public"
    browser = playwright_of_browser.chromium.launch(executable_path=os.environ["CHROMIUM"], args=[*ARGUMENTS, space])
    context = keep_pairing(browser.new_context(locale="en-GB"), stack)
    yield context.new_page()
    browser.close()


@pytest.fixture
def playwright_of_browser(browser):
    """Playwright runs once in a process: the one that the browser of all tests came from."""
    return type("Running", (), {"chromium": browser.browser_type})


def permit(page, setting):
    """Answer Chromium's question beforehand."""
    session = page.context.browser.new_browser_cdp_session()
    for name in ("local-network-access", "local-network", "loopback-network"):
        with contextlib.suppress(Exception):  # this version of Chromium knows some of them
            asked = {"permission": {"name": name}, "setting": setting}
            session.send("Browser.setPermission", asked)


def test_a_browser_that_was_told_to_block_is_the_diagnosis(town, guarded_page):
    permit(guarded_page, "denied")
    guarded_page.goto(f"{town.portal}/reader/")

    before = expect_diagnosis(guarded_page, "permission-denied")

    assert before == ["off", "off"]


def test_all_well_says_so_and_follows_what_happens(town, doctor):
    page = doctor()
    expect_diagnosis(page, "card-none")

    town.insert(town.newcomer())

    expect(page.locator("#verdict")).to_have_text("All six are well. Your payment is in the other tab: go on there.")
    assert states(page) == ["ok"] * 6
    expect(page.locator(".remedy:visible")).to_have_count(0)
    town.take_out()
    expect_diagnosis(page, "card-none")


@pytest.mark.parametrize(
    ("system", "says"),
    [("windows", "services.msc"), ("macos", "restart your Mac"), ("linux", "sudo apt install pcscd")],
)
def test_the_remedy_is_that_of_the_computer(stack, doctor, system, says):
    with in_its_place(stack, "no_service"):
        page = doctor(query=f"?system={system}")

        expect_diagnosis(page, "service-missing")

        expect(page.locator("#remedy-service-missing")).to_contain_text(says)


def test_it_speaks_chinese(stack, doctor):
    with nothing_in_its_place(stack):
        page = doctor("zh-TW")

        expect_diagnosis(page, "component-missing")

        expect(page.locator("#verdict")).to_have_text("請看這裡：讀卡機元件。這台電腦上沒有元件回應。")
        expect(page.locator("#remedy-component-missing li").first).to_contain_text("還沒安裝嗎？")
        assert not re.search("[A-Za-z]{4,}", page.locator("#light-card").inner_text())


def test_the_browser_can_be_connected_here_too(town, fresh_context):
    page = fresh_context.new_page()
    page.goto(f"{town.portal}/reader/")
    town.insert(town.newcomer())
    expect(page.locator("#verdict")).to_contain_text("One step is left")
    with fresh_context.expect_page() as opened:
        page.get_by_role("link", name="Show the number").click()
    number = re.sub(r"\D", "", opened.value.locator(".digits").inner_text())

    page.get_by_label("Four-digit number").fill(number)
    page.get_by_role("button", name="Connect", exact=True).click()

    expect(page.locator("#verdict")).to_have_text("All six are well. Your payment is in the other tab: go on there.")
    expect(page.locator("#pairing")).to_be_hidden()


def test_the_report_names_what_was_seen_and_nobody(town, stack, doctor):
    payer = town.newcomer()
    town.insert(payer)
    page = doctor(permissions=["clipboard-read", "clipboard-write"])
    expect(page.locator("#light-card")).to_have_class("ok")

    page.get_by_role("button", name="Copy a report for customer service").click()

    expect(page.locator("#verdict")).to_contain_text("The report is copied.")
    report = page.evaluate("navigator.clipboard.readText()")
    assert all(f"({light}-" in report for light in NAMES)
    assert "Chrome/" in report
    assert "Component: 2.0.0 direct" in report
    assert f"Card serial ends with: {payer.serial[-3:]}" in report
    for secret in (payer.serial, *payer.accounts, payer.password, *stack.pairing.values()):
        assert secret not in report


def test_check_again_looks_again_and_keeps_the_focus(stack, doctor):
    page = doctor()
    expect_diagnosis(page, "card-none")
    page.locator("#check-again").focus()

    with page.expect_websocket():
        page.keyboard.press("Enter")

    expect(page.locator("#light-card")).to_have_attribute("data-key", "card-none")
    expect_diagnosis(page, "card-none")
    expect(page.locator("#check-again")).to_be_focused()


def test_without_javascript_it_says_what_to_check_by_hand(town, browser):
    context = without_script(browser, "en-GB")
    page = context.new_page()
    page.goto(f"{town.portal}/reader/?system=macos")

    expect(page.get_by_text("Below is what you can check by hand")).to_be_visible()
    expect(page.locator(".remedy:visible")).to_have_count(page.locator(".remedy").count())
    expect(page.locator("#doctor")).to_be_hidden()
    page.get_by_role("link", name="Windows").click()
    expect(page.get_by_text("services.msc")).to_be_visible()
    context.close()


# ---------- the function alone ----------

WELL = {
    "component": "ready",
    "version": "2.0.0",
    "transport": "pcsc",
    "permission": "granted",
    "reader": "ready",
    "card": "ready",
}
GONE = {
    "component": "searching",
    "version": "",
    "transport": "",
    "permission": "none",
    "reader": "waiting",
    "card": "waiting",
}

TABLE = [
    (WELL, "ok ok ok ok ok ok", None),
    (WELL | {"component": "unpaired"}, "ok ok ok ok ok ok", None),
    (GONE, "wait off off off off off", "component-searching"),
    (GONE | {"component": "missing"}, "problem off off off off off", "component-missing"),
    (GONE | {"component": "foreign"}, "problem off off off off off", "component-foreign"),
    (WELL | {"component": "unproved"}, "problem off off off off off", "component-unproved"),
    (GONE | {"component": "too_old", "version": "1.0.0"}, "ok problem off off off off", "version-too_old"),
    (GONE | {"component": "blocked", "permission": "denied"}, "off off problem off off off", "permission-denied"),
    (GONE | {"component": "blocked", "permission": "unsupported"}, "off off problem off off off", "permission-unsupported"),
    (GONE | {"permission": "prompt"}, "off off wait off off off", "permission-prompt"),
    (WELL | {"reader": "waiting", "card": "waiting"}, "ok ok ok wait off off", "service-waiting"),
    (WELL | {"reader": "no_driver", "card": "waiting"}, "ok ok ok problem off off", "service-missing"),
    (WELL | {"reader": "none", "card": "waiting"}, "ok ok ok ok problem off", "reader-none"),
    (WELL | {"card": "none"}, "ok ok ok ok ok problem", "card-none"),
    (WELL | {"card": "unreadable"}, "ok ok ok ok ok problem", "card-unreadable"),
    (WELL | {"card": "locked"}, "ok ok ok ok ok problem", "card-locked"),
]  # fmt: skip


@pytest.fixture(scope="module")
def diagnosing(browser):
    page = browser.new_page()
    page.add_script_tag(path=STATIC / "diagnose.js")
    yield page
    page.close()


@pytest.mark.parametrize(("facts", "wanted", "speaks_of"), TABLE)
def test_facts_have_their_lights(diagnosing, facts, wanted, speaks_of):
    found = diagnosing.evaluate("facts => OutpostDiagnosis.diagnose(facts)", facts)
    first = diagnosing.evaluate("lights => OutpostDiagnosis.trouble(lights)", found)

    assert [light["state"] for light in found] == wanted.split()
    assert (first and first["key"]) == speaks_of
