"""What the platforms' client signs is what the portal verifies: the two were written apart, from the same text."""

import base64
import datetime as dt

import httpx
import pytest

from outpost import Outpost
from platforms import signatures

AT = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
PRIVATE_KEY, PUBLIC_KEY = signatures.new_key_pair()


@pytest.fixture
def sent():
    """Requests as they leave, by a transport that answers nothing useful."""
    return []


@pytest.fixture
def client(sent):
    def take(request):
        sent.append(request)
        return httpx.Response(404, json={})

    http = httpx.Client(transport=httpx.MockTransport(take))
    return Outpost("https://portal.test", key_id="key_1", private_key=PRIVATE_KEY, http=http, now=AT.timestamp)


QUESTIONS = {
    "with a body": lambda client: client.refunds.create(payment="PAY-1", refund_number="退款", amount_minor=1),
    "without a body": lambda client: client.payments.cancel("PAY-1"),
    "with a query": lambda client: client.payments.list(order_number="A B+C/d&e=茶", status=["created", "pending"]),
    "with odd signs in the path": lambda client: client.events.get("evt 1~(x)"),
}


def ask(client, question):
    with pytest.raises(Exception, match="http_404"):
        QUESTIONS[question](client)


def message_of(request):
    return signatures.Message(request.method, str(request.url), dict(request.headers), request.read())


def verify(message, *, moment=AT):
    return signatures.verify(message, public_key_of={"key_1": PUBLIC_KEY}.get, moments=[moment])


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_the_client_signs_the_portal_verifies(client, sent, question):
    ask(client, question)

    verified = verify(message_of(sent[0]))

    assert (verified.key_id, verified.created) == ("key_1", AT)


def test_each_request_has_a_nonce_of_its_own(client, sent):
    for _ in range(3):
        ask(client, "without a body")

    assert len({verify(message_of(request)).nonce for request in sent}) == 3


@pytest.mark.parametrize("part", ["method", "path", "query", "body", "signature", "moment"])
def test_a_request_changed_on_its_way_is_refused(client, sent, part):
    ask(client, "with a body")
    message, moment = message_of(sent[0]), AT
    match part:
        case "method":
            message.method = "PUT"
        case "path":
            message.url = message.url.replace("refunds", "payments")
        case "query":
            message.url += "?limit=1"
        case "body":
            message.body = message.body.replace(b"PAY-1", b"PAY-2")
        case "signature":
            message.headers["signature"] = f"sig1=:{base64.b64encode(bytes(64)).decode()}:"
        case "moment":
            moment += dt.timedelta(seconds=301)

    with pytest.raises((signatures.Invalid, signatures.Expired)):
        verify(message, moment=moment)
