"""The identity gate as a person goes through it: consent, data, the code from the handset, the result."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from sandbox.faults import give_connection_back
from sandbox.models import Person, TextMessage
from sandbox.payer.browser import Browser, Silent, heading, hidden_value
from sandbox.payer.outcome import IDENTITY_PROVED, REFUSED, Outcome, refused_by_holder

# What a person waits for a code or for the result, in real time.
TRIES, PAUSE_SECONDS = 200, 0.1

# The page's heading is what a person goes by; this person reads English.
_PROVED = "Your identity is proved"
_ASKING = "One moment, your data are being compared"
_RESULTS = {
    "The data don't match": "identity_mismatch",
    "We can't offer you this service at present": "identity_refused",
    "Your data can't be compared at the moment": "identity_unavailable",
    "This link has ended": "identity_link_ended",
}


def prove(browser: Browser, *, address: str, person: Person, language: str) -> Outcome:
    """From the link of a check to its result. Raises Silent when a page isn't the one that was expected."""
    browser.speak("en")
    consent = _expected(browser.open(address), "/consent/")
    agreed = {name: hidden_value(consent.text, name) for name in ("version", "text_hash")}
    data = _expected(browser.send_form(consent.url.path, {**agreed, "agree": "on"}), "/data/")
    newest = TextMessage.objects.order_by("-id").values_list("id", flat=True).first() or 0
    page = browser.send_form(data.url.path, data_of(person))
    if page.url.path.endswith("/code/"):
        code = _code_from_handset(person.phone, after=newest)
        if code is None:
            return refused_by_holder("identity_code_missing")
        page = browser.send_form(page.url.path, {"code": code})
    return _result(browser, page, language)


def data_of(person: Person) -> dict[str, str]:
    """The fields of the data page."""
    return {
        "national_id": person.national_id,
        "birth_date": person.birth_date.isoformat(),
        "issue_date": person.issue_date.isoformat(),
        "issue_place": person.issue_place,
        "issue_type": person.issue_type,
    }


def code_in(text: str) -> str | None:
    """The one-time code of an identity check's message, none of any other."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    return found.group() if found and ("code" in text or "驗證碼" in text) else None


def _code_from_handset(phone: str, *, after: int) -> str | None:
    """The newest code that arrived since, waiting for it as a person does; None once both operators have failed."""
    sent = TextMessage.objects.filter(phone=phone, id__gt=after).order_by("-id")
    for _try in range(TRIES):
        messages = list(sent[:5])
        give_connection_back()
        arrived = [message.text for message in messages if message.state == TextMessage.State.DELIVERED]
        code = next((code for text in arrived if (code := code_in(text))), None)
        if code or any(message.operator == "secondary" and message.text not in arrived for message in messages):
            return code
        time.sleep(PAUSE_SECONDS)
    return None


def _result(browser: Browser, page: httpx.Response, language: str) -> Outcome:
    for _try in range(TRIES):
        if heading(page.text) != _ASKING:
            break
        time.sleep(PAUSE_SECONDS)
        page = browser.open(page.url.path)
    english = heading(page.text)
    browser.speak(language)
    title = heading(browser.open(page.url.path).text)
    if english == _PROVED:
        return Outcome(IDENTITY_PROVED, title=title)
    if english not in _RESULTS:
        raise Silent(f"the identity page says: {english}")
    text = _("Nothing was charged; the payment that led to the identity page has ended.")
    return Outcome(REFUSED, code=_RESULTS[english], title=title, text=text)


def _expected(page: httpx.Response, ending: str) -> httpx.Response:
    if not page.is_success or not urlsplit(str(page.url)).path.endswith(ending):
        raise Silent(f"{page.url.path} instead of a page that ends in {ending}: {heading(page.text)}")
    return page
