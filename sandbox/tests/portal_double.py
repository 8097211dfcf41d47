"""A portal that answers what a test tells it to, over real HTTP, and keeps what it was asked."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from platforms import signatures


class PortalDouble:
    """`answers[(method, path)] = (status, body)`; a list of pairs is used up one by one, its last one stays.

    A body that is a text is a page.
    """

    def __init__(self):
        self.key = Ed25519PrivateKey.generate()
        public_key = base64.b64encode(self.key.public_key().public_bytes_raw()).decode()
        self.answers = {("GET", "/api/v1/platform"): (200, platform(public_key))}
        self.asked = []
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                double.asked.append((self.command, self.path, dict(self.headers), body))
                status, answer = double.answer(self.command, self.path)
                is_page = isinstance(answer, str)
                content = answer.encode() if is_page else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if is_page else "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self):
                self.do_GET()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, method, path):
        found = self.answers.get((method, path), (404, {"code": "not_found", "title": "not found"}))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    def bodies(self, method, path):
        return [json.loads(body or b"{}") for how, where, _, body in self.asked if (how, where) == (method, path)]

    def notice(self, body, notice_id="evt_1", timestamp="1795000000", key=None):
        """Headers and bytes of a notice as the portal signs it."""
        content = json.dumps(body).encode()
        signed = f"{notice_id}.{timestamp}.".encode() + content
        signature = base64.b64encode((key or self.key).sign(signed)).decode()
        headers = {
            "webhook-id": notice_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,ignored v1a,{signature}",
        }
        return content, headers


def platform(*public_keys):
    """The profile of the shop's platform, with the keys that its notices are signed with."""
    webhook = {"url": "http://testserver/shop/notices", "public_keys": [f"whpk_{key}" for key in public_keys]}
    return {"object": "platform", "code": "taobao", "name": "Taobao", "webhooks": [webhook]}


def verified(asked, *, url, public_key, moment):
    """Who signed a request that the double was asked. Raises when the signature doesn't fit."""
    method, path, headers, body = asked
    lowered = {name.lower(): value for name, value in headers.items()}
    message = signatures.Message(method=method, url=url + path, headers=lowered, body=body)
    return signatures.verify(message, public_key_of=lambda key_id: public_key, moments=[moment])
