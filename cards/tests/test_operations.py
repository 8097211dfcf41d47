"""Codes of cards: given out, used once, and forgotten a day after their time."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from cards import errors, operations
from cards.models import Card, CardUse, CheckCode, PictureCode
from common.sealing import unseal

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
MOMENT = dt.timedelta(seconds=1)
OTHER = "PAY-OTHER"


def use(code, at, subject="PAY-1"):
    with transaction.atomic():
        operations.use_check_code(code=code.code, subject=subject, at=at)


def test_a_check_code_is_sixteen_digits_and_good_once(at):
    code = operations.issue_check_code(subject="PAY-1", at=at)
    use(code, at)

    assert len(code.code) == 16
    with pytest.raises(errors.CheckCodeUsed):
        use(code, at)


def test_a_check_code_is_good_for_its_own_payment_and_five_minutes(at):
    code = operations.issue_check_code(subject="PAY-1", at=at)

    with pytest.raises(errors.CheckCodeUnknown):
        use(code, at, OTHER)
    with pytest.raises(errors.CheckCodeExpired):
        use(code, at + dt.timedelta(minutes=5))
    use(code, at + dt.timedelta(minutes=5) - MOMENT)


def try_picture(picture, answer, at, subject="PAY-1"):
    operations.use_picture_code(picture_id=picture.id, answer=answer, subject=subject, at=at)


def test_a_picture_code_is_good_for_one_try_right_or_wrong(at):
    right, wrong = (operations.issue_picture_code(subject="PAY-1", at=at) for _ in range(2))
    try_picture(right, unseal(right.answer_sealed), at)
    with pytest.raises(errors.PictureCodeWrong):
        try_picture(wrong, "x", at)

    for picture in (right, wrong):
        with pytest.raises(errors.PictureCodeUsed):
            try_picture(picture, unseal(picture.answer_sealed), at)


def test_a_picture_code_is_good_for_its_own_payment_and_five_minutes(at):
    picture = operations.issue_picture_code(subject="PAY-1", at=at)
    answer = unseal(picture.answer_sealed)

    with pytest.raises(errors.PictureCodeExpired):
        try_picture(picture, answer, at, OTHER)
    picture.refresh_from_db()
    assert picture.used_at is None
    with pytest.raises(errors.PictureCodeExpired):
        try_picture(picture, answer, at + dt.timedelta(minutes=5))


def test_after_five_wrong_tries_the_payment_rests_for_a_quarter_of_an_hour(at):
    for _ in range(5):
        with pytest.raises(errors.PictureCodeWrong):
            try_picture(operations.issue_picture_code(subject="PAY-1", at=at), "x", at)
    picture = operations.issue_picture_code(subject="PAY-1", at=at)

    with pytest.raises(errors.PictureCodeTries):
        try_picture(picture, unseal(picture.answer_sealed), at)

    later = at + operations.PICTURE_CODE_REST
    picture = operations.issue_picture_code(subject="PAY-1", at=later)
    try_picture(picture, unseal(picture.answer_sealed), later)


def test_codes_are_forgotten_a_day_after_they_expired_and_not_before(at):
    operations.issue_check_code(subject="PAY-1", at=at)
    operations.issue_picture_code(subject="PAY-1", at=at)
    forgotten_at = at + dt.timedelta(minutes=5) + DAY

    assert operations.forget_codes(at=forgotten_at - MOMENT) == 0
    assert operations.forget_codes(at=forgotten_at) == 2
    assert not CheckCode.objects.exists()
    assert not PictureCode.objects.exists()


def test_a_used_check_code_is_kept_as_the_proof_of_its_attempt(at):
    code = operations.issue_check_code(subject="PAY-1", at=at)
    use(code, at)

    assert operations.forget_codes(at=at + 10 * DAY) == 0
    assert CheckCode.objects.get() == code


@pytest.mark.parametrize("table", ["cards_customer", "cards_account", "cards_card", "cards_carduse"])
def test_what_is_known_of_customers_and_cards_cannot_be_deleted(table):
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table's name


@pytest.mark.parametrize("statement", ["DELETE FROM cards_checkcode", "UPDATE cards_checkcode SET used_at = NULL"])
def test_a_used_check_code_stays_as_it_is(at, statement):
    code = operations.issue_check_code(subject="PAY-1", at=at)
    use(code, at)

    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert CheckCode.objects.get().used_at == at


def use_card(account, counter, at, serial="CARD1"):
    with transaction.atomic():
        operations.use_card(account=account, card_serial=serial, counter=counter, subject="x", at=at)


def test_the_counter_of_a_card_only_rises(at):
    account = operations.remember_account(customer_number="C-1", account_number="00012345678901", at=at)
    for counter in (0, 5):
        use_card(account, counter, at)

    for counter in (5, 4):
        with pytest.raises(errors.CardCounterRepeated):
            use_card(account, counter, at)

    use_card(account, 1, at, serial="CARD2")
    assert list(CardUse.objects.order_by("counter").values_list("counter", flat=True)) == [0, 1, 5]
    assert Card.objects.get(uses__counter=5).last_counter == 5


def test_a_counter_is_used_once_even_if_the_card_was_set_back(at):
    account = operations.remember_account(customer_number="C-1", account_number="00012345678901", at=at)
    use_card(account, 5, at)
    Card.objects.update(last_counter=4)

    with pytest.raises(errors.CardCounterRepeated):
        use_card(account, 5, at)

    assert CardUse.objects.count() == 1
