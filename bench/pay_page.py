"""How fast and how heavy is the pay page? Cold and warm, in a real browser, each beside the limit that it must keep.

    WEB_PORT=8000 ./run            (in another terminal)
    .venv/bin/python -m bench.pay_page --portal http://127.0.0.1:8000 --sandbox http://127.0.0.1:8001 [--chromium PATH] [--runs 5]

Timings are medians in milliseconds since navigation began. Time to interactive is the end of the last long task (over 50 ms) before
two quiet seconds, or DOMContentLoaded when there was none; total blocking time is what long tasks took beyond 50 ms each.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

LIMITS = {"bytes": 100_000, "interactive": 1000, "cls": 0}
QUIET_MS = 2000

WATCH = """
window.seen = { long: [], shifts: 0, lcp: 0 };
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
watch("longtask", (task) => window.seen.long.push([task.startTime, task.duration]));
watch("layout-shift", (shift) => { window.seen.shifts += shift.value; });
watch("largest-contentful-paint", (paint) => { window.seen.lcp = paint.startTime; });
"""

READ = """
() => {
  const [navigation] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const loaded = navigation.domContentLoadedEventEnd;
  const { long, shifts, lcp } = window.seen;
  return {
    first_byte: navigation.responseStart,
    dom_content_loaded: loaded,
    first_contentful_paint: paint ? paint.startTime : 0,
    largest_contentful_paint: lcp,
    interactive: Math.max(loaded, ...long.map(([start, took]) => start + took)),
    blocking: long.reduce((sum, [, took]) => sum + Math.max(0, took - 50), 0),
    cls: shifts,
  };
}
"""


def order(page: Page, sandbox: str) -> str:
    """A new order at the sandbox's shop; gives the address of its pay page."""
    page.goto(f"{sandbox}/shop/")
    page.get_by_role("button", name="Add to cart: Clay teapot").click()
    page.get_by_role("button", name="Confirm the order").click()
    page.get_by_role("button", name="ATM Card Payment").click()
    page.wait_for_url("**/pay/**")
    return page.url


def measure(context: BrowserContext, address: str) -> dict[str, Any]:
    """One visit of the page."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="load")
    page.wait_for_timeout(QUIET_MS)
    found: dict[str, Any] = page.evaluate(READ)
    page.close()
    return found | {"bytes": sum(sizes), "requests": len(sizes)}


def visits(browser: Browser, address: str, runs: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": []}
    for _ in range(runs):
        context = browser.new_context(locale="zh-TW", viewport={"width": 1280, "height": 900})
        context.add_init_script(WATCH)
        for kind in ("cold", "warm"):
            found[kind].append(measure(context, address))
        context.close()
    return found


def report(found: dict[str, list[dict[str, Any]]]) -> tuple[list[str], bool]:
    """The medians, each beside its limit if it has one; and whether one is broken."""
    lines, is_broken = [], False
    for kind, measured in found.items():
        lines.append(f"{kind}:")
        for name in measured[0]:
            value, limit = statistics.median(visit[name] for visit in measured), LIMITS.get(name)
            is_over = limit is not None and value > limit
            is_broken = is_broken or is_over
            kept = "" if limit is None else f"   limit {limit:,}{'  BROKEN' if is_over else ''}"
            lines.append(f"  {name:<26}{value:>10,.0f}{kept}")
    return lines, is_broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portal", default="http://127.0.0.1:8000")
    parser.add_argument("--sandbox", default="http://127.0.0.1:8001")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"])
        shopper = browser.new_page(locale="en-GB")
        found = visits(browser, order(shopper, options.sandbox), options.runs)
        browser.close()
    lines, is_broken = report(found)
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if is_broken else 0


if __name__ == "__main__":
    sys.exit(main())
