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
    """What one look at a screen found, by kind. A look that found nothing is like a fresh one."""

    # What axe reports: at 1280 and 320 pixels, and weak contrast in the dark.
    barriers: list[str] = field(default_factory=list)
    # What scrolls sideways: at both widths, and at 400 %.
    sideways: list[str] = field(default_factory=list)
    # What is cut off when the reader spaces the text.
    lost: list[str] = field(default_factory=list)
    # What moves although less motion was asked for.
    moving: list[str] = field(default_factory=list)
    # Ids that stand twice, references to nothing, no h1 or two, inline style or script.
    structure: list[str] = field(default_factory=list)
    # Texts in the other language that don't say so.
    untranslated: list[str] = field(default_factory=list)
    # Requests that leave for another origin.
    foreign: list[str] = field(default_factory=list)
    # Errors of scripts, and what the content security policy forbade.
    complaints: list[str] = field(default_factory=list)
    # A language switch that leads elsewhere or is forgotten.
    language: list[str] = field(default_factory=list)
    # Answers on the way that don't get the observatory's best grade.
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
            look.barriers += at(name, inspection.barriers(page))
            look.sideways += at(name, inspection.sideways(page))
            look.lost += at(name, inspection.spaced_out(page))
            inspection.narrow_back(page)
        page.set_viewport_size(ZOOMED)
        look.sideways += at("400 %", inspection.sideways(page))
        page.emulate_media(color_scheme="dark")
        look.barriers += at("dark", inspection.barriers(page, "color-contrast"))
        look.language = language_kept(page, language)
    finally:
        page.close()
    return look


def at(place: str, found: list[str]) -> list[str]:
    return [f"{place}: {one}" for one in found]


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
    landed = urlsplit(page.url).path
    # What answered a refused sending is shown again by the page of the code, whose address is signed anew.
    is_its_form = path.endswith("/send/") and landed.endswith("/code/") and path.split(":")[0] == landed.split(":")[0]
    found = [] if landed == path or is_its_form else [f"led to {page.url}"]
    lang = page.locator("html").get_attribute("lang")
    found += [] if lang.startswith(other) else [f"lang is {lang}"]
    kept = [one["value"][:2] for one in page.context.cookies() if "language" in one["name"]]
    return found + ([f"the browser keeps {kept}"] if is_kept and kept != [other] else [])


def of_world(screen, language):
    """A stack serves all flows; the house has two workers, one a language."""
    group = "stack" if screen.world == "town" else f"house-{language}"
    return pytest.param(screen, language, id=f"{screen.name}-{language}", marks=pytest.mark.xdist_group(group))


@pytest.fixture(scope="module")
def contexts(browser):
    """By world and language: a browser that keeps styles and scripts from screen to screen, which takes half the time."""
    made = {}
    yield made
    for context in made.values():
        context.close()


def world_of(screen, request):
    if screen.world == "house":
        return request.getfixturevalue("house")
    stack = request.getfixturevalue("stack")
    return Town(stack.url("web"), stack.url("sandbox"), stack.env)


@pytest.mark.parametrize(
    ("screen", "language"), [of_world(screen, language) for language in LANGUAGES for screen in SCREENS]
)
def test_nobody_meets_a_barrier_a_foreign_word_or_a_foreign_origin_on_this_screen(
    screen, language, request, browser, contexts
):
    world, kind = world_of(screen, request), (screen.world, language)
    if kind not in contexts:
        contexts[kind] = context_of(browser, world, language, reduced_motion="reduce")

    assert look_at(screen, guest_in(contexts[kind], world, language)) == Look()
