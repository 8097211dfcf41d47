"""Codes that open a look-up: to the bank's phone, good once, for ten minutes and five tries, three an hour."""

import datetime as dt
import re
import threading

import pytest
from django.db import connection
from django.db.utils import IntegrityError

from cards.bank import fake_bank, port
from cards.operations import remember_account
from common.sealing import unseal
from notifications.models import Message
from verification import errors, queries
from verification.models import LookUpCode, LookUpTry
from verification.operations import send_look_up_code, use_look_up_code

ACCOUNT = "00012345678901"
SUBJECT = "PAY-05ZK3T9MQ2W7XC"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def account(at, request):
    return remember_account(customer_number="C-1", account_number=ACCOUNT, at=at)


def send(account, at, *, subject=SUBJECT, language="en"):
    return send_look_up_code(subject=subject, account=account, language=language, call_instead="(02)7705-4306", at=at)


def digits_of(code):
    message = Message.objects.get(purpose="look_up_code", subject=str(code.id))
    return re.search(r"\d{6}", unseal(message.text_sealed)).group()


def use(text, at, subject=SUBJECT):
    return use_look_up_code(subject=subject, text=text, at=at)


def wrong(digits):
    return f"{(int(digits) + 1) % 10**6:06d}"


pytestmark = pytest.mark.django_db(transaction=True)


def test_the_code_goes_to_the_phone_that_the_bank_has_now(account, at):
    fake_bank().set_profile(ACCOUNT, phone="+886987654321")

    code = send(account, at)

    message = Message.objects.get(purpose="look_up_code")
    assert unseal(message.recipient_sealed) == "+886987654321"
    assert code.phone_masked == "09••-•••-321"
    assert code.expires_at == at + 10 * MINUTE


def test_neither_code_nor_message_is_kept_in_the_clear(account, at):
    code = send(account, at)
    digits = digits_of(code)

    assert digits not in code.code_hash
    assert len(code.code_hash) == 64
    assert digits not in Message.objects.get(purpose="look_up_code").text


@pytest.mark.parametrize("typed", ["{0}", " {1} {2} ", "{1}-{2}", "{wide}"])
def test_a_code_is_understood_as_people_type_it(account, at, typed):
    digits = digits_of(send(account, at))
    wide = digits.translate({ord("0") + n: ord("０") + n for n in range(10)})

    code = use(typed.format(digits, digits[:3], digits[3:], wide=wide), at)

    assert code.tries.get().was_right


def test_a_code_opens_once(account, at):
    digits = digits_of(send(account, at))
    use(digits, at)

    with pytest.raises(errors.CodeExpired):
        use(digits, at)
    assert LookUpTry.objects.count() == 1


def test_a_code_is_good_for_ten_minutes(account, at):
    digits = digits_of(send(account, at))

    with pytest.raises(errors.CodeExpired):
        use(digits, at + 10 * MINUTE)
    assert use(digits, at + 10 * MINUTE - dt.timedelta(seconds=1))


def test_a_fifth_wrong_try_ends_the_code_and_the_right_one_comes_too_late(account, at):
    digits = digits_of(send(account, at))
    for left in (4, 3, 2, 1):
        with pytest.raises(errors.CodeWrong) as refusal:
            use(wrong(digits), at)
        assert refusal.value.details == {"tries_left": left}

    with pytest.raises(errors.CodeTriesUsedUp):
        use(wrong(digits), at)
    with pytest.raises(errors.CodeTriesUsedUp):
        use(digits, at)
    assert LookUpTry.objects.filter(was_right=False).count() == 5


def test_what_is_no_code_costs_no_try(account, at):
    send(account, at)

    with pytest.raises(errors.CodeMalformed):
        use("12345", at)
    assert not LookUpTry.objects.exists()


def test_only_the_latest_code_counts(account, at):
    first = digits_of(send(account, at))
    second = digits_of(send(account, at + MINUTE))

    if first != second:
        with pytest.raises(errors.CodeWrong):
            use(first, at + MINUTE)
    assert use(second, at + MINUTE)


