"""Cards at work: check codes and picture codes given out and used once, cards and their holders remembered."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from cards import errors
from cards.models import Account, CheckCode, Customer, PictureCode
from cards.picture_code import new_answer, tidy
from cards.rules import phone_hashes
from common.errors import Refusal
from common.references import new_id
from common.sealing import keyed_hash, seal, unseal

# As long as the card, the password and a slow reader need, and no longer.
CHECK_CODE_LIFE = dt.timedelta(seconds=300)
PICTURE_CODE_LIFE = dt.timedelta(seconds=300)
# Five guesses at one in 1,000,000 are no attack; then the payment's page rests for a while.
PICTURE_CODE_TRIES = 5
PICTURE_CODE_REST = dt.timedelta(minutes=15)
# Long after anything can be asked about them. A used check code stays: it proves its attempt.
CODES_KEPT = dt.timedelta(days=1)
_CODES_AT_ONCE = 1000


def issue_check_code(*, subject: str, at: dt.datetime) -> CheckCode:
    """A fresh terminal check code for this payment: sixteen digits that nobody can guess."""
    return CheckCode.objects.create(
        subject=subject, code=f"{secrets.randbelow(10**16):016d}", issued_at=at, expires_at=at + CHECK_CODE_LIFE
    )


def use_check_code(*, code: str, subject: str, at: dt.datetime) -> None:
    """Use it up. Joins the caller's transaction. Raises CheckCodeUnknown, CheckCodeUsed or CheckCodeExpired."""
    assert transaction.get_connection().in_atomic_block, "a check code is used in the transaction it permits"
    used = CheckCode.objects.filter(code=code, subject=subject, used_at=None, expires_at__gt=at).update(used_at=at)
    if used:
        return
    known = CheckCode.objects.filter(code=code, subject=subject).first()
    if known is None:
        raise errors.CheckCodeUnknown
    raise errors.CheckCodeUsed if known.used_at else errors.CheckCodeExpired


def issue_picture_code(*, subject: str, at: dt.datetime) -> PictureCode:
    return PictureCode.objects.create(
        subject=subject, answer_sealed=seal(new_answer()), issued_at=at, expires_at=at + PICTURE_CODE_LIFE
    )


def use_picture_code(*, picture_id: UUID, answer: str, subject: str, at: dt.datetime) -> None:
    """One try at a picture, right or wrong, uses it up. Raises a PictureCode… refusal for every kind of wrong."""
    with transaction.atomic():
        picture = PictureCode.objects.select_for_update().filter(id=picture_id, subject=subject).first()
        refusal = _picture_refusal(picture, answer, subject, at)
        if picture is not None and picture.used_at is None:
            picture.used_at, picture.was_right = at, refusal is None
            picture.save(update_fields=["used_at", "was_right"])
    if refusal is not None:
        raise refusal


def forget_codes(*, at: dt.datetime) -> int:
    """Drop a day after they expired: check codes that no card was presented with, and picture codes; how many."""
    with transaction.atomic(durable=True):
        pictures = PictureCode.objects.filter(expires_at__lte=at - CODES_KEPT).order_by("expires_at", "id")
        count, _ = PictureCode.objects.filter(id__in=pictures.values("id")[:_CODES_AT_ONCE]).delete()
        unused = CheckCode.objects.filter(expires_at__lte=at - CODES_KEPT, used_at=None).order_by("expires_at", "id")
        more, _ = CheckCode.objects.filter(id__in=unused.values("id")[:_CODES_AT_ONCE]).delete()
    return count + more


def use_card(*, account: Account, card_serial: str, counter: int, subject: str, at: dt.datetime) -> None:
    """Use up a counter of the account's card, after the authority found the TAC valid; a new card is remembered.

    Joins the caller's transaction. Raises CardCounterRepeated when the counter did not rise.
    """
    assert transaction.get_connection().in_atomic_block, "a card is used in the transaction of what it signed"
    facts: dict[str, Any] = {
        "card": new_id(),
        "customer": account.customer_id,
        "serial_hash": keyed_hash(card_serial, purpose="card"),
        "use": new_id(),
        "counter": counter,
        "subject": subject,
        "at": at,
    }
    try:
        with connection.cursor() as cursor:
            # The guarded update is the lock: of two equal counters one finds no row.
            cursor.execute(
                """WITH used AS (
                       INSERT INTO cards_card AS known (id, customer_id, serial_hash, last_counter, created_at)
                       VALUES (%(card)s, %(customer)s, %(serial_hash)s, %(counter)s, %(at)s)
                       ON CONFLICT (serial_hash) DO UPDATE SET last_counter = EXCLUDED.last_counter
                       WHERE known.last_counter < EXCLUDED.last_counter
                       RETURNING id
                   )
                   INSERT INTO cards_carduse (id, card_id, counter, subject, at)
                   SELECT %(use)s, used.id, %(counter)s, %(subject)s, %(at)s FROM used""",
                facts,
            )
            is_used = cursor.rowcount == 1
    except IntegrityError as error:  # the card's row was set back, its uses were not
        raise errors.CardCounterRepeated from error
    if not is_used:
        raise errors.CardCounterRepeated


def remember_account(*, customer_number: str, account_number: str, at: dt.datetime) -> Account:
    """The rows of this customer and account, made when they are new. Safe when two payments bring them at once."""
    customer, _ = Customer.objects.get_or_create(
        number_hash=keyed_hash(customer_number, purpose="customer"),
        defaults={"number_sealed": seal(customer_number), "created_at": at},
    )
    account, _ = Account.objects.select_related("customer").get_or_create(
        number_hash=keyed_hash(account_number, purpose="account"),
        defaults={
            "customer": customer,
            "number_sealed": seal(account_number),
            "last4": account_number[-4:],
            "created_at": at,
        },
    )
    return account


def remember_holder(*, customer: Customer, phone: str, national_id: str) -> None:
    """Keep the phone number that the bank has, sealed, and the hashes that number and national ID are found by."""
    id_hash = keyed_hash(national_id, purpose="national_id")
    if customer.national_id_hash == id_hash and customer.phone == phone:
        return
    customer.national_id_hash, customer.phone_sealed = id_hash, seal(phone)
    found_by = phone_hashes(phone)
    for name, value in found_by.items():
        setattr(customer, name, value)
    customer.save(update_fields=["national_id_hash", "phone_sealed", *found_by])


def _picture_refusal(picture: PictureCode | None, answer: str, subject: str, at: dt.datetime) -> Refusal | None:
    recent = PictureCode.objects.filter(subject=subject, was_right=False, used_at__gt=at - PICTURE_CODE_REST)
    if recent.count() >= PICTURE_CODE_TRIES:
        return errors.PictureCodeTries()
    if picture is None:
        return errors.PictureCodeExpired()
    if picture.used_at is not None:
        return errors.PictureCodeUsed()
    if at >= picture.expires_at:
        return errors.PictureCodeExpired()
    right = hmac.compare_digest(tidy(answer), unseal(picture.answer_sealed))
    return None if right else errors.PictureCodeWrong()
