"""The identity gate from opening to its end, on PostgreSQL, with the bank and the credit centre simulated."""

import dataclasses
import datetime as dt
import re
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from cards.bank import port as bank_port
from common import phases
from common.sealing import keyed_hash, unseal
from notifications.models import Message
from notifications.rules import segments
from verification import errors, operations, queries, states
from verification.jcic.port import Notice
from verification.models import Check, CheckChange, CodeTry, Consent, Inquiry, LastUse
from verification.rules.consent import CONSENT_VERSION
from verification.states import Phase, Status
from verification.tests.factories import ACCOUNT, AT, PERSON, make_check, make_consented_check, make_customer

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
WRONG = dataclasses.replace(PERSON, issue_place="64000")


def sent_codes():
    """The codes in the queued messages, oldest first."""
    messages = Message.objects.filter(purpose="identity_code").order_by("id")
    return [re.search(r"\d{6}", unseal(message.text_sealed))[0] for message in messages]


def submit(check, data=PERSON, *, at=AT):
    return operations.submit_data(check_id=check.id, data=data, at=at, by="payer")


def answer(check, text=None, *, at=AT):
    return operations.answer_code(check_id=check.id, text=text or sent_codes()[-1], at=at, by="payer")


def go_through(check, data=PERSON, *, at=AT):
    submit(check, data, at=at)
    return answer(check, at=at)


def a_wrong_code():
    return f"{(int(sent_codes()[-1]) + 1) % 10**6:06d}"


def statuses(check):
    return list(CheckChange.objects.filter(subject=check).order_by("step").values_list("after", flat=True))


class TestWhenACheckIsNeeded:
    def test_a_customer_who_never_used_the_service_needs_one(self):
        assert operations.is_check_needed(customer=make_customer(), at=AT)

    @pytest.mark.parametrize(
        ("at", "needed"),
        [
            (AT, False),
            (dt.datetime(2027, 11, 23, 15, 59, 59, tzinfo=dt.UTC), False),  # the last second of that Taipei day
            (dt.datetime(2027, 11, 23, 16, 0, tzinfo=dt.UTC), True),
        ],
    )
    def test_a_completed_payment_counts_for_a_year_of_taipei_days(self, at, needed):
        customer = make_customer()
        with transaction.atomic():
            operations.record_use(customer=customer, at=AT)

        assert operations.is_check_needed(customer=customer, at=at) is needed

    def test_an_older_use_recorded_later_does_not_turn_back_the_year(self):
        customer = make_customer()
        with transaction.atomic():
            operations.record_use(customer=customer, at=AT)
            operations.record_use(customer=customer, at=AT - 30 * DAY)

        assert LastUse.objects.get().used_at == AT

    def test_a_check_that_was_only_opened_does_not_count(self):
        check = make_consented_check()
        submit(check)

        assert operations.is_check_needed(customer=check.customer, at=AT)


class TestOpening:
    def test_the_link_is_kept_as_a_hash_alone(self):
        check, token = make_check()

        assert queries.find_check(token) == check
        assert queries.find_check(token + "x") is None
        assert token not in str(Check.objects.values().get())
        assert ACCOUNT not in str(Check.objects.values().get())
        assert statuses(check) == [Status.STARTED]

    def test_a_payment_that_opens_again_ends_its_earlier_check(self):
        first = make_consented_check()
        second, _ = make_check(first.customer)

        first.refresh_from_db()
        assert first.status == Status.EXPIRED
        assert second.status == Status.STARTED

    def test_another_payments_check_stays_open(self):
        first = make_consented_check(subject="PAY-1")
        make_check(first.customer, subject="PAY-2")

        first.refresh_from_db()
        assert first.status == Status.CONSENTED

    def test_opening_and_recording_join_the_callers_transaction(self, transactional_db):
        customer = make_customer()

        with pytest.raises(AssertionError):
            operations.record_use(customer=customer, at=AT)
        with pytest.raises(AssertionError):
            operations.open_check(
                customer=customer, account_number=ACCOUNT, subject="PAY-1", platform_name="Harbour Mall",
                return_url="https://shop.example/", language="en", at=AT,
            )  # fmt: skip

        assert not Check.objects.exists()


