"""A person with a keyboard only: tabs on until the right thing has the focus, and sees at each stop where that is."""

from __future__ import annotations

from playwright.sync_api import Page

# More stops than any page has: who hasn't come by then never will.
STOPS_MAX = 150
_STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const shown = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  };
  const box = one.getBoundingClientRect();
  return {
    what: `${one.tagName.toLowerCase()} ${one.id || one.name || one.textContent.trim().slice(0, 40) || one.getAttribute('aria-label')}`,
    isShown: [one, ...document.querySelectorAll('body :has(:focus-visible)')].some(shown),
    isInView: box.bottom > 0 && box.top < innerHeight && box.width > 0,
  };
}"""


class Keys:
    """Each stop is kept; a stop without a visible focus, or out of sight, is an error at once."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stops: list[str] = []

    def to(self, selector: str, *, backwards: bool = False) -> None:
        """Tab until the first element that fits has the focus."""
        wanted = self.page.locator(selector).first
        wanted.wait_for()
        for _ in range(STOPS_MAX):
            self.step(backwards=backwards)
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"{selector} can't be reached; the last stops were {self.stops[-8:]}")

    def step(self, *, backwards: bool = False) -> str | None:
        """One Tab; what has the focus now, None between the page's end and its beginning."""
        before = self.page.evaluate_handle("document.activeElement")
        self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        stop = self.page.evaluate(_STOP)
        if stop is None:
            return None
        assert stop["isShown"], f"nobody sees that {stop['what']} has the focus"
        assert stop["isInView"], f"{stop['what']} has the focus out of sight"
        stays = self.page.evaluate("before => before === document.activeElement", before)
        assert not stays, f"the focus is trapped in {stop['what']}"
        self.stops.append(stop["what"])
        return stop["what"]

    def press(self, selector: str, key: str = "Enter") -> None:
        self.to(selector)
        self.page.keyboard.press(key)

    def type(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.type(text)

    def choose(self, selector: str, value: str) -> None:
        """Arrow down through a list or a group of radio buttons until this value is chosen."""
        self.to(selector)
        for _ in range(STOPS_MAX):
            if self.page.evaluate("() => document.activeElement.value") == value:
                if not self.page.evaluate("() => document.activeElement.checked !== false"):
                    self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} can't be chosen in {selector}")
