"""Events, messages and receivers for tests of any app."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

from django.db import connection, transaction

from notifications import operations
from notifications.models import Event, Message
from notifications.states import Channel
from platforms.tests.factories import make_endpoint, make_platform

AT = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
PHONE = "+886912345678"
_numbers = count(1)


def make_event(platform=None, *, subject="", kind="payment.succeeded", at=AT, ordering_key="", **data) -> Event:
    platform = platform or make_platform()
    subject = subject or f"PAY-{next(_numbers)}"
    with transaction.atomic():
        return operations.enqueue_event(
            platform=platform, kind=kind, subject=subject, data=data, at=at, ordering_key=ordering_key
        )


def make_webhook(url="", *, subject="", at=AT) -> Message:
    """An event of a platform with one endpoint, and the message to it."""
    platform = make_platform()
    make_endpoint(platform, url)
    return make_event(platform, subject=subject, at=at).messages.get()


def make_sms(*, purpose="payment_paid", subject="", phone=PHONE, text="付款成功", at=AT) -> Message:
    subject = subject or f"PAY-{next(_numbers)}"
    with transaction.atomic():
        return operations.enqueue_sms(purpose=purpose, subject=subject, phone=phone, text=text, at=at)


def deliver(at=AT, channel=Channel.WEBHOOK, limit=100) -> int:
    return operations.deliver_due(channel=channel, at=at, limit=limit)


def together(*works) -> list:
    """Run these at once, each in a thread with a connection of its own; their results, or the first error."""
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        running = [threads.submit(run, work) for work in works]
        return [done.result() for done in running]


class Receiver:
    """A platform's web server on a free port. `answer(handler)` says what it does; `received` is what came in."""

    def __init__(self, answer):
        self.received = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((self.path, dict(self.headers.items()), body))
                answer(self)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def receiver(answer):
    made = Receiver(answer)
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()


def answer_with(status, body=b"", **headers):
    """A receiver's answer: this status, these headers, this body."""

    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer
