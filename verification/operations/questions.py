"""What a customer asks customer service to look at, behind the code of a look-up, and that it was answered."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from common.jobs import run_soon
from common.personal import found_in
from verification import errors, limits, queries, rules
from verification.models import LookUpQuestion


def ask_customer_service(
    *, subject: str, text: str, page: str, language: str, known: tuple[str, ...], at: dt.datetime
) -> LookUpQuestion:
    """A question about `subject`, in the words of whoever opened the look-up by the code of the SMS. One is open at a time.

    Whoever answers for it looks for the row; waking them only saves the wait. `known`: what may stand in the text although
    it looks like an account number (the order's number). Raises QuestionEmpty, QuestionPersonal, QuestionOpen, QuestionsUsedUp.
    """
    text = text.strip()
    if not text:
        raise errors.QuestionEmpty
    if found_in(text, known=(subject, *known)):
        raise errors.QuestionPersonal
    with transaction.atomic(durable=True):
        limits.one_at_a_time(f"verification question {subject}")
        latest = queries.latest_question(subject)
        if latest is not None and latest.answered_at is None:
            raise errors.QuestionOpen(number=latest.reference)
        if queries.questions_since(subject, at - rules.QUESTIONS_PER) >= rules.QUESTIONS_MAX:
            raise errors.QuestionsUsedUp
        question = LookUpQuestion.objects.create(
            subject=subject,
            number=latest.number + 1 if latest else 1,
            text=text[: rules.QUESTION_LENGTH_MAX],
            language=language,
            page=page,
            asked_at=at,
        )
        run_soon("support.watch")
    return question


def mark_answered(*, question_ids: list[UUID], at: dt.datetime) -> None:
    """What was asked is dealt with: the customer's page says so, and may be asked anew. Joins the caller's transaction."""
    assert transaction.get_connection().in_atomic_block, "an answer needs an open transaction"
    LookUpQuestion.objects.filter(pk__in=question_ids, answered_at=None).update(answered_at=at)
