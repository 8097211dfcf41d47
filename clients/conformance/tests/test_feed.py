"""The kit's feed answers as Outpost's does: numbered, in pages, waiting, by type; and what was last told of a thing."""

import threading
import time

import httpx
import pytest

from outpost_conformance.feed import Feed
from outpost_conformance.story import Story


@pytest.fixture
def feed():
    with Feed() as serving:
        yield serving


def get(feed, path):
    return httpx.get(f"{feed.url}{path}", trust_env=False, timeout=30)


def test_events_stand_in_the_feed_by_number_as_they_stand_in_their_notices(feed):
    story = Story(time.time)
    first, second = story.payment("succeeded"), story.refund("accepted")

    feed.publish(first, second)

    assert get(feed, "/events").json() == {
        "data": [
            {
                "sequence": 1,
                "id": first.id,
                "type": "payment.succeeded",
                "created_at": first.created_at,
                "data": first.data,
            },
            {
                "sequence": 2,
                "id": second.id,
                "type": "refund.accepted",
                "created_at": second.created_at,
                "data": second.data,
            },
        ],
        "next_after": 2,
        "has_more": False,
    }


def test_a_page_says_where_the_next_one_begins(feed):
    story = Story(time.time)
    feed.begin_after(40)
    feed.publish(*(story.payment("succeeded") for _ in range(3)))

    page = get(feed, "/events?after=40&limit=2").json()
    rest = get(feed, "/events?after=42&limit=2").json()

    assert [event["sequence"] for event in page["data"]] == [41, 42]
    assert (page["next_after"], page["has_more"]) == (42, True)
    assert [event["sequence"] for event in rest["data"]] == [43]
    assert (rest["next_after"], rest["has_more"]) == (43, False)


def test_types_choose_what_is_shown_and_not_how_far_it_goes(feed):
    story = Story(time.time)
    feed.publish(story.payment("succeeded"), story.refund("accepted"), story.payment("expired"))

    page = get(feed, "/events?types=refund.accepted,refund.credited").json()

    assert [event["type"] for event in page["data"]] == ["refund.accepted"]
    assert page["next_after"] == 3


def test_who_waits_is_answered_when_something_comes(feed):
    answers = []
    waiter = threading.Thread(target=lambda: answers.append(get(feed, "/events?wait=20").json()))
    waiter.start()

    feed.publish(Story(time.time).payment("succeeded"))
    waiter.join(15)

    assert [answer["next_after"] for answer in answers] == [1]


def test_nothing_new_is_an_empty_page(feed):
    assert get(feed, "/events?after=7").json() == {"data": [], "next_after": 7, "has_more": False}


def test_an_event_a_payment_and_a_refund_can_be_read_as_last_told(feed):
    story = Story(time.time)
    accepted = story.refund("accepted")
    credited = story.refund("credited", of=accepted)
    feed.publish(accepted, credited)

    assert get(feed, f"/events/{accepted.id}").json()["sequence"] == 1
    assert get(feed, f"/refunds/{accepted.subject}").json()["status"] == "credited"
    assert get(feed, f"/payments/{accepted.subject}").status_code == 404


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=0", "limit=501", "wait=21"])
def test_what_the_portal_would_refuse_is_refused(feed, query):
    answer = get(feed, f"/events?{query}")

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
