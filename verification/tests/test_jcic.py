"""The credit centre's HTTP adapter against a real server that behaves as badly as servers do."""

import contextlib
import datetime as dt
import http.server
import io
import json
import socket
import struct
import threading
import uuid

import pytest
from django.db import transaction

from verification.jcic.live import LiveCreditCentre
from verification.jcic.port import IdentityQuestion, Match, Mismatch, Notice, Unavailable
from verification.tests.factories import PERSON

QUESTION = IdentityQuestion(request_id=uuid.UUID("0190c0de-0000-7000-8000-000000000001"), person=PERSON)


@contextlib.contextmanager
def server(answer):
    """A loopback server; `answer(handler)` writes whatever it likes. Yields its address and the requests it saw."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, dict(self.headers), json.loads(body)))
            answer(self)

        def log_message(self, *args):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/jcic/v1", seen
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def send(handler, body, status=200):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def ask(address):
    return LiveCreditCentre(address, "secret", deadline_seconds=1).ask(QUESTION)


def ask_of(answer):
    with server(answer) as (address, _):
        return ask(address)


def notice(**changes):
    return {
        "code": "Z21",
        "registered_date": "2024-05-20",
        "release_code": None,
        "release_date": None,
        **changes,
    }


def test_a_question_goes_out_as_the_wire_says():
    with server(lambda handler: send(handler, {"result": "match", "notices": []})) as (address, seen):
        assert ask(address) == Match()

    path, headers, body = seen[0]
    assert path == "/jcic/v1/identity"
    assert headers["Authorization"] == "Bearer secret"
    assert headers["X-Request-Id"] == str(QUESTION.request_id)
    assert body == {
        "request_id": str(QUESTION.request_id),
        "national_id": "A123456789",
        "birth_date": "1980-05-17",
        "issue_date": "2012-03-02",
        "issue_type": "renewal",
        "issue_place": "63000",
    }


def test_a_mismatch_is_a_mismatch():
    assert ask_of(lambda handler: send(handler, {"result": "mismatch", "notices": []})) == Mismatch()


def test_notices_come_with_their_dates():
    body = {"result": "match", "notices": [notice(), notice(release_code="R1", release_date="2026-11-23")]}

    assert ask_of(lambda handler: send(handler, body)) == Match(
        notices=(
            Notice("Z21", dt.date(2024, 5, 20), None, None),
            Notice("Z21", dt.date(2024, 5, 20), "R1", dt.date(2026, 11, 23)),
        )
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>down for maintenance</html>",
        b'{"result": "match", "notices": ',
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        {},
        {"result": "ok"},
        {"result": "MATCH", "notices": []},
        {"result": ["match"], "notices": []},
        {"result": "match"},
        {"result": "match", "notices": None},
        {"result": "match", "notices": {"0": notice()}},
        {"result": "match", "notices": ["Z21"]},
        {"result": "match", "notices": [{}]},
        {"result": "match", "notices": [notice(registered_date="20 May")]},
        {"result": "match", "notices": [notice(release_code=7)]},
        {"result": "match", "notices": [notice(release_code="R1", release_date="soon")]},
        {"result": "match", "notices": [notice(code=None)]},
    ],
)
def test_an_answer_that_is_not_understood_is_no_answer(body):
    assert isinstance(ask_of(lambda handler: send(handler, body)), Unavailable)


@pytest.mark.parametrize("status", [201, 204, 302, 400, 401, 404, 429, 500, 503])
def test_any_other_status_is_no_answer(status):
    answer = ask_of(lambda handler: send(handler, {"result": "match", "notices": []}, status=status))

    assert isinstance(answer, Unavailable)


def test_a_reset_connection_is_no_answer():
    def reset(handler):
        # Lingering for no time turns the close into a reset.
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.rfile.close()
        handler.connection.close()
        handler.wfile = io.BytesIO()

    assert isinstance(ask_of(reset), Unavailable)


def test_a_centre_that_does_not_answer_in_time_is_no_answer():
    released = threading.Event()

    with server(lambda handler: released.wait(10)) as (address, seen):
        answer = LiveCreditCentre(address, "secret", deadline_seconds=0.2).ask(QUESTION)
        released.set()

    assert isinstance(answer, Unavailable)
    assert len(seen) == 1


def test_a_centre_that_is_not_there_is_no_answer():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"

        assert isinstance(ask(address), Unavailable)


def test_no_answer_tells_nothing_of_the_person():
    answer = ask_of(lambda handler: send(handler, b"A123456789", status=500))

    assert "A123456789" not in repr(answer)
    assert "A123456789" not in repr(QUESTION)


@pytest.mark.django_db(transaction=True)
def test_the_centre_is_never_asked_inside_a_transaction():
    with transaction.atomic(), pytest.raises(RuntimeError):
        ask("http://127.0.0.1:9")