class TestConsent:
    def test_version_time_and_text_are_kept(self):
        check = make_consented_check(at=AT + MINUTE)

        consent = Consent.objects.get()
        assert (consent.identity_check, consent.version, consent.given_at) == (check, CONSENT_VERSION, AT + MINUTE)
        assert len(consent.text_hash) == 64

    def test_another_text_than_todays_is_not_agreed_to(self):
        check, _ = make_check()

        with pytest.raises(errors.ConsentTextChanged):
            operations.give_consent(
                check_id=check.id, version=CONSENT_VERSION, text_hash="0" * 64, language="en", at=AT, by="payer"
            )

        check.refresh_from_db()
        assert check.status == Status.STARTED
        assert not Consent.objects.exists()

    def test_no_data_are_taken_before_it(self, bank):
        check, _ = make_check()

        with pytest.raises(errors.CheckElsewhere):
            submit(check)

        assert not Inquiry.objects.exists()


class TestPassing:
    def test_the_right_data_and_code_pass_and_count_as_a_use(self, centre):
        check = make_consented_check()

        passed = go_through(check, at=AT + MINUTE)

        assert passed.status == Status.PASSED
        assert passed.wait_until == AT + 4 * MINUTE
        assert statuses(check) == ["started", "consented", "submitted", "code_sent", "asking", "passed"]
        assert not operations.is_check_needed(customer=check.customer, at=AT + 365 * DAY)
        assert centre.asked == [Inquiry.objects.get().request_id]

    def test_the_code_goes_to_the_phone_that_the_bank_has(self, bank):
        bank.set_profile(ACCOUNT, phone="+886987654321")
        check = make_consented_check()

        submit(check)

        check.customer.refresh_from_db()
        assert check.customer.phone == "+886987654321"
        assert check.customer.national_id_hash == keyed_hash(PERSON.national_id, purpose="national_id")
        assert Message.objects.filter(purpose="identity_code").count() == 1

    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    def test_the_message_fits_one_sms(self, language):
        submit(make_consented_check(language=language))

        message = Message.objects.get()
        assert segments(unseal(message.text_sealed)) == 1

    def test_what_was_given_is_sealed(self):
        submit(make_consented_check())

        row = str(Inquiry.objects.values().get())
        assert PERSON.national_id not in row
        assert "1980" not in row
        assert Inquiry.objects.get().national_id == PERSON.national_id
        assert PERSON.national_id not in repr(PERSON)


class TestCodes:
    def test_a_wrong_code_counts_and_the_right_one_still_passes(self):
        check = make_consented_check()
        submit(check)

        with pytest.raises(errors.CodeWrong) as refused:
            answer(check, a_wrong_code())

        assert refused.value.details == {"tries_left": 4}
        assert answer(check).status == Status.PASSED
        assert list(CodeTry.objects.order_by("number").values_list("was_right", flat=True)) == [False, True]

    def test_what_is_no_code_costs_no_try(self):
        check = make_consented_check()
        submit(check)

        with pytest.raises(errors.CodeMalformed):
            answer(check, "12 34")

        assert not CodeTry.objects.exists()

    def test_after_five_wrong_tries_the_right_code_is_dead_and_a_new_one_passes(self, centre):
        check = make_consented_check()
        submit(check)
        for left in (4, 3, 2, 1):
            with pytest.raises(errors.CodeWrong) as refused:
                answer(check, a_wrong_code())
            assert refused.value.details == {"tries_left": left}
        with pytest.raises(errors.CodeTriesUsedUp):
            answer(check, a_wrong_code())

        with pytest.raises(errors.CodeTriesUsedUp):
            answer(check)

        assert centre.asked == []
        assert CodeTry.objects.count() == 5
        operations.resend_code(check_id=check.id, at=AT + MINUTE, by="payer")
        assert answer(check, at=AT + MINUTE).status == Status.PASSED

    @pytest.mark.parametrize(("seconds", "passes"), [(299, True), (300, False)])
    def test_a_code_is_good_for_five_minutes(self, seconds, passes):
        check = make_consented_check()
        submit(check)
        at = AT + dt.timedelta(seconds=seconds)

        if passes:
            assert answer(check, at=at).status == Status.PASSED
        else:
            with pytest.raises(errors.CodeExpired):
                answer(check, at=at)
            assert not CodeTry.objects.exists()

    def test_another_code_is_sent_after_sixty_seconds_and_the_first_is_dead(self):
        check = make_consented_check()
        submit(check)
        first = sent_codes()[0]
        with pytest.raises(errors.ResendTooEarly) as refused:
            operations.resend_code(check_id=check.id, at=AT + dt.timedelta(seconds=59), by="payer")
        assert refused.value.details == {"seconds": 1}

        operations.resend_code(check_id=check.id, at=AT + MINUTE, by="payer")

        assert len(sent_codes()) == 2
        if first != sent_codes()[1]:
            with pytest.raises(errors.CodeWrong):
                answer(check, first, at=AT + MINUTE)

    def test_three_more_codes_are_sent_and_no_fourth(self):
        check = make_consented_check()
        submit(check)
        for minute in (1, 2, 3):
            operations.resend_code(check_id=check.id, at=AT + minute * MINUTE, by="payer")

        with pytest.raises(errors.ResendsUsedUp):
            operations.resend_code(check_id=check.id, at=AT + 4 * MINUTE, by="payer")

        assert len(sent_codes()) == 4

    def test_when_the_last_code_is_used_up_the_check_ends(self):
        check = make_consented_check()
        submit(check)
        for minute in (1, 2, 3):
            operations.resend_code(check_id=check.id, at=AT + minute * MINUTE, by="payer")
        for _ in range(4):
            with pytest.raises(errors.CodeWrong):
                answer(check, a_wrong_code(), at=AT + 3 * MINUTE)

        with pytest.raises(errors.CheckEnded):
            answer(check, a_wrong_code(), at=AT + 3 * MINUTE)

        check.refresh_from_db()
        assert check.status == Status.EXPIRED

    def test_the_database_lets_no_sixth_try_through(self):
        check = make_consented_check()
        submit(check)
        code = queries.latest_code(queries.latest_inquiry(check))

        with pytest.raises(IntegrityError), transaction.atomic():
            code.tries.create(number=6, was_right=True, at=AT)


