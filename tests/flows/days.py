"""A member of staff at work in a browser: what their pages offer, what they send all the same, and whether a row has moved."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import connection
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser

from tests.flows.gallery import guest_of
from tests.flows.house import Guest, House

# Rows that every request leaves: who looked, where a session stands. Everything else is money, rules, cases, rights.
_NOT_COUNTED = ("audit_", "django_session", "django_migrations", "staff_signin")
_number = itertools.count(1)

# Sent by the page itself, with the form token that stands in it, as its own forms are.
_SEND = """async ({method, path, form}) => {
  const how = {method, headers: {}};
  if (method !== "GET") {
    how.body = new URLSearchParams(form);
    how.headers["X-CSRFToken"] = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  }
  const answer = await fetch(path, how);
  const type = answer.headers.get("content-type") || "";
  return {status: answer.status, path: new URL(answer.url).pathname, text: type.includes("text") ? await answer.text() : ""};
}"""
# A page of the console read by the browser without showing it: its links, and its forms that send and have a button.
_OFFERED = """async (path) => {
  const answer = await fetch(path);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const absolute = (address) => new URL(address, answer.url);
  const buttons = "button:not([type=button]):not([formaction]), input[type=submit]";
  const sending = [...page.querySelectorAll("form")].filter(one => one.method === "post" && one.querySelector(buttons));
  const elsewhere = [...page.querySelectorAll("[formaction]")].map(one => one.getAttribute("formaction"));
  return {
    status: answer.status,
    path: absolute("").pathname,
    links: [...page.querySelectorAll("a[href]")].map(one => absolute(one.getAttribute("href")).href),
    forms: [...sending.map(one => one.getAttribute("action") || ""), ...elsewhere].map(one => absolute(one).pathname),
  };
}"""


@dataclass(frozen=True)
class Answer:
    status: int
    path: str
    text: str


@dataclass
class Walked:
    """What was seen on the way: each kind of page once, the forms by address name, and links that lead nowhere."""

    pages: dict[str, str] = field(default_factory=dict)
    forms: dict[str, set[str]] = field(default_factory=dict)
    astray: list[str] = field(default_factory=list)


class Person:
    """One member of staff with a browser of their own."""

    def __init__(self, guest: Guest, role: str, *, name: str = "", stepped_up: bool = False) -> None:
        self.guest, self.page, self.role = guest, guest.page, role
        self.name = name or f"{role}.day{next(_number)}"
        guest.as_staff(role, name=self.name, stepped_up=stepped_up)
        self.open, self.press, self.fill = guest.open, guest.press, guest.fill

    @property
    def user(self) -> User:
        return User.objects.get(username=self.name)

    @property
    def by(self) -> str:
        return f"staff:{self.name}"

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def text(self, selector: str = "main") -> str:
        return self.page.locator(selector).first.inner_text()

    def navigation(self) -> list[str]:
        """What the navigation offers, in words, without the numbers beside them."""
        return [text.split("\n")[0].strip() for text in self.page.locator(".desk-nav a").all_inner_texts()]

    def unfold(self, action: str) -> Any:
        """Open the part of the page that has the form with this end of its address."""
        part = self.page.locator("details", has=self.page.locator(f"form[action$='{action}']"))
        if part.get_attribute("open") is None:
            part.locator("summary").click()
        return part

    def send(self, path: str, form: dict[str, Any] | None = None, *, method: str = "POST") -> Answer:
        """What no button offers, from this page, with this session and its form token."""
        pairs = [
            [name, str(one)]
            for name, value in (form or {}).items()
            for one in (value if isinstance(value, list) else [value])
        ]
        return Answer(**self.page.evaluate(_SEND, {"method": method, "path": path, "form": pairs}))

    def type_address(self, path: str) -> int:
        """Into the address bar; the status of what stands there then."""
        answer = self.page.goto(self.guest.house.url + path)
        assert answer is not None
        return answer.status

    def walk(self, *starts: str) -> Walked:
        """From these pages and the first one along every link, to each kind of page once."""
        self.open("/console/")
        seen, waiting = Walked(), ["/console/", *starts]
        known = {kind_of(urlsplit(address).path) for address in waiting}
        while waiting:
            address = waiting.pop(0)
            found = self.page.evaluate(_OFFERED, address)
            if found["status"] >= 400:
                seen.astray.append(f"{found['status']} {address}")
                continue
            kind = kind_of(found["path"])
            seen.pages[kind] = address
            for action in found["forms"]:
                seen.forms.setdefault(kind_of(action), set()).add(kind)
            for link in found["links"]:
                parts = urlsplit(link)
                there = parts.path + (f"?{parts.query}" if parts.query else "")
                ours = link.startswith(self.guest.house.url) and parts.path.startswith("/console/")
                if ours and kind_of(parts.path) not in known and not kind_of(parts.path).endswith("_history"):
                    known.add(kind_of(parts.path))
                    waiting.append(there)
        return seen


def kind_of(path: str) -> str:
    """The name of the page at this address; of the form of a deed, with the deed."""
    try:
        found = resolve(path)
    except Resolver404:
        return path
    deed = found.kwargs.get("deed", "")
    return f"{found.view_name} {deed}".strip()


def person_of(browser: Browser, house: House, role: str, language: str = "en", **how: Any) -> Person:
    return Person(guest_of(browser, house, language), role, **how)


def rows_now(*only: str) -> dict[str, str]:
    """Table → how many rows it has and what they say, in one word each."""
    with connection.cursor() as cursor:
        tables = only or [
            name for name in connection.introspection.table_names(cursor) if not name.startswith(_NOT_COUNTED)
        ]
        parts = [
            f"SELECT '{name}', count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {name} t"  # noqa: S608 - names from the database
            for name in tables
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def moved_since(before: dict[str, str]) -> list[str]:
    """The tables in which a row has changed, come or gone."""
    now = rows_now(*before)
    return sorted(name for name in now if now[name] != before[name])


def sheets_of(text: str) -> Iterator[Sequence[str]]:
    """The rows of a CSV file."""
    yield from csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
