"""What happens next with a refund: a step, a holder and a sentence for every status, in both languages."""

import datetime as dt
import re

import pytest
from django.utils.translation import override

from payments.queries import HOLDERS
from refunds.models import Refund
from refunds.queries import NEXT_STEPS, what_next
from refunds.states import Status

AT = dt.datetime(2026, 6, 16, 2, 0, tzinfo=dt.UTC)
ENQUIRES = "2026-06-16T02:02:00.000Z"
CREDIT_DATE, LATEST_DATE = dt.date(2026, 6, 17), dt.date(2026, 6, 23)

TABLE = [
    (Status.REQUESTED, "platform_confirms", "platform", None),
    (Status.ACCEPTED, "credit_is_sent", "portal", "2026-06-17T01:00:00.000Z"),
    (Status.CREDITING, "bank_credits", "bank", ENQUIRES),
    (Status.UNKNOWN, "bank_is_asked", "bank", ENQUIRES),
    (Status.MANUAL, "person_settles", "customer_service", None),
    (Status.CREDITED, "nothing", "nobody", None),
    (Status.CANCELLED, "nothing", "nobody", None),
]
OPEN = (Status.ACCEPTED, Status.CREDITING, Status.UNKNOWN, Status.MANUAL)


def refund(status, **fields):
    promised = status not in (Status.REQUESTED, Status.CANCELLED)
    dates = {"credit_date": CREDIT_DATE, "latest_credit_date": LATEST_DATE} if promised else {}
    return Refund(status=status, enquire_at=AT + dt.timedelta(minutes=2), **{**dates, **fields})


def test_each_status_has_its_row():
    assert {row[0] for row in TABLE} == set(Status) == set(NEXT_STEPS)


@pytest.mark.parametrize(("status", "what", "holder", "at"), TABLE, ids=[row[0].value for row in TABLE])
def test_each_status_says_what_comes_next_when_and_in_whose_hands(status, what, holder, at):
    said = {}
    for language in ("zh-hant", "en"):
        with override(language):
            body = what_next(refund(status), AT)
        said[language] = body.pop("text")
        assert body == {"what": what, "at": at, "holder": holder}

    assert holder in HOLDERS
    assert re.search(r"[\u4e00-\u9fff]", said["zh-hant"])
    assert said["en"].endswith(".")
    assert not re.search(r"[\u4e00-\u9fff]|%|None|late", said["en"])


@pytest.mark.parametrize("status", Status, ids=str)
def test_only_an_open_refund_beyond_its_promise_is_called_late(status):
    on_the_last_day, a_day_later = (dt.datetime(2026, 6, day, 15, 59, tzinfo=dt.UTC) for day in (23, 24))
    late = "This refund is late: it was promised by 2026-06-23. "

    with override("en"):
        texts = [what_next(refund(status), at)["text"] for at in (on_the_last_day, a_day_later)]

    assert not texts[0].startswith(late)
    assert texts[1].startswith(late) == (status in OPEN)
    assert texts[1].removeprefix(late) == texts[0]


def test_a_busy_bank_is_left_alone_until_its_time():
    busy_until = dt.datetime(2026, 6, 17, 3, 5, tzinfo=dt.UTC)

    assert what_next(refund(Status.ACCEPTED, retry_at=busy_until), AT)["at"] == "2026-06-17T03:05:00.000Z"
    assert what_next(refund(Status.ACCEPTED, retry_at=AT), AT)["at"] == "2026-06-17T01:00:00.000Z"
