"""Every screen in both languages: no barrier, nothing lost when narrow or large, nothing foreign, nothing untranslated."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response

from tests.flows import inspection
from tests.flows.gallery import LANGUAGES, NARROW, SCREENS, WIDE, context_of, guest_in
from tests.flows.town import Town
from tests.observatory import Answer, grade

pytestmark = [pytest.mark.browser]
# A browser keeps a file without the header that demands https: each is graded as it came.
GRADED: set[str] = set()
# A page of 1280 x 1024 at 400 %.
ZOOMED = {"width": 320, "height": 256}


@dataclass
class Look:
    """What one look at a screen found, by kind; each kind is a test."""

    barriers: dict[str, list[str]] = field(default_factory=dict)
    sideways: dict[str, list[str]] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    moving: list[str] = field(default_factory=list)
    structure: list[str] = field(default_factory=list)
    untranslated: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    language: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)


def look_at(screen, guest) -> Look:
    page, language, look = guest.page, guest.language, Look()
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    answers: list[Response] = []
    page.on("request", lambda request: look.foreign.extend(foreign(request.url)))
    page.on("response", lambda response: answers.append(response))  # noqa: PLW0108 - Playwright wraps no built-in
    page.on("pageerror", lambda error: look.complaints.append(str(error)))
    page.on("console", lambda said: look.complaints.extend([said.text] if "Content Security" in said.text else []))
    try:
        screen.reach(guest)
        ours = [] if screen.world == "town" else [one for one in answers if one.url.startswith(guest.house.url)]
        look.headers = below_the_best(ours, page.url, page.content())
        look.structure = inspection.structure(page)
        look.untranslated = inspection.untranslated(page, language)
        look.moving = inspection.moving(page)
        inspection.inject_axe(page)
        for name, viewport in (("1280", WIDE), ("320", NARROW)):
            page.set_viewport_size(viewport)
            look.barriers[name] = inspection.barriers(page)
            look.sideways[name] = inspection.sideways(page)
            look.lost[name] = inspection.spaced_out(page)
            inspection.narrow_back(page)
        page.set_viewport_size(ZOOMED)
        look.sideways["400 %"] = inspection.sideways(page)
        page.emulate_media(color_scheme="dark")
        look.barriers["dark"] = inspection.barriers(page, "color-contrast")
        look.language = language_kept(page, language)
    finally:
        page.close()
    return look


def below_the_best(answers: list[Response], here: str, html: str) -> list[str]:
    """Pages, pictures, scripts, redirects and problems: what the observatory would not give its best grade."""
    found = []
    for one in answers:
        if one.url.endswith("/icon.svg"):
            continue  # the browser asks for its tab's icon by itself, without our proxy's word for https
        if "/static/" in one.url and one.url in GRADED:
            continue
        GRADED.add(one.url)
        url = one.url.replace("http://", "https://", 1)
        headers = [(header["name"], header["value"]) for header in one.headers_array()]
        letter, score, faults = grade(Answer(url, headers, html if one.url == here else ""))
        found += [] if letter == "A+" else [f"{one.url}: {letter} ({score}): {', '.join(faults)}"]
    return found


def foreign(address: str) -> list[str]:
    """Anything but this computer, which is all there is here: portal, sandbox, and the customer's component."""
    is_ours = address.startswith(("data:", "blob:")) or urlsplit(address).hostname == "127.0.0.1"
    return [] if is_ours else [address]


def language_kept(page, language: str) -> list[str]:
    """Press the switch: the same page in the other language, which the browser keeps for every next one.

    The component keeps nothing: the address of its own page says the language.
    """
    path = urlsplit(page.url).path
    is_kept = page.locator("a.language").count() == 0
    with page.expect_navigation():
        page.locator("form.language button, form.console-language button, a.language").first.click()
    other = "zh" if language == "en" else "en"
    found = [] if urlsplit(page.url).path == path else [f"led to {page.url}"]
    lang = page.locator("html").get_attribute("lang")
    found += [] if lang.startswith(other) else [f"lang is {lang}"]
    kept = [one["value"][:2] for one in page.context.cookies() if "language" in one["name"]]
    return found + ([f"the browser keeps {kept}"] if is_kept and kept != [other] else [])


def of_world(screen, language):
    """A stack serves all flows; the house has two workers, one a language."""
    group = "stack" if screen.world == "town" else f"house-{language}"
    return pytest.param((screen, language), id=f"{screen.name}-{language}", marks=pytest.mark.xdist_group(group))


@pytest.fixture(scope="module")
def contexts(browser):
    """By world and language: a browser that keeps styles and scripts from screen to screen, which takes half the time."""
    made = {}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture(scope="module", params=[of_world(screen, language) for language in LANGUAGES for screen in SCREENS])
def look(request, browser, contexts) -> Look:
    """Looked at once; pytest runs all tests of one screen after another."""
    screen, language = request.param
    world, kind = world_of(screen, request), (screen.world, language)
    if kind not in contexts:
        contexts[kind] = context_of(browser, world, language, reduced_motion="reduce")
    return look_at(screen, guest_in(contexts[kind], world, language))


def world_of(screen, request):
    if screen.world == "house":
        return request.getfixturevalue("house")
    stack = request.getfixturevalue("stack")
    return Town(stack.url("web"), stack.url("sandbox"), stack.env)


def test_axe_finds_no_barrier_wide_narrow_or_dark(look):
    assert look.barriers == {"1280": [], "320": [], "dark": []}


def test_nothing_scrolls_sideways_at_320_pixels_or_400_percent(look):
    assert look.sideways == {"1280": [], "320": [], "400 %": []}


def test_nothing_is_lost_when_the_reader_spaces_the_text(look):
    assert look.lost == {"1280": [], "320": []}


def test_nothing_moves_for_who_asked_for_less_motion(look):
    assert look.moving == []


def test_ids_are_unique_and_what_is_pointed_at_exists(look):
    assert look.structure == []


def test_no_text_is_left_in_the_other_language(look):
    assert look.untranslated == []


def test_nothing_is_asked_of_another_origin_and_the_policy_has_no_complaint(look):
    assert look.foreign == []
    assert look.complaints == []


def test_every_answer_on_the_way_gets_the_observatorys_best_grade(look):
    assert look.headers == []


def test_the_language_switch_keeps_the_page_and_is_remembered(look):
    assert look.language == []
