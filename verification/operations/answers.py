"""What the bank and the credit centre answered, settled: one locked transaction each, and the first answer wins."""

from __future__ import annotations

import datetime as dt
from typing import assert_never
from uuid import UUID

from django.db import connection, transaction

from cards.bank import port as bank_port
from cards.models import Customer
from cards.operations import remember_holder
from common.clock import today_in_taipei
from verification import limits, rules
from verification.jcic import port as jcic_port
from verification.models import Check, Inquiry, Outcome, WatchListNotice
from verification.operations.codes import send_code
from verification.states import Status


def settle_profile(
    check_id: UUID,
    inquiry_id: UUID,
    answer: bank_port.Profile | bank_port.Declined | bank_port.Unavailable,
    *,
    at: dt.datetime,
    by: str,
) -> Check:
    with transaction.atomic(durable=True):
        check, inquiry = _lock_asked(check_id, inquiry_id)
        if check.status != Status.SUBMITTED or inquiry.outcome:
            return check
        match answer:
            case bank_port.Unavailable(why):
                _note_silence(inquiry, f"bank: {why}")
                check.move_to(Status.UNAVAILABLE, at=at, by=by, reason="the bank gave no answer")
            case bank_port.Profile(phone=""):
                _note_silence(inquiry, "bank: no phone number")
                check.move_to(Status.UNAVAILABLE, at=at, by=by, reason="the bank has no number to send a code to")
            case bank_port.Declined(code):
                _close(inquiry, Outcome.BANK_DECLINED, at=at, detail=code)
                check.move_to(Status.REFUSED, at=at, by=by)
            case bank_port.Profile(national_id=national_id) if national_id != inquiry.national_id:
                _close(inquiry, Outcome.BANK_MISMATCH, at=at)
                check.move_to(Status.MISMATCH, at=at, by=by)
            case bank_port.Profile(phone=phone, national_id=national_id):
                remember_holder(customer=check.customer, phone=phone, national_id=national_id)
                send_code(check, inquiry, at=at)
                check.move_to(Status.CODE_SENT, at=at, by=by)
            case _ as unreachable:
                assert_never(unreachable)
    return check


def settle_answer(check_id: UUID, inquiry_id: UUID, answer: jcic_port.Answer, *, at: dt.datetime, by: str) -> Check:
    with transaction.atomic(durable=True):
        check, inquiry = _lock_asked(check_id, inquiry_id)
        if check.status != Status.ASKING or inquiry.outcome:
            return check
        match answer:
            case jcic_port.Unavailable(why):
                _note_silence(inquiry, f"credit centre: {why}")
                check.move_to(Status.UNAVAILABLE, at=at, by=by, reason="the credit centre gave no answer")
            case jcic_port.Mismatch():
                _close(inquiry, Outcome.MISMATCH, at=at)
                check.move_to(Status.MISMATCH, at=at, by=by)
            case jcic_port.Match(notices):
                _close(inquiry, Outcome.MATCH, at=at)
                if _keep_notices(inquiry, notices, today=today_in_taipei(at)):
                    check.move_to(Status.REFUSED, at=at, by=by)
                else:
                    _pass(check, at=at, by=by)
            case _ as unreachable:
                assert_never(unreachable)
    return check


def record_use(*, customer: Customer, at: dt.datetime) -> None:
    """A payment was completed or a check passed. Joins the caller's transaction."""
    assert transaction.get_connection().in_atomic_block, "a use is recorded in the transaction that makes it one"
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO verification_lastuse AS known (customer_id, used_at) VALUES (%s, %s)
               ON CONFLICT (customer_id) DO UPDATE SET used_at = EXCLUDED.used_at
               WHERE known.used_at < EXCLUDED.used_at""",
            [customer.pk, at],
        )


def _pass(check: Check, *, at: dt.datetime, by: str) -> None:
    wait = dt.timedelta(seconds=limits.gate_rule(today_in_taipei(at)).wait_seconds)
    check.move_to(Status.PASSED, at=at, by=by, fields={"wait_until": at + wait})
    record_use(customer=check.customer, at=at)


def _lock_asked(check_id: UUID, inquiry_id: UUID) -> tuple[Check, Inquiry]:
    check = Check.objects.select_for_update(of=["self"]).select_related("customer").get(id=check_id)
    return check, Inquiry.objects.get(id=inquiry_id)


def _close(inquiry: Inquiry, outcome: Outcome, *, at: dt.datetime, detail: str = "") -> None:
    inquiry.outcome, inquiry.answered_at, inquiry.answered_date = outcome, at, today_in_taipei(at)
    inquiry.answer_detail = detail[:200]
    inquiry.save(update_fields=["outcome", "answered_at", "answered_date", "answer_detail"])


def _note_silence(inquiry: Inquiry, why: str) -> None:
    inquiry.answer_detail = why[:200]
    inquiry.save(update_fields=["answer_detail"])


def _keep_notices(inquiry: Inquiry, notices: tuple[jcic_port.Notice, ...], *, today: dt.date) -> bool:
    """Keep them all, for staff who may see them. True if one of them blocks today."""
    WatchListNotice.objects.bulk_create(
        WatchListNotice(
            inquiry=inquiry,
            code=notice.code,
            registered_date=notice.registered_date,
            release_code=notice.release_code or "",
            release_date=notice.release_date,
        )
        for notice in notices
    )
    return any(rules.blocks(notice.release_code, notice.release_date, today=today) for notice in notices)
