"""A portal that answers what a test tells it to, over real HTTP; both clients behind one face; and a time that is only counted."""

import asyncio
import itertools
import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from outpost import AsyncOutpost, Outpost

# The base64 of 32 bytes that guard nothing.
PRIVATE_KEY = "Y2xpZW50LXRlc3RzLXNpZ25pbmcta2V5LTMyLWJ5dCE="
# Read once: it takes longer than all the rest.
CERTIFICATES = ssl.create_default_context()
# The connection is closed without a word; it stays open without one.
DROPPED, HANGING = object(), object()


@dataclass
class Asked:
    method: str
    path: str
    query: str
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class Portal:
    """`answers` are given one by one, the last one again and again: (status, body, headers) or DROPPED."""

    def __init__(self):
        self.answers = []
        self.asked = []
        self.silent = threading.Event()
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path, _, query = self.path.partition("?")
                headers = {name.lower(): value for name, value in self.headers.items()}
                portal.asked.append(Asked(self.command, path, query, headers, body))
                answer = portal.next_answer()
                if answer is DROPPED:
                    self.close_connection = True
                    return
                if answer is HANGING:
                    portal.silent.wait()
                    self.close_connection = True
                    return
                status, content, more = answer
                content = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self):
                self.do_GET()

            def do_PATCH(self):
                self.do_GET()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def next_answer(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def plays(self, *answers):
        """(status, body) or (status, body, headers) each."""
        self.answers = [answer if not isinstance(answer, tuple) else (*answer, {})[:3] for answer in answers]

    def stop(self):
        self.silent.set()
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Time:
    """Seconds that pass only when somebody waits."""

    seconds: float = 1_795_000_000.0
    slept: list = field(default_factory=list)
    # How much each look at the clock takes.
    step: float = 0.0

    def now(self):
        self.seconds += self.step
        return self.seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    async def sleep_async(self, seconds):
        self.sleep(seconds)


class Blocking:
    def __init__(self, portal, time, **options):
        self.http = httpx.Client(verify=CERTIFICATES)
        self.client = Outpost(base_url=portal.url, http=self.http, sleep=time.sleep, **options)

    def ask(self, question):
        return question(self.client)

    def walk(self, question, at_most=100):
        return list(itertools.islice(question(self.client), at_most))

    def close(self):
        self.http.close()


class Awaiting:
    """The same face; each question has a loop and connections of its own."""

    def __init__(self, portal, time, **options):
        self.options = {"base_url": portal.url, "sleep": time.sleep_async, **options}

    def ask(self, question):
        async def asking():
            async with httpx.AsyncClient(verify=CERTIFICATES) as http:
                return await question(AsyncOutpost(http=http, **self.options))

        return asyncio.run(asking())

    def walk(self, question, at_most=100):
        async def walking():
            found = []
            async with httpx.AsyncClient(verify=CERTIFICATES) as http:
                async for item in question(AsyncOutpost(http=http, **self.options)):
                    found.append(item)
                    if len(found) == at_most:
                        break
            return found

        return asyncio.run(walking())

    def close(self):
        pass