class TestMismatch:
    def test_other_data_than_the_registers_are_a_mismatch_and_no_use(self):
        check = make_consented_check()

        ended = go_through(check, WRONG)

        assert ended.status == Status.MISMATCH
        assert queries.tries_left_today(check, at=AT) == 1
        assert not LastUse.objects.exists()

    def test_corrected_data_pass_on_the_second_try(self, centre):
        check = make_consented_check()
        go_through(check, WRONG)

        assert go_through(check, at=AT + MINUTE).status == Status.PASSED
        assert len(set(centre.asked)) == 2

    def test_another_id_than_the_account_holders_is_a_mismatch_without_asking_the_centre(self, bank, centre):
        bank.set_profile(ACCOUNT, national_id="B120863158")
        check = make_consented_check()

        ended = submit(check)

        assert ended.status == Status.MISMATCH
        assert Inquiry.objects.get().outcome == "bank_mismatch"
        assert queries.tries_left_today(check, at=AT) == 1
        assert centre.asked == []
        assert not Message.objects.exists()

    def test_the_third_try_of_the_day_is_refused_before_anybody_is_asked(self, bank, centre):
        check = make_consented_check()
        go_through(check, WRONG)
        go_through(check, WRONG, at=AT + MINUTE)

        with pytest.raises(errors.TriesUsedUp):
            submit(check, at=AT + 2 * MINUTE)

        check.refresh_from_db()
        assert check.status == Status.MISMATCH
        assert len(centre.asked) == 2
        assert Inquiry.objects.count() == 2
        assert len(sent_codes()) == 2

    def test_a_new_check_and_another_card_give_the_same_id_no_new_tries(self, bank):
        first = make_consented_check(subject="PAY-1")
        go_through(first, WRONG)
        go_through(first, WRONG)
        other = make_consented_check(
            make_customer("C-2", "00099999999999"), subject="PAY-2", account_number="00099999999999"
        )

        with pytest.raises(errors.TriesUsedUp):
            submit(other)

    def test_another_id_gives_the_same_customer_no_new_tries(self):
        first = make_consented_check(subject="PAY-1")
        go_through(first, WRONG)
        go_through(first, WRONG)
        second = make_consented_check(first.customer, subject="PAY-2")

        with pytest.raises(errors.TriesUsedUp):
            submit(second, dataclasses.replace(PERSON, national_id="B120863158"))

    def test_the_next_taipei_day_gives_new_tries(self):
        evening = dt.datetime(2026, 11, 23, 15, 59, tzinfo=dt.UTC)
        check = make_consented_check(at=evening)
        go_through(check, WRONG, at=evening)
        go_through(check, WRONG, at=evening)

        assert go_through(check, at=evening + MINUTE).status == Status.PASSED


