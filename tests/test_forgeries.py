"""Signed requests under attack: ten thousand that were changed, ten thousand that were sent before; none is let in."""

import base64
import random
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import RequestFactory
from rest_framework.request import Request

from common import clock
from common.errors import Refusal
from platforms import signatures
from platforms.api import PlatformAuthentication
from platforms.models import RequestNonce
from platforms.tests.factories import make_platform, make_signing_key

FORGED, REPLAYED = 10_000, 10_000
PATH, BODY = "/api/v1/keys/key_x/revoke", b'{"a":1}'
REFUSED = {"unauthenticated", "signature_invalid", "signature_expired"}


class Attacker:
    """Has seen one genuine request, and sends it changed. The genuine one itself was never sent."""

    def __init__(self, key, private, other, seed):
        self.chance = random.Random(seed)
        self.message = signatures.Message("POST", f"https://testserver{PATH}?a=b", {}, BODY)
        nonce = f"nonce-{seed:012d}"
        signatures.sign(self.message, key_id=key.key_id, private_key=private, nonce=nonce, created=clock.now())
        self.other = other
        self.sent = {
            "method": "POST",
            "path": PATH,
            "query": "a=b",
            "body": BODY,
            "headers": dict(self.message.headers),
        }

    def change(self):
        """One way out of all of them; gives its name."""
        name = self.chance.choice(WAYS)
        getattr(self, name)()
        return name

    def header(self, name, pattern, text):
        before = self.sent["headers"][name]
        self.sent["headers"][name] = re.sub(pattern, text, before, count=1)
        assert self.sent["headers"][name] != before, (name, pattern)

    def with_a_flipped_bit(self):
        found = re.search(r":([^:]+):", self.sent["headers"]["Signature"])[1]
        raw = bytearray(base64.b64decode(found))
        raw[self.chance.randrange(len(raw))] ^= 1 << self.chance.randrange(8)
        self.sent["headers"]["Signature"] = f"sig1=:{base64.b64encode(raw).decode()}:"

    def with_random_bytes(self):
        length = self.chance.choice([0, 1, 32, 63, 64, 65, 128])
        self.sent["headers"]["Signature"] = f"sig1=:{base64.b64encode(self.chance.randbytes(length)).decode()}:"

    def with_a_cut_header(self):
        name = self.chance.choice(["Signature", "Signature-Input", "Content-Digest"])
        whole = self.sent["headers"][name]
        self.sent["headers"][name] = whole[: self.chance.randrange(len(whole) - 1)]

    def without_a_header(self):
        del self.sent["headers"][self.chance.choice(["Signature", "Signature-Input", "Content-Digest"])]

    def with_another_method(self):
        self.sent["method"] = self.chance.choice(["GET", "PUT", "PATCH", "DELETE"])

    def with_another_path(self):
        self.sent["path"] = self.chance.choice(
            ["/api/v1/keys/key_y/revoke", "/api/v1/keys", PATH + "/", PATH.upper(), "/"]
        )

    def with_another_query(self):
        self.sent["query"] = self.chance.choice(["", "a=c", "a=b&a=b", "a=b&", "A=b", "a=%62"])

    def with_another_body(self):
        self.sent["body"] = self.chance.choice([b'{"a":2}', b'{"a":1} ', b"", b'{"a":1}\n', BODY + b"\0"])

    def with_another_body_and_its_digest(self):
        import hashlib

        self.sent["body"] = b'{"a":%d}' % self.chance.randrange(2, 9_999)
        digest = base64.b64encode(hashlib.sha256(self.sent["body"]).digest()).decode()
        self.sent["headers"]["Content-Digest"] = f"sha-256=:{digest}:"

    def with_another_nonce(self):
        self.header("Signature-Input", r'nonce="[^"]+"', f'nonce="{self.chance.getrandbits(64):016x}"')

    def with_another_time(self):
        created = int(re.search(r"created=(\d+)", self.sent["headers"]["Signature-Input"])[1])
        moved = created + self.chance.choice([-(10**12), -86_400, -301, -1, 1, 301, 86_400, 10**12])
        self.header("Signature-Input", r"created=\d+", f"created={moved}")

    def with_another_key(self):
        name = self.chance.choice([self.other.key_id, "key_nobody", "", "'; DROP TABLE x; --", "key\\\\u0000"])
        self.header("Signature-Input", r'keyid="[^"]+"', f'keyid="{name}"')

    def with_another_algorithm(self):
        name = self.chance.choice(["hmac-sha256", "rsa-pss-sha512", "ecdsa-p256-sha256", "none", ""])
        self.sent["headers"]["Signature-Input"] += f';alg="{name}"'

    def with_less_covered(self):
        part = self.chance.choice(["@method", "@path", "@query", "content-digest"])
        self.header("Signature-Input", rf'"{part}" ?', "")

    def with_other_order(self):
        self.header("Signature-Input", r'"@method" "@path"', '"@path" "@method"')

    def with_another_label(self):
        self.header("Signature-Input", "sig1=", self.chance.choice(["sig2=", "SIG1=", "sig1;a=", "="]))

    def with_the_public_key_as_secret(self):
        self.sent["headers"]["Authorization"] = f"Bearer {self.other.public_key}"
        del self.sent["headers"]["Signature-Input"]

    def send(self):
        """The code of the refusal, "let in" if there was none. Asks the door itself: what stands before it lets all pass."""
        sent = self.sent
        request = RequestFactory().generic(
            sent["method"],
            sent["path"],
            sent["body"],
            content_type="application/json",
            QUERY_STRING=sent["query"],
            headers=sent["headers"],
        )
        try:
            PlatformAuthentication().authenticate(Request(request))
        except Refusal as refusal:
            return refusal.code
        return "let in"


WAYS = [name for name in dir(Attacker) if name.startswith(("with_", "without_"))]


@pytest.mark.django_db
def test_no_changed_request_is_let_in():
    key, private = make_signing_key(make_platform())
    other, _ = make_signing_key(make_platform())
    let_in, ways = [], set()

    for seed in range(FORGED):
        attacker = Attacker(key, private, other, seed)
        way = attacker.change()
        ways.add(way)
        code = attacker.send()
        if code not in REFUSED:
            let_in.append((seed, way, code))

    assert let_in == []
    assert ways == set(WAYS)
    assert not RequestNonce.objects.exists()


@pytest.mark.django_db
def test_the_request_that_was_changed_would_have_been_let_in():
    """Else the test above would prove nothing."""
    key, private = make_signing_key(make_platform())

    assert Attacker(key, private, key, 1).send() == "let in"


@pytest.mark.django_db(transaction=True)
def test_no_request_is_let_in_twice():
    """A hundred genuine requests, each sent a hundred times more, from four threads at once."""
    key, private = make_signing_key(make_platform())
    captured = [Attacker(key, private, key, seed) for seed in range(100)]
    first = {attacker.send() for attacker in captured}

    def replay(attacker):
        try:
            return [attacker.send() for _ in range(REPLAYED // len(captured))]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        again = [code for codes in threads.map(replay, captured) for code in codes]

    assert first == {"let in"}
    assert len(again) == REPLAYED
    assert set(again) == {"request_replayed"}
