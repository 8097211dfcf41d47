"""The webhook sender against real HTTP servers, kind and hostile."""

import base64
import datetime as dt
import hmac
import socket
import ssl
import threading
import time

import httpx
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import NameOID

from notifications.channels import platform as channel
from notifications.channels.platform import WebhookSender
from notifications.channels.port import Delivered, Refused, Unknown, WebhookLetter
from notifications.tests.factories import AT, answer_with, receiver
from platforms.signatures import new_key_pair

pytestmark = pytest.mark.django_db  # the sender looks whether a transaction is open
BODY = '{"id":"evt_1","data":{"text":"付款"}}'.encode()
PRIVATE, PUBLIC = new_key_pair()


def letter(url, *keys, secrets=()):
    return WebhookLetter("m1", "evt_1", url, BODY, keys or (PRIVATE,), AT, secrets)


def send(url, *keys, seconds=5.0, public_only=False):
    (answer,) = WebhookSender(public_only=public_only, deadline_seconds=seconds).send(letter(url, *keys))
    return answer


def fits(signature, headers, body, public):
    kind, _, encoded = signature.partition(",")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(base64.b64decode(encoded), signed)
    except InvalidSignature:
        return False
    return kind == "v1a"


def test_a_notice_arrives_byte_for_byte_and_its_signature_fits():
    with receiver(answer_with(204)) as shop:
        answer = send(f"{shop.url}/hook?x=1")

    ((path, headers, body),) = shop.received
    assert isinstance(answer, Delivered)
    assert answer.http_status == 204
    assert (path, body) == ("/hook?x=1", BODY)
    assert headers["webhook-id"] == "evt_1"
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert headers["Host"] == shop.url.removeprefix("http://")
    assert fits(headers["webhook-signature"], headers, body, PUBLIC)
    assert not fits(headers["webhook-signature"], headers, body + b" ", PUBLIC)


def test_during_a_rotation_one_signature_a_key():
    newer_private, newer_public = new_key_pair()
    with receiver(answer_with(200)) as shop:
        send(shop.url, newer_private, PRIVATE)

    ((_, headers, body),) = shop.received
    first, second = headers["webhook-signature"].split(" ")
    assert fits(first, headers, body, newer_public)
    assert fits(second, headers, body, PUBLIC)


def test_each_secret_signs_beside_the_keys():
    """v1 of Standard Webhooks: HMAC-SHA256 over the same bytes, with the secret's bytes and not its text."""
    new, old = b"n" * 32, b"o" * 32
    secrets = tuple(base64.b64encode(secret).decode() for secret in (new, old))
    with receiver(answer_with(200)) as shop:
        WebhookSender(public_only=False).send(letter(shop.url, PRIVATE, secrets=secrets))

    ((_, headers, body),) = shop.received
    signed = f"evt_1.{int(AT.timestamp())}.".encode() + body
    expected = [f"v1,{base64.b64encode(hmac.digest(secret, signed, 'sha256')).decode()}" for secret in (new, old)]
    first, *rest = headers["webhook-signature"].split(" ")
    assert fits(first, headers, body, PUBLIC)
    assert rest == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": "99999999999999999999"}, 999_999_999),
        ({"Retry-After": "Mon, 08 Jun 2026 02:01:30 GMT"}, 90),
        ({"Retry-After": "Mon, 08 Jun 2026 01:00:00 GMT"}, 0),
        # Its clock is a day ahead, and so is the date it names.
        ({"Retry-After": "Tue, 09 Jun 2026 02:01:30 GMT", "Date": "Tue, 09 Jun 2026 02:00:30 GMT"}, 60),
        ({"Retry-After": "Monday, 08-Jun-26 02:01:30 GMT"}, 90),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "９"}, None),
        ({"Retry-After": "Mon, 99 Jun 2026 02:01:30 GMT"}, None),
        ({}, None),
    ],
)
def test_a_wish_to_be_left_alone_is_understood_in_seconds_and_as_a_date(headers, seconds):
    encoded = httpx.Headers({name: value.encode() for name, value in headers.items()})

    assert channel.retry_after_seconds(encoded, at=AT) == seconds


def test_the_wish_arrives_with_the_answer():
    with receiver(answer_with(503, Retry_After="7")) as shop:
        answer = send(shop.url)

    assert (answer.http_status, answer.retry_after) == (503, 7)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_the_acknowledgement(status):
    with receiver(answer_with(status)) as shop:
        assert isinstance(send(shop.url), Delivered)


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503])
def test_nothing_else_is(status):
    with receiver(answer_with(status, b"no")) as shop:
        answer = send(shop.url)

    assert isinstance(answer, Refused)
    assert answer.http_status == status


def test_a_redirect_is_not_followed():
    with receiver(answer_with(200)) as other:
        with receiver(answer_with(307, Location=other.url)) as shop:
            answer = send(shop.url)

        assert (answer.http_status, len(shop.received), other.received) == (307, 1, [])


def test_what_was_answered_is_kept_in_one_line_of_five_hundred_characters():
    with receiver(answer_with(500, "出錯了\r\n\x1b[31m\x00".encode() + b"x" * 5000)) as shop:
        answer = send(shop.url)

    assert answer.answer.startswith("出錯了 [31m x")
    assert len(answer.answer) == 500
    assert answer.answer.isprintable()