class TestWatchList:
    @pytest.mark.parametrize(
        ("release_code", "release_date", "status"),
        [
            (None, None, Status.REFUSED),
            ("R1", dt.date(2026, 11, 23), Status.REFUSED),
            ("R1", dt.date(2026, 11, 22), Status.PASSED),
        ],
    )
    def test_a_notice_in_force_refuses(self, centre, release_code, release_date, status):
        notice = Notice("Z1", dt.date(2020, 1, 1), release_code, release_date)
        centre.knows(PERSON, notices=(notice,))
        check = make_consented_check()

        ended = go_through(check)

        assert ended.status == status
        assert Inquiry.objects.get().notices.get().code == "Z1"
        assert LastUse.objects.exists() is (status == Status.PASSED)

    def test_the_trail_does_not_tell_why(self, centre):
        centre.knows(PERSON, notices=(Notice("Z1", dt.date(2020, 1, 1), None, None),))
        check = make_consented_check()
        go_through(check)

        assert CheckChange.objects.get(subject=check, after="refused").reason == ""

    def test_an_account_that_the_bank_does_not_open_to_us_is_refused(self, bank):
        bank.profiles[ACCOUNT] = bank_port.Declined("4502")
        check = make_consented_check()

        assert submit(check).status == Status.REFUSED
        assert Inquiry.objects.get().answer_detail == "4502"


class TestNoAnswer:
    def test_a_silent_centre_is_no_attempt_and_the_same_question_is_asked_again(self, centre):
        centre.is_down = True
        check = make_consented_check()

        assert go_through(check).status == Status.UNAVAILABLE
        assert queries.tries_left_today(check, at=AT) == 2
        assert not LastUse.objects.exists()

        centre.is_down = False
        assert operations.try_again(check_id=check.id, at=AT + MINUTE, by="payer").status == Status.PASSED
        assert len(centre.asked) == 2
        assert len(set(centre.asked)) == 1

    def test_a_silent_bank_is_no_attempt_and_is_asked_again(self, bank):
        bank.profiles[ACCOUNT] = bank_port.Unavailable("down")
        check = make_consented_check()
        assert submit(check).status == Status.UNAVAILABLE
        assert not Message.objects.exists()

        bank.reset()
        assert operations.try_again(check_id=check.id, at=AT + MINUTE, by="payer").status == Status.CODE_SENT
        assert Inquiry.objects.count() == 1

    def test_a_bank_without_a_number_is_no_attempt_and_nothing_is_sent(self, bank):
        bank.set_profile(ACCOUNT, phone="")
        check = make_consented_check()

        assert submit(check).status == Status.UNAVAILABLE
        assert not Message.objects.exists()
        assert queries.tries_left_today(check, at=AT) == 2


