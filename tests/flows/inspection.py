"""Looking at a page as a strict reader does: what axe finds, what overflows, what moves, what is untranslated, what points nowhere."""

from __future__ import annotations

import functools
import json
import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.test_translations import translated

# Names that shops, cards and people bring, and what official papers print: the same in every language.
DATA = re.compile(
    "薪資帳戶|存簿儲金|Harbour (?:Mall|Bank)|Clay teapot|Paper lamp|Hand-thrown stoneware teapot[a-z ,]*"
    r"|\([\u4e00-\u9fff]{2,3}\)|西元日期,星期,是否放假,備註|補行上班"
)
CHINESE = re.compile(r"[\u3400-\u9fff]")
SENTENCE = re.compile(r"[A-Za-z’']+(?: [A-Za-z’']+){3,}")
# WCAG 1.4.12: the distances that a reader may set.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""

_SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const inside = (one) => { for (let up = one.parentElement; up; up = up.parentElement) {
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(up).overflowX)) return true; } return false; };
  return [...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > wide + 1 && !inside(one))
    .map((one) => `${one.tagName} .${one.className}`).slice(0, 4).concat('scrolls sideways');
}"""
_LOST = """() => [...document.body.querySelectorAll('*')].filter((one) => {
  const style = getComputedStyle(one);
  if (one.matches('.visually-hidden, svg, svg *, input, select, .skip') || !one.textContent.trim()) return false;
  if (style.clipPath === 'inset(50%)') return false; // for ears only
  const cut = (way, inner, outer) => ['hidden', 'clip'].includes(way) && inner > outer + 1;
  return cut(style.overflowX, one.scrollWidth, one.clientWidth) || cut(style.overflowY, one.scrollHeight, one.clientHeight);
}).map((one) => `${one.tagName} .${one.className} is cut`)"""
_STRUCTURE = """() => {
  const found = [], seen = new Set();
  for (const one of document.querySelectorAll('[id]')) {
    if (seen.has(one.id)) found.push(`two elements are named ${one.id}`);
    seen.add(one.id);
  }
  for (const name of ['for', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'list']) {
    for (const one of document.querySelectorAll(`[${name}]`)) {
      for (const id of one.getAttribute(name).split(/\\s+/).filter(Boolean)) {
        if (!seen.has(id)) found.push(`${name} points at ${id}, which is not there`);
      }
    }
  }
  for (const one of document.querySelectorAll('a[href^="#"]')) {
    if (one.closest('.swagger-ui') || one.getAttribute('href').length < 2) continue;
    if (!seen.has(decodeURIComponent(one.hash.slice(1)))) found.push(`${one.hash} leads nowhere`);
  }
  const headings = document.querySelectorAll('h1:not(.swagger-ui h1)').length;
  if (headings !== 1) found.push(`${headings} h1`);
  if (!document.title.trim()) found.push('no title');
  if (!document.querySelector('main, [role=main]')) found.push('no main');
  const inline = [...document.querySelectorAll('[style], style, script:not([src]), [onclick]')];
  // The pay page's script keeps the height of its stage, through the CSSOM.
  if (inline.some((one) => !one.closest('.swagger-ui') && !one.matches('#pay-stage'))) found.push('something is inline');
  return found;
}"""
_TEXTS = """() => {
  const found = [];
  const language = (one) => (one.closest('[lang]') || document.documentElement).lang;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest('script, noscript, template, code')) found.push([language(parent), walker.currentNode.data]);
  }
  for (const one of document.querySelectorAll('[alt], [aria-label], [placeholder], [title]')) {
    for (const name of ['alt', 'aria-label', 'placeholder', 'title']) found.push([language(one), one.getAttribute(name) || '']);
  }
  found.push([language(document.querySelector('h1') || document.body), document.title]);  // a title has no lang of its own
  return found.map(([lang, text]) => [lang, text.replace(/\\s+/g, ' ').trim()]).filter(([, text]) => text);
}"""


# The reference of the API is drawn by Swagger UI, whose colours and landmarks are not ours.
ELSEWHERE = ".swagger-ui"


def inject_axe(page: Page) -> None:
    page.evaluate(Axe().axe_script)


def barriers(page: Page, *rules: str) -> list[str]:
    """What axe finds here and now: all of its rules, or these."""
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    within = {"include": [["html"]], "exclude": [[ELSEWHERE]]}
    found = page.evaluate(f"axe.run({json.dumps(within)}, {json.dumps(options)})")["violations"]
    if page.locator(f"{ELSEWHERE} main").count():  # a landmark of the vendor's inside ours, counted though left out
        found = [one for one in found if one["id"] != "landmark-no-duplicate-main"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"][:3]]


def sideways(page: Page) -> list[str]:
    return page.evaluate(_SIDEWAYS)


def spaced_out(page: Page) -> list[str]:
    """What is lost when the reader sets the text wider; the page stays that wide."""
    page.evaluate(
        "(css) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        " document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }",
        SPACED,
    )
    return sideways(page) + page.evaluate(_LOST)


def narrow_back(page: Page) -> None:
    page.evaluate("document.adoptedStyleSheets = []")


def moving(page: Page) -> list[str]:
    """What runs, and what would run on the next hover, for somebody who asked for less motion."""
    return page.evaluate(
        """() => document.getAnimations().map((one) => `${one.constructor.name} runs`).concat(
          [...document.querySelectorAll('*')].filter((one) => {
            const style = getComputedStyle(one);
            return style.animationName !== 'none' || style.transitionDuration.split(', ').some((time) => time !== '0s');
          }).map((one) => `${one.tagName} .${one.className} would move`))"""
    )


def structure(page: Page) -> list[str]:
    return page.evaluate(_STRUCTURE)


def untranslated(page: Page, language: str) -> list[str]:
    """Texts that stand in the other language without saying so."""
    return [text for lang, text in page.evaluate(_TEXTS) if _is_foreign(DATA.sub("", text).strip(), lang, language)]


def _is_foreign(text: str, lang: str, language: str) -> bool:
    is_english = lang.startswith("en")
    if is_english != (language == "en"):
        return False  # marked as the other language, and read aloud as such
    if is_english:
        return bool(CHINESE.search(text))
    return text in english_texts() or bool(SENTENCE.search(text))


@functools.cache
def english_texts() -> frozenset[str]:
    """Every text of ours whose Chinese is another."""
    known = translated()
    return frozenset(text for text, chinese in known.items() if text != chinese and re.search("[A-Za-z]{2}", text))
