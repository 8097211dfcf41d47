"""The ladder: when a message is tried again, and when no more."""

import datetime as dt
from itertools import pairwise

import pytest

from notifications import retry
from notifications.channels.platform import DEADLINE_SECONDS
from notifications.channels.sms import DEADLINE_SECONDS as OPERATOR_SECONDS
from notifications.states import Channel

NOON = dt.datetime(2026, 6, 8, 12, 0, tzinfo=dt.UTC)
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


def test_the_ladder_is_the_one_promised():
    quarters = [15 * MINUTE * n for n in range(1, 25)]
    hours = [HOUR * n for n in range(7, 25)]
    threes = [HOUR * n for n in range(27, 73, 3)]

    beginning = [0 * SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE]

    assert list(retry.LADDER) == beginning + quarters + hours + threes
    assert len(retry.LADDER) == 63
    assert retry.LADDER[-1] == 72 * HOUR


@pytest.mark.parametrize(
    ("tried_after", "next_after"),
    [
        (0 * SECOND, 5 * SECOND),
        (1 * SECOND, 5 * SECOND),
        (5 * SECOND, 30 * SECOND),
        (30 * SECOND, 2 * MINUTE),
        (2 * MINUTE, 5 * MINUTE),
        (5 * MINUTE, 15 * MINUTE),
        (7 * MINUTE, 15 * MINUTE),
        (15 * MINUTE, 30 * MINUTE),
        (5 * HOUR + 59 * MINUTE, 6 * HOUR),
        (6 * HOUR, 7 * HOUR),
        (23 * HOUR, 24 * HOUR),
        (24 * HOUR, 27 * HOUR),
        (69 * HOUR + SECOND, 72 * HOUR),
        (72 * HOUR - SECOND, 72 * HOUR),
        (72 * HOUR, None),
        (240 * HOUR, None),
        (-HOUR, 0 * SECOND),
    ],
)
def test_the_next_try_is_the_next_mark_counted_from_the_events_time(tried_after, next_after):
    due = retry.next_due(retry.LADDER, since=NOON, at=NOON + tried_after)

    assert due == (None if next_after is None else NOON + next_after)


@pytest.mark.parametrize(("until", "gap"), [(6 * HOUR, 15 * MINUTE), (24 * HOUR, HOUR), (72 * HOUR, 3 * HOUR)])
def test_no_two_tries_are_further_apart_than_the_figures_allow(until, gap):
    marks = [mark for mark in retry.LADDER if mark <= until]

    assert max(after - before for before, after in pairwise(marks)) <= gap


@pytest.mark.parametrize(
    ("channel", "purpose", "ends"),
    [
        (Channel.WEBHOOK, "payment.succeeded", 72 * HOUR),
        (Channel.SMS, "payment_paid", 24 * HOUR),
        (Channel.SMS, "identity_code", 5 * MINUTE),
    ],
)
def test_each_kind_of_message_has_its_end(channel, purpose, ends):
    assert retry.ladder(channel, purpose)[-1] == ends


def test_a_lease_outlasts_the_longest_send():
    assert dt.timedelta(seconds=DEADLINE_SECONDS + 10) < retry.LEASE
    assert dt.timedelta(seconds=2 * OPERATOR_SECONDS + 10) < retry.LEASE


@pytest.mark.parametrize(
    ("age", "http_status", "retry_after", "later"),
    [
        (0, None, None, 5),
        (5, 500, None, 25),
        (30, 500, None, 30),
        (3600, 503, None, 30),
        (3600, 503, 600, 600),
        (3600, 429, 1, 5),
        (3600, 429, 10**9, 3600),
        (3600, 500, 600, 30),
        (72 * 3600 - 60, 429, 3600, 60),
        (72 * 3600 - 10, 500, None, 10),
        (72 * 3600, 500, None, None),
        (72 * 3600, 429, 60, None),
    ],
)
def test_a_failing_endpoint_is_probed_at_the_next_mark_or_after_half_a_minute(age, http_status, retry_after, later):
    at = NOON + dt.timedelta(seconds=age)

    due_at = retry.next_probe(since=NOON, at=at, http_status=http_status, retry_after=retry_after)

    assert due_at == (None if later is None else at + dt.timedelta(seconds=later))