class TestTwiceAndCrashes:
    def test_a_crash_after_the_centre_answered_asks_the_same_question_again(self, centre):
        check = make_consented_check()
        submit(check)
        stop_at(Phase.CENTRE_ANSWERED)
        with pytest.raises(Stopped):
            answer(check)
        phases.listen(None)
        check.refresh_from_db()
        assert check.status == Status.ASKING

        carried = operations.carry_on(check_id=check.id, at=AT + MINUTE, by="sweep")

        assert carried.status == Status.PASSED
        assert len(centre.asked) == 2
        assert len(set(centre.asked)) == 1

    @pytest.mark.parametrize("phase", [Phase.DATA_KEPT, Phase.BANK_ANSWERED])
    def test_a_crash_while_the_bank_is_asked_sends_one_code_in_the_end(self, phase):
        check = make_consented_check()
        stop_at(phase)
        with pytest.raises(Stopped):
            submit(check)
        phases.listen(None)

        assert submit(check, at=AT + MINUTE).status == Status.CODE_SENT
        assert len(sent_codes()) == 1
        assert Inquiry.objects.count() == 1

    def test_an_answer_that_comes_late_does_not_settle_twice(self, centre):
        check = make_consented_check()
        submit(check)
        stop_at(Phase.CENTRE_ANSWERED, do=lambda: operations.carry_on(check_id=check.id, at=AT, by="sweep"))

        assert answer(check).status == Status.PASSED
        assert statuses(check).count("passed") == 1

    def test_the_same_code_sent_twice_gives_the_same_end(self):
        check = make_consented_check()
        go_through(check)

        with pytest.raises(errors.CheckElsewhere):
            answer(check)

        check.refresh_from_db()
        assert check.status == Status.PASSED

    @pytest.mark.django_db(transaction=True)
    def test_data_sent_by_two_threads_make_one_inquiry_and_one_code(self):
        check = make_consented_check()

        outcomes = in_threads(8, lambda: submit(check))

        assert {type(outcome) for outcome in outcomes} <= {Check, errors.CheckElsewhere}
        assert Inquiry.objects.count() == 1
        assert len(sent_codes()) == 1

    @pytest.mark.django_db(transaction=True)
    def test_a_code_sent_by_many_threads_passes_once_under_one_request_id(self, centre):
        check = make_consented_check()
        submit(check)

        in_threads(8, lambda: answer(check))

        assert statuses(check).count("passed") == 1
        assert len(set(centre.asked)) == 1
        assert CodeTry.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("round_", range(4))
    def test_parallel_checks_of_one_person_get_no_third_mismatch(self, bank, round_):
        bank.set_profile(ACCOUNT, national_id="B120863158")
        customer = make_customer()
        checks = [make_consented_check(customer, subject=f"PAY-{number}") for number in range(6)]

        in_threads_each([lambda check=check: submit(check) for check in checks])

        assert Inquiry.objects.filter(outcome="bank_mismatch").count() <= 2


class TestTime:
    def test_a_check_left_open_for_half_an_hour_ends(self):
        check = make_consented_check()

        assert operations.expire_left_checks(at=AT + 29 * MINUTE, limit=10, by="sweep") == 0
        assert operations.expire_left_checks(at=AT + 30 * MINUTE, limit=10, by="sweep") == 1

        check.refresh_from_db()
        assert check.status == Status.EXPIRED

    def test_an_ended_check_takes_nothing_even_before_the_sweep(self, bank):
        check = make_consented_check()

        with pytest.raises(errors.CheckEnded):
            submit(check, at=AT + 30 * MINUTE)

        assert not Inquiry.objects.exists()

    def test_a_check_whose_answer_is_out_is_finished_not_expired(self):
        check = make_consented_check()
        submit(check)
        stop_at(Phase.QUESTION_KEPT)
        with pytest.raises(Stopped):
            answer(check, at=AT)
        phases.listen(None)

        assert operations.expire_left_checks(at=AT + 31 * MINUTE, limit=10, by="sweep") == 0
        assert operations.carry_on(check_id=check.id, at=AT + 31 * MINUTE, by="sweep").status == Status.PASSED


class TestTheDatabaseRefuses:
    def test_a_status_that_jumps(self):
        check, _ = make_check()

        with pytest.raises(IntegrityError), transaction.atomic():
            Check.objects.filter(id=check.id).update(status="passed", step=1)

    @pytest.mark.parametrize("before", states.Status)
    def test_exactly_the_moves_of_the_table(self, before):
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'verification_check_status_guard'")
            source = cursor.fetchone()[0]
        allowed = {after for left, after in re.findall(r"\('(\w+)', '(\w+)'\)", source) if left == before}

        assert allowed == states.MOVES[before]

    def test_an_answer_that_changes_its_mind(self):
        check = make_consented_check()
        go_through(check, WRONG)

        with pytest.raises(IntegrityError), transaction.atomic():
            Inquiry.objects.update(outcome="match")

    def test_a_match_without_a_right_code(self):
        submit(make_consented_check())

        with pytest.raises(IntegrityError), transaction.atomic():
            Inquiry.objects.update(outcome="match", answered_at=AT, answered_date=AT.date())

    def test_a_changed_consent(self):
        make_consented_check()

        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.update(version="other")


class Stopped(BaseException):
    """The process ended here."""


def stop_at(phase, do=None):
    def heard(name):
        if name != phase.value:
            return
        if do is None:
            raise Stopped
        phases.listen(None)
        do()

    phases.listen(heard)


def in_threads(count, call):
    return in_threads_each([call] * count)


def in_threads_each(calls):
    outcomes, start = [], threading.Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            outcomes.append(call())
        except errors.Refusal as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
