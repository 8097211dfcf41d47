"""Screens of the identity page: each step, each mistake, each outcome."""

from __future__ import annotations

import contextlib
import datetime as dt

from django.utils.translation import override

from common import clock, phases
from tests.flows.house import StoppedThereError
from tests.flows.screens import screen
from verification import operations
from verification.jcic import fake_credit_centre
from verification.jcic.port import Notice
from verification.models import Check
from verification.rules import EXTENSIONS_MAX
from verification.rules.consent import CONSENT_VERSION, consent_text_hash
from verification.states import Phase

TYPED = {
    "birth_date": "69/05/17",
    "issue_date": "101/03/02",
    "issue_type": "renewal",
    "issue_place": "63000",
}


def consent(guest):
    _, link = guest.house.check(guest.language)
    guest.open(link)
    return link


def data(guest):
    link = consent(guest)
    guest.fill(agree="on")
    guest.press("main button[type=submit]")
    return link


def code(guest, **changes):
    data(guest)
    guest.fill(national_id=guest.house.person.national_id, **(TYPED | changes))
    guest.press("main button[type=submit]")


def outcome(guest, *, centre=None):
    """Type the right code; `centre` says what the credit centre does then."""
    code(guest)
    if centre:
        centre(fake_credit_centre(), guest.house.person)
    guest.fill(code=guest.house.sms_code())
    guest.press("main button[type=submit]")


screen("identity-consent")(consent)
screen("identity-data")(data)
screen("identity-code")(code)
screen("identity-passed")(outcome)


@screen("identity-consent-missing")
def consent_missing(guest):
    consent(guest)
    guest.press("main button[type=submit]")


@screen("identity-data-wrong")
def data_wrong(guest):
    data(guest)
    guest.fill(national_id="A123456788", birth_date="1/13/40", issue_date="")
    guest.press("main button[type=submit]")


@screen("identity-code-wrong")
def code_wrong(guest):
    code(guest)
    right = guest.house.sms_code()
    guest.fill(code=f"{(int(right) + 1) % 1_000_000:06d}")
    guest.press("main button[type=submit]")


@screen("identity-bank-mismatch")
def bank_mismatch(guest):
    code(guest, birth_date="70/05/17")


@screen("identity-mismatch")
def mismatch(guest):
    outcome(guest, centre=lambda centre, _: centre.reset())


@screen("identity-refused")
def refused(guest):
    notice = Notice(code="W1", registered_date=dt.date(2026, 1, 5), release_code="", release_date=None)
    outcome(guest, centre=lambda centre, person: centre.knows(person, notices=(notice,)))


@screen("identity-unavailable")
def unavailable(guest):
    outcome(guest, centre=lambda centre, _: setattr(centre, "is_down", True))


@screen("identity-ended")
def ended(guest):
    check, link = guest.house.check(guest.language)
    at = clock.now()
    Check.objects.filter(pk=check.pk).update(opened_at=at - dt.timedelta(hours=2), expires_at=at)
    guest.open(link)


@screen("identity-unknown-link")
def unknown_link(guest):
    guest.open("/identity/no-such-token/")


@screen("identity-ends-soon")
def ends_soon(guest):
    """Four minutes are left, and half an hour more was asked for as often as can be."""
    check, link = guest.house.check(guest.language)
    at = clock.now()
    Check.objects.filter(pk=check.pk).update(expires_at=at + dt.timedelta(minutes=4), extensions=EXTENSIONS_MAX)
    guest.open(link)
    guest.fill(agree="on")


@screen("identity-more-time")
def more_time(guest):
    consent(guest)
    with guest.page.expect_response(lambda answer: answer.url.endswith("/extend/")):
        guest.page.locator("[data-extend]").click()


def code_sent(guest, *, minutes_ago=0):
    check, link = guest.house.check(guest.language)
    at = clock.now() - dt.timedelta(minutes=minutes_ago)
    with override("en"):
        agreed = {"version": CONSENT_VERSION, "text_hash": consent_text_hash(), "language": "en"}
    operations.give_consent(check_id=check.id, **agreed, at=at, by="payer")
    operations.submit_data(check_id=check.id, data=guest.house.person, at=at, by="payer")
    return check, link


@screen("identity-code-too-old")
def code_too_old(guest):
    _, link = code_sent(guest, minutes_ago=6)
    guest.open(link)
    guest.fill(code=guest.house.sms_code())
    guest.press("main button[type=submit]")


@screen("identity-code-sent-anew")
def code_sent_anew(guest):
    _, link = code_sent(guest, minutes_ago=2)
    guest.open(link)
    guest.press("form[action$='resend/'] button")


@screen("identity-asking")
def asking(guest):
    """The credit centre has not answered yet."""

    def stop(moment):
        if moment == Phase.QUESTION_KEPT:
            raise StoppedThereError

    check, link = code_sent(guest)
    phases.listen(stop)
    with contextlib.suppress(StoppedThereError):
        operations.answer_code(check_id=check.id, text=guest.house.sms_code(), at=clock.now(), by="payer")
    phases.listen(None)
    guest.open(link)


@screen("identity-no-tries-left")
def no_tries_left(guest):
    outcome(guest, centre=lambda centre, _: centre.reset())
    guest.press("main a.button[href*='/data/']")
    guest.fill(national_id=guest.house.person.national_id, **TYPED)
    guest.press("main button[type=submit]")
    guest.fill(code=guest.house.sms_code())
    guest.press("main button[type=submit]")