def test_an_answer_without_end_is_cut_off_and_its_status_counts():
    def pour(handler):
        handler.send_response(200)
        handler.end_headers()
        poured = 0
        try:
            while poured < 50_000_000:
                poured += handler.wfile.write(b"x" * 65_536)
        except OSError:
            pass
        handler.close_connection = True
        handler.server.poured = poured

    with receiver(pour) as shop:
        answer = send(shop.url)

    assert isinstance(answer, Delivered)
    assert shop.server.poured < 50_000_000


def test_a_packed_answer_is_not_unpacked():
    bomb = b"\x1f\x8b" + b"\x00" * 100
    with receiver(answer_with(200, bomb, Content_Encoding="gzip")) as shop:
        assert isinstance(send(shop.url), Delivered)

    assert shop.received[0][1]["Accept-Encoding"] == "identity"


def test_a_platform_that_hangs_is_left_at_the_deadline():
    over = threading.Event()
    with receiver(lambda handler: over.wait(20)) as shop:
        started = time.monotonic()
        answer = send(shop.url, seconds=0.3)
        spent = time.monotonic() - started
        over.set()

    assert isinstance(answer, Unknown)
    assert answer.answer == "no answer within 0.3 s"
    assert spent < 5


def test_headers_that_drip_are_left_at_the_deadline():
    over = threading.Event()

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.05):
            handler.wfile.write(b"X-Drip: 1\r\n")
        handler.close_connection = True

    with receiver(drip) as shop:
        answer = send(shop.url, seconds=0.4)
        over.set()

    assert isinstance(answer, Unknown)


def test_a_body_that_drips_is_cut_off_and_the_status_counts():
    over = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        while not over.wait(0.05):
            handler.wfile.write(b".")
        handler.close_connection = True

    with receiver(drip) as shop:
        answer = send(shop.url, seconds=0.4)
        over.set()

    assert isinstance(answer, Delivered)
    assert answer.duration_ms < 5000


@pytest.mark.parametrize(
    "garbage",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 OK\r\n\r\n", b"HTTP/1.1 200", b"\x00" * 1000, b"HTTP/1.1 99 x\r\n\r\n"],
)
def test_what_is_not_http_is_unknown(garbage):
    def say(handler):
        handler.wfile.write(garbage)
        handler.close_connection = True

    with receiver(say) as shop:
        assert isinstance(send(shop.url, seconds=2), Unknown)


def test_headers_without_end_are_unknown():
    def say(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            for _ in range(2000):
                handler.wfile.write(b"X-Long: " + b"x" * 1000 + b"\r\n")
        except OSError:
            pass
        handler.close_connection = True

    with receiver(say) as shop:
        assert isinstance(send(shop.url), Unknown)


def test_nobody_listening_is_unknown():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = send(f"http://127.0.0.1:{unused.getsockname()[1]}/")

    assert isinstance(answer, Unknown)


@pytest.mark.parametrize(
    "url", ["http://nowhere.invalid/", "http://", "http://[::bad/", "nonsense", "http://a" + "a" * 300]
)
def test_an_address_that_leads_nowhere_is_unknown(url):
    assert isinstance(send(url, seconds=5), Unknown)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0"])
def test_a_name_that_leads_inside_is_refused_at_connect_and_nothing_is_sent(host):
    with receiver(answer_with(200)) as shop:
        answer = send(shop.url.replace("127.0.0.1", host), public_only=True)

    assert isinstance(answer, Refused)
    assert answer.answer == "the address is not public"
    assert shop.received == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that changes between check and connect (rebinding) is asked for once only."""
    asked = []

    async def resolve(url, *, public_only, loopback_too):
        asked.append(url.host)
        return "127.0.0.1"

    monkeypatch.setattr(channel, "_resolve", resolve)
    with receiver(answer_with(200)) as shop:
        port = shop.url.rpartition(":")[2]
        answer = send(f"http://rebound.invalid:{port}/hook")

    assert isinstance(answer, Delivered)
    assert asked == ["rebound.invalid"]
    assert shop.received[0][1]["Host"] == f"rebound.invalid:{port}"


def test_neither_key_nor_phone_shows_when_a_letter_is_printed():
    assert PRIVATE not in repr(letter("https://shop.example/"))


def test_a_certificate_that_nobody_vouches_for_is_unknown_and_nothing_is_sent(tmp_path):
    with receiver(answer_with(200)) as shop:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self_signed(tmp_path))
        shop.server.socket = context.wrap_socket(shop.server.socket, server_side=True)
        answer = send(shop.url.replace("http://127.0.0.1", "https://localhost"))

    assert isinstance(answer, Unknown)
    assert "CERTIFICATE_VERIFY_FAILED" in answer.answer
    assert shop.received == []


def test_over_https_the_name_is_checked_and_not_the_address(tmp_path, monkeypatch):
    """The connection goes to an address; the certificate must be the name's."""
    certificate, key = self_signed(tmp_path)
    monkeypatch.setattr(channel, "trusted_roots", lambda: ssl.create_default_context(cafile=certificate))
    with receiver(answer_with(200)) as shop:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        shop.server.socket = context.wrap_socket(shop.server.socket, server_side=True)
        right = send(shop.url.replace("http://127.0.0.1", "https://localhost"))
        wrong = send(shop.url.replace("http://", "https://"))

    assert isinstance(right, Delivered)
    assert isinstance(wrong, Unknown)
    assert len(shop.received) == 1


def self_signed(folder):
    """Paths of a certificate for `localhost` and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    return str(folder / "cert.pem"), str(folder / "key.pem")
