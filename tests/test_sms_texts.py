"""Every text message of ours, with the longest values that can occur: one segment, its sender first, and no foreign link."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from common.money import Money
from notifications.rules import segments
from payments.events import paid_sms, reversed_sms
from payments.tests.factories import make_paid_payment
from refunds import events as refund_events
from refunds.deferral import DeferralReason
from refunds.models import Deferral
from refunds.tests.factories import again, make_accepted_refund
from support.events import unknown_debit_sms
from verification.operations.codes import identity_sms
from verification.operations.look_ups import look_up_sms

pytestmark = pytest.mark.django_db

ROOT = Path(settings.BASE_DIR)
LANGUAGES = ("zh-hant", "en")
# The tightest monthly limit is NT$200,000; a payment or refund beyond it can't be.
AMOUNT = 200_000
# Purpose as it stands in the sources → (segments in Chinese, in English).
SEGMENTS = {
    "identity_code": (1, 1),
    "look_up_code": (1, 1),
    "payment_paid": (1, 1),
    "debit_unknown": (1, 1),
    "debit_reversed": (1, 1),
    "refund_accepted": (1, 1),
    "refund_deferred_": (1, 1),
    "refund_credited": (1, 1),
}


def texts(at, language):
    """Purpose → each text that can be sent for it, as long as it gets."""
    payment = make_paid_payment(at)
    refund = again(make_accepted_refund(at))
    for row in (payment, refund.payment):
        row.language, row.final_amount_minor = language, AMOUNT
    refund.amount_minor, refund.charge_minor, refund.total_minor = AMOUNT, 0, AMOUNT
    refund.payment.platform.contact_phone = payment.platform.contact_phone = "(02)7705-4306"
    return {
        "identity_code": [identity_sms("004217", language=language)],
        "look_up_code": [look_up_sms("004217", language=language)],
        "payment_paid": [paid_sms(payment)],
        "debit_unknown": [unknown_debit_sms(payment)],
        "debit_reversed": [reversed_sms(payment, Money.twd(AMOUNT))],
        "refund_accepted": [refund_events.accepted_sms(refund)],
        "refund_deferred_": [
            refund_events.deferred_sms(refund, Deferral(reason=reason.value)) for reason in DeferralReason
        ],
        "refund_credited": [refund_events.credited_sms(refund)],
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_fits_its_segments(at, language):
    found = {purpose: max(segments(text) for text in said) for purpose, said in texts(at, language).items()}

    assert found == {purpose: counts[LANGUAGES.index(language)] for purpose, counts in SEGMENTS.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_names_its_sender_and_speaks_one_language(at, language):
    for said in texts(at, language).values():
        for text in said:
            assert text.startswith("【Outpost】" if language == "zh-hant" else "[Outpost] ")
            assert bool(re.search("[\u3400-\u9fff]", text)) == (language == "zh-hant")
            assert "%(" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_in_a_text_could_lead_to_us_alone(at, language):
    for said in texts(at, language).values():
        for text in said:
            assert foreign_links(text) == []


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        (f"{settings.PORTAL_URL}/refunds/", []),
        ("https://outpost.evil.example/", ["https://outpost.evil.example/"]),
        (f"{settings.PORTAL_URL}.evil.example/", [f"{settings.PORTAL_URL}.evil.example/"]),
        ("bit.ly/x now", ["bit.ly/x"]),
        ("www.outpost.tw", ["www.outpost.tw"]),
        ("2026-12-31, (02)7705-4306. NT$200,000", []),
    ],
)
def test_a_foreign_link_would_be_found(text, foreign):
    assert foreign_links(text) == foreign


def test_no_text_is_sent_that_is_not_measured_here():
    """Each purpose that the sources give to a text message, read from the calls themselves."""
    sent = set()
    for app in ("payments", "refunds", "support", "verification", "cards", "reconciliation"):
        for path in (ROOT / app).rglob("*.py"):
            if "tests" not in path.parts:
                sent |= set(purposes(ast.parse(path.read_text())))

    assert sent == set(SEGMENTS)


def foreign_links(text):
    """What a telephone would make a link of, without the addresses that begin with our own origin."""
    words = re.findall(
        r"(?:https?://|www\.)[^\s，。]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?", text, re.IGNORECASE
    )
    return [word for word in words if not re.match(re.escape(settings.PORTAL_URL) + r"(?:/|$)", word)]


def purposes(tree):
    for call in ast.walk(tree):
        name = getattr(getattr(call, "func", None), "attr", "") or getattr(getattr(call, "func", None), "id", "")
        if name == "enqueue_sms":
            yield from constants(keyword.value for keyword in call.keywords if keyword.arg == "purpose")
        elif name == "tell_customer":
            yield from constants(call.args[:1])


def constants(values):
    """ "refund_credited"; of an f-string its fixed beginning; nothing of a name that is only passed on."""
    for value in values:
        first = value.values[0] if isinstance(value, ast.JoinedStr) else value
        if isinstance(first, ast.Constant):
            yield first.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_did_not_pay_is_given_the_banks_number(at, language, settings):
    payment = make_paid_payment(at)
    payment.language = language
    named = paid_sms(payment)
    settings.BANK_PHONE = ""

    assert "(02)5550-0199" in named
    assert payment.platform.contact_phone in paid_sms(payment)
