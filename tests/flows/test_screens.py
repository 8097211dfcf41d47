"""`./screens`: a picture of every screen, wide and narrow, light and dark, in both languages, and one page that shows them all."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

import pytest

from tests.flows.gallery import LANGUAGES, NARROW, SCREENS, WIDE, context_of, guest_in

FOLDER = os.environ.get("OUTPOST_SCREENS", ".outpost/screens")
pytestmark = [pytest.mark.browser]
SIZES = {"1280": WIDE, "320": NARROW}


@pytest.fixture(scope="module")
def contexts(browser):
    made = {}
    yield made
    for context in made.values():
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_pictures(screen, language, browser, contexts, request):
    world, kind = request.getfixturevalue(screen.world), (screen.world, language)
    if kind not in contexts:
        contexts[kind] = context_of(browser, world, language, reduced_motion="reduce")
    guest = guest_in(contexts[kind], world, language)
    guest.page.set_viewport_size(WIDE)
    screen.reach(guest)
    for size, viewport in SIZES.items():
        guest.page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            guest.page.emulate_media(color_scheme=scheme)
            name = f"{SCREENS.index(screen):03d}-{screen.name}.{size}.{scheme}.{language}.png"
            guest.page.screenshot(path=Path(FOLDER) / name, full_page=True)
    guest.page.close()
    contact_sheet(Path(FOLDER))


def contact_sheet(folder: Path) -> None:
    """All pictures on one page, a row a screen."""
    rows = []
    for index, screen in enumerate(SCREENS):
        pictures = sorted(folder.glob(f"{index:03d}-{screen.name}.*.png"))
        images = "".join(
            f'<a href="{escape(one.name)}"><img loading="lazy" src="{escape(one.name)}" alt="{escape(one.stem)}"></a>'
            for one in pictures
        )
        rows.append(f"<h2>{escape(screen.name)}</h2><p>{images}</p>")
    picture = "img{height:26rem;width:auto;margin:.3rem;object-fit:cover;object-position:top;max-width:24rem}"
    style = f"body{{font:1rem system-ui;background:#888}}{picture}"
    page = f"<!doctype html><meta charset=utf-8><title>Screens</title><style>{style}</style>{''.join(rows)}"
    (folder / "index.html").write_text(page)
