"""Text messages through two operators, over real HTTP."""

import json
import socket
import threading

import pytest

from notifications.channels.port import Delivered, Refused, SmsLetter, Unknown
from notifications.channels.sms import SmsSender
from notifications.tests.factories import PHONE, answer_with, receiver

pytestmark = pytest.mark.django_db  # the sender looks whether a transaction is open
LETTER = SmsLetter("0197-message", PHONE, "付款成功")


def says(**answer):
    return answer_with(200, json.dumps(answer).encode())


ACCEPTED = {"result": "accepted", "operator_reference": "P0001"}
REJECTED = {"result": "rejected", "code": "S401"}


def send(primary, secondary, seconds=5.0):
    """What each operator received, and what came back."""
    with receiver(primary) as first, receiver(secondary) as second:
        sender = SmsSender(primary=(first.url, "t1"), secondary=(second.url, "t2"), deadline_seconds=seconds)
        answers = sender.send(LETTER)
    return answers, first.received, second.received


def test_the_first_operator_takes_it_and_the_second_hears_nothing():
    answers, first, second = send(says(**ACCEPTED), says(**ACCEPTED))

    ((path, headers, body),) = first
    assert path == "/messages"
    assert headers["Authorization"] == "Bearer t1"
    assert json.loads(body) == {"message_id": "0197-message", "to": PHONE, "text": "付款成功"}
    (answer,) = answers
    assert isinstance(answer, Delivered)
    assert (answer.operator, answer.answer) == ("primary", "P0001")
    assert second == []


@pytest.mark.parametrize(
    ("primary", "outcome"),
    [
        (says(**REJECTED), Refused),
        (answer_with(500, b"{}"), Unknown),
        (answer_with(200, b"nonsense"), Unknown),
        (answer_with(200, b"[]"), Unknown),
        (says(result="perhaps"), Unknown),
        (says(), Unknown),
        (answer_with(302, Location="http://127.0.0.1:1/"), Unknown),
    ],
)
def test_the_second_is_asked_when_the_first_did_not_clearly_take_it(primary, outcome):
    answers, first, second = send(primary, says(**ACCEPTED))

    assert [type(answer) for answer in answers] == [outcome, Delivered]
    assert [answer.operator for answer in answers] == ["primary", "secondary"]
    assert len(first) == len(second) == 1
    assert json.loads(first[0][2])["message_id"] == json.loads(second[0][2])["message_id"]


def test_an_operator_that_hangs_is_left_and_the_second_asked():
    over = threading.Event()

    answers, _, second = send(lambda handler: over.wait(10), says(**ACCEPTED), seconds=0.3)
    over.set()

    assert [type(answer) for answer in answers] == [Unknown, Delivered]
    assert len(second) == 1


def test_both_saying_no_is_a_no():
    answers, first, second = send(says(**REJECTED), says(**REJECTED))

    assert [type(answer) for answer in answers] == [Refused, Refused]
    assert answers[-1].answer == "rejected S401"
    assert len(first) == len(second) == 1


def test_nobody_listening_is_unknown_at_both():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        answers = SmsSender(primary=(url, "t"), secondary=(url, "t")).send(LETTER)

    assert [type(answer) for answer in answers] == [Unknown, Unknown]


def test_without_any_operator_nothing_is_sent_and_that_is_said():
    (answer,) = SmsSender(primary=("", ""), secondary=("", "")).send(LETTER)

    assert isinstance(answer, Refused)


def test_neither_phone_nor_text_shows_when_a_letter_or_an_answer_is_printed():
    answers, _, _ = send(answer_with(500), says(**REJECTED))

    assert PHONE not in repr(LETTER) + repr(answers)
    assert "付款" not in repr(LETTER) + repr(answers)
