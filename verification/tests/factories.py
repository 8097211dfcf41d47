"""Customers and checks for tests."""

import datetime as dt

from django.db import transaction

from cards.models import Customer
from cards.operations import remember_account
from verification.models import Check
from verification.operations import give_consent, open_check
from verification.rules.consent import CONSENT_VERSION, consent_text_hash
from verification.rules.documents import IdentityData

AT = dt.datetime(2026, 11, 23, 3, 0, tzinfo=dt.UTC)  # 11:00 in Taipei
ACCOUNT = "00012345678901"
RETURN_URL = "https://shop.example/cashier?order=1"
PERSON = IdentityData(
    national_id="A123456789",  # the holder that the fake bank has unless told otherwise
    birth_date=dt.date(1980, 5, 17),
    issue_date=dt.date(2012, 3, 2),
    issue_type="renewal",
    issue_place="63000",
)


def make_customer(number="C-1", account_number=ACCOUNT) -> Customer:
    with transaction.atomic():
        return remember_account(customer_number=number, account_number=account_number, at=AT).customer


def make_check(customer=None, *, subject="PAY-TEST", at=AT, account_number=ACCOUNT, language="en") -> tuple[Check, str]:
    customer = customer or make_customer(account_number=account_number)
    with transaction.atomic():
        return open_check(
            customer=customer,
            account_number=account_number,
            subject=subject,
            platform_name="Harbour Mall",
            return_url=RETURN_URL,
            language=language,
            at=at,
        )


def make_consented_check(customer=None, *, at=AT, **given) -> Check:
    check, _ = make_check(customer, at=at, **given)
    from django.utils.translation import override

    with override("en"):
        text_hash = consent_text_hash()
    return give_consent(
        check_id=check.id, version=CONSENT_VERSION, text_hash=text_hash, language="en", at=at, by="payer"
    )
