"""The install page: the right file for each computer, checked and from our own origin, and a light that says it is there."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.flows.desk import nothing_in_its_place, without_script

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]


@pytest.fixture
def install(town, new_context):
    def open_page(query="", locale="en-GB", **options):
        page = new_context(locale=locale, **options).new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{town.portal}/reader/install/{query}")
        return page

    return open_page


@pytest.mark.parametrize(
    ("system", "ending", "typed"),
    [
        ("windows", ".pyz", "py %USERPROFILE%\\Downloads\\{name} install --allow-origin {origin}"),
        ("macos", ".pyz", "python3 ~/Downloads/{name} install --allow-origin {origin}"),
        ("linux", ".deb", "sudo apt install ~/Downloads/{name}"),
    ],
)
def test_each_computer_gets_its_file_and_its_steps(town, install, system, ending, typed):
    page = install(f"?system={system}")
    link = page.get_by_role("link", name=re.compile("^Download "))
    with page.expect_download() as started:
        link.click()
    content = started.value.path().read_bytes()
    name = started.value.suggested_filename

    assert name.endswith(ending)
    assert started.value.url.startswith(f"{town.portal}/reader/download/")
    page.get_by_text("Check that the file is ours and whole").click()
    expect(page.get_by_text(hashlib.sha256(content).hexdigest())).to_be_visible()
    expect(page.locator(".typed", has_text=typed.format(name=name, origin=town.portal))).to_be_visible()


def test_what_is_downloaded_is_the_component(install, tmp_path):
    page = install("?system=macos")
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("^Download ")).click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)

    told = subprocess.run([sys.executable, "-I", file, "--version"], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "2.0.0"


def test_nothing_but_the_package_can_be_asked_for(town, install):
    page = install()

    for wrong in ("origins", "..%2fkeys.json", "%2e%2e%2fkeys.json", "outpost-reader-9.9.9.pyz", ".env"):
        assert page.request.get(f"{town.portal}/reader/download/{wrong}").status == 404
    sums = page.request.get(f"{town.portal}/reader/download/SHA256SUMS")
    assert sums.status == 200
    assert "attachment" in sums.headers["content-disposition"]


@pytest.mark.parametrize(
    ("platform", "chosen"),
    [('"Windows"', "Windows"), ('"macOS"', "macOS"), ('"Linux"', "Linux"), ('"Android"', "Linux")],
)
def test_the_kind_of_computer_is_seen_and_can_be_changed(install, platform, chosen):
    page = install(extra_http_headers={"Sec-CH-UA-Platform": platform})

    expect(page.locator(".systems [aria-current]")).to_have_text(chosen)
    page.get_by_role("link", name="macOS").click()
    expect(page.locator(".systems [aria-current]")).to_have_text("macOS")


def test_it_sees_the_component_come(stack, install):
    with nothing_in_its_place(stack):
        page = install()
        expect(page.locator("#light-component")).to_have_class("problem")
        expect(page.locator("#verdict")).to_contain_text("No component answers on this computer.")

    page.get_by_role("button", name="Check now").click()

    expect(page.locator("#verdict")).to_contain_text("The component is there and new enough.")
    expect(page.locator("#light-version")).to_contain_text("Version 2.0.0 is new enough.")


def test_it_speaks_chinese(install):
    page = install("?system=windows", locale="zh-TW")

    expect(page.get_by_role("heading", name="安裝元件")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^下載 outpost-reader"))).to_be_visible()
    expect(page.locator("#verdict")).to_contain_text("元件已安裝好")
    page.get_by_text("如何移除").click()
    expect(page.get_by_text("uninstall")).to_be_visible()


def test_without_javascript_it_is_all_there_but_the_light(town, browser):
    context = without_script(browser, "en-GB")
    page = context.new_page()
    page.goto(f"{town.portal}/reader/install/?system=linux")

    expect(page.get_by_role("link", name=re.compile("^Download "))).to_be_visible()
    expect(page.get_by_text("Open the component's own page")).to_be_visible()
    expect(page.locator("#doctor")).to_be_hidden()
    context.close()


def test_it_is_reached_from_home_help_pay_page_and_doctor(town, visit):
    page = visit.page
    for path in ("/", "/help/", "/reader/"):
        page.goto(f"{town.portal}{path}")
        assert page.locator("a[href^='/reader/install/']").count() >= 1
    visit.order("Clay teapot")
    visit.to_pay_page()
    expect(page.locator("a[href='/reader/install/']")).to_be_visible()
    expect(page.locator("a[href='/reader/']")).to_be_visible()
