"""The component's own page in a real browser: for who sits there, in two languages, and closed to every other page."""

from __future__ import annotations

import http.server
import re
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from reader.tests.conftest import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]

READ_ACROSS = """async (address) => {
  const told = [];
  for (const mode of ["cors", "no-cors"]) {
    try {
      const answer = await fetch(address, { mode });
      told.push(`${mode}: ${answer.type} ${(await answer.text()).length}`);
    } catch (error) { told.push(`${mode}: ${error.name}`); }
  }
  return told;
}"""
LOOK_INTO = """() => {
  if (window.opened.closed) { return "gone"; }
  try { return String(window.opened.document.body.innerText); } catch (error) { return error.name; }
}"""


@pytest.fixture
def own_page(stack):
    return stack.url("reader").replace("ws:", "http:").removesuffix("/v2") + "/"


@pytest.fixture
def stranger(stack):
    """A page of the portal that was never paired, on the wire."""
    page = Page(stack.url("reader"), origin=stack.env["PORTAL_URL"])
    page.greet()
    yield page
    page.close()


@pytest.fixture
def elsewhere(own_page):
    """The address of another program's page on this computer, with the component's in a frame."""
    frame = f'<!doctype html><title>x</title><iframe src="{own_page}?lang=en"></iframe>'.encode()

    class Framing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(frame)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Framing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def sitting_there(fresh_context, own_page):
    page = fresh_context.new_page()
    page.goto(own_page)
    return page


def test_the_number_appears_by_itself_and_goes_when_it_is_used(sitting_there, stranger):
    expect(sitting_there.get_by_role("heading", name="Pairing number")).to_have_count(0)

    stranger.ask("pair")
    shown = sitting_there.locator(".digits")
    expect(shown).to_have_text(re.compile(r"^\d{4}$"))
    kept = stranger.ask("pair_code", code=shown.inner_text())

    assert kept["ok"] is True
    expect(shown).to_have_count(0)


def test_a_pairing_is_removed_by_keyboard_and_its_page_is_a_stranger_again(sitting_there, stranger):
    stranger.ask("pair")
    shown = sitting_there.locator(".digits")
    expect(shown).to_have_count(1)
    stranger.ask("pair_code", code=shown.inner_text())
    expect(shown).to_have_count(0)
    rows = sitting_there.locator("#pairings li")
    count = rows.count()

    rows.first.get_by_role("button", name=re.compile("Remove the pairing of")).focus()
    sitting_there.keyboard.press("Enter")

    expect(rows).to_have_count(count - 1)
    assert stranger.ask("accounts")["error"]["code"] == "not_paired"


def test_the_portal_s_own_pages_can_not_read_the_number(stack, fresh_context, own_page, stranger):
    stranger.ask("pair")
    page = fresh_context.new_page()
    page.goto(f"{stack.env['PORTAL_URL']}/help/")

    told = page.evaluate(READ_ACROSS, own_page)

    with page.expect_popup() as popup:
        page.evaluate("(address) => { window.opened = window.open(address); }", own_page)
    expect(popup.value.locator(".digits")).to_be_visible()

    assert told == ["cors: TypeError", "no-cors: TypeError"]
    assert page.evaluate(LOOK_INTO) in {"gone", "SecurityError"}


def test_another_page_of_this_computer_can_neither_read_nor_frame_it(fresh_context, own_page, stranger, elsewhere):
    """A page without any policy of its own, so that only the component's can refuse."""
    stranger.ask("pair")
    page = fresh_context.new_page()

    page.goto(elsewhere)
    told = page.evaluate(READ_ACROSS, own_page)

    assert [frame.url for frame in page.frames] == [elsewhere, "chrome-error://chromewebdata/"]
    assert page.frame_locator("iframe").get_by_text("Card reader component").count() == 0
    assert told == ["cors: TypeError", "no-cors: TypeError"]


def test_it_has_no_barrier_in_both_languages_and_colours_wide_and_narrow(browser, own_page, stranger):
    stranger.ask("pair")
    found = []
    for locale, colours, width in (
        ("zh-TW", "light", 1280),
        ("zh-TW", "dark", 320),
        ("en-GB", "light", 320),
        ("en-GB", "dark", 1280),
    ):
        context = browser.new_context(
            locale=locale, color_scheme=colours, viewport={"width": width, "height": 900}, bypass_csp=True
        )
        page = context.new_page()
        page.goto(own_page)
        expect(page.locator(".digits")).to_be_visible()
        found += [(locale, colours, barrier["id"]) for barrier in Axe().run(page).response["violations"]]
        found += (
            [(locale, "scrolls sideways")]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            else []
        )
        context.close()

    assert found == []


def test_it_breaks_no_rule_of_its_own_policy(fresh_context, own_page):
    said = []
    page = fresh_context.new_page()
    page.on("console", lambda message: said.append(message.text))

    page.goto(own_page)
    page.wait_for_timeout(2000)

    assert said == []


def test_without_javascript_it_says_the_same(browser, own_page, stranger):
    stranger.ask("pair")
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()

    page.goto(own_page)

    expect(page.locator(".digits")).to_have_text(re.compile(r"^\d{4}$"))
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Card reader component")).to_be_visible()
    context.close()