def test_a_code_of_one_payment_opens_no_other(account, at):
    digits = digits_of(send(account, at))

    with pytest.raises(errors.CodeExpired):
        use(digits, at, subject="PAY-OTHER")
    assert not LookUpTry.objects.exists()


def test_a_new_code_waits_a_minute(account, at):
    send(account, at)

    with pytest.raises(errors.ResendTooEarly):
        send(account, at + dt.timedelta(seconds=59))
    assert LookUpCode.objects.count() == 1


def test_three_codes_an_hour_and_the_fourth_is_told_when(account, at):
    for minutes in (0, 10, 20):
        send(account, at + minutes * MINUTE)

    with pytest.raises(errors.LookUpCodesUsedUp) as refusal:
        send(account, at + 59 * MINUTE)
    assert refusal.value.details == {"time": "11:00"}
    assert Message.objects.filter(purpose="look_up_code").count() == 3
    assert send(account, at + 60 * MINUTE).number == 4


def test_another_payment_has_codes_of_its_own(account, at):
    for minutes in (0, 10, 20):
        send(account, at + minutes * MINUTE)

    assert send(account, at + 20 * MINUTE, subject="PAY-OTHER").number == 1


@pytest.mark.parametrize(
    ("profile", "refusal"),
    [
        (port.Declined("4502"), errors.LookUpWithoutPhone),
        (port.Unavailable("no answer"), errors.LookUpBankSilent),
    ],
)
def test_without_a_word_of_the_bank_nothing_is_sent(account, at, profile, refusal):
    fake_bank().profiles[ACCOUNT] = profile

    with pytest.raises(refusal):
        send(account, at)
    assert not LookUpCode.objects.exists()
    assert not Message.objects.exists()


def test_without_a_phone_it_says_whom_to_call(account, at):
    fake_bank().set_profile(ACCOUNT, phone="")

    with pytest.raises(errors.LookUpWithoutPhone) as refusal:
        send(account, at)
    assert "(02)7705-4306" in refusal.value.detail()
    assert not LookUpCode.objects.exists()


def test_of_two_who_type_the_code_at_once_one_gets_in(account, at):
    digits = digits_of(send(account, at))
    outcomes = in_threads(2, lambda: use(digits, at))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CodeExpired", "LookUpCode"]
    assert LookUpTry.objects.filter(was_right=True).count() == 1


def test_of_many_who_guess_at_once_five_are_counted(account, at):
    digits = digits_of(send(account, at))
    outcomes = in_threads(8, lambda: use(wrong(digits), at))

    assert LookUpTry.objects.count() == 5
    assert sum(isinstance(outcome, errors.CodeTriesUsedUp) for outcome in outcomes) == 4


def test_of_many_who_ask_at_once_one_code_is_sent(account, at):
    outcomes = in_threads(6, lambda: send(account, at))

    assert LookUpCode.objects.count() == 1
    assert sum(isinstance(outcome, errors.ResendTooEarly) for outcome in outcomes) == 5


def test_the_database_itself_lets_a_code_be_used_once(account, at):
    code = send(account, at)
    LookUpTry.objects.create(code=code, number=1, was_right=True, at=at)

    with pytest.raises(IntegrityError, match="verification_look_up_used_once"):
        LookUpTry.objects.create(code=code, number=2, was_right=True, at=at)


def test_the_database_itself_lets_no_sixth_try_through(account, at):
    code = send(account, at)

    with pytest.raises(IntegrityError, match="verification_look_up_tries_max"):
        LookUpTry.objects.create(code=code, number=6, was_right=False, at=at)


def test_the_form_is_shown_only_while_a_code_can_be_typed(account, at):
    assert queries.open_look_up_code(SUBJECT, at=at) is None
    digits = digits_of(send(account, at))

    assert queries.open_look_up_code(SUBJECT, at=at) is not None
    assert queries.open_look_up_code(SUBJECT, at=at + 10 * MINUTE) is None
    use(digits, at)
    assert queries.open_look_up_code(SUBJECT, at=at) is None


def in_threads(count, deed):
    """What each of so many threads got or was refused with, begun together."""
    outcomes, start = [], threading.Barrier(count)

    def run():
        start.wait()
        try:
            outcomes.append(deed())
        except errors.Refusal as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
