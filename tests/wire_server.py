"""The fake bank and card authority behind real HTTP, in the test's own process: their book survives a killed child."""

from __future__ import annotations

import datetime as dt
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

from cards import bank, chip
from cards.bank import fake_bank
from cards.bank.port import Approved, CreditRequest, DebitRequest, Declined, NotFound, Profile, Unknown
from cards.chip import fake_authority
from cards.chip.port import Invalid, Presentation, Valid
from common.money import Money


class Wires(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked(self.path, body)
        self._answer(post(self.path, body))

    def asked(self, path, body):
        """For a test that looks at the house at the moment it is asking."""

    def do_GET(self):
        _, kind, request_id = self.path.split("?")[0].split("/")
        simulator = fake_bank()
        enquire = {"debits": simulator.enquire_debit, "credits": simulator.enquire_credit}[kind]
        self._answer(outcome_body(enquire(UUID(request_id))))

    def _answer(self, body):
        if body is None:  # the simulator chose to say nothing
            self.close_connection = True
            self.connection.close()
            return
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def post(path, body):
    match path:
        case "/profile":
            return profile_body(
                fake_bank().profile(customer_number=body["customer_number"], account_number=body["account"])
            )
        case "/debits":
            return outcome_body(fake_bank().debit(DebitRequest(**movement(body))))
        case reversal if reversal.endswith("/reverse"):
            debit = UUID(reversal.split("/")[2])
            own = UUID(body["request_id"])
            return outcome_body(fake_bank().reverse(debit_request_id=debit, request_id=own, reason=body["reason"]))
        case "/credits":
            request = CreditRequest(**movement(body), debit_request_id=UUID(body["debit_request_id"]))
            return outcome_body(fake_bank().credit(request))
        case "/verify":
            return verdict_body(fake_authority().verify(presentation(body)))
    raise AssertionError(path)


def movement(body):
    return {
        "request_id": UUID(body["request_id"]),
        "account_number": body["account"],
        "amount": Money(body["amount_minor"], body["currency"]),
        "reference": body["reference"],
        "narrative": body["narrative"],
        "valid_until": dt.datetime.fromisoformat(body["valid_until"]),
    }


def presentation(body):
    names = ("issuer", "card_serial", "terminal", "check_code", "signed_at", "order_digest", "counter", "tac")
    return Presentation(
        request_id=UUID(body["request_id"]),
        account_number=body["account"],
        amount=Money(body["amount_minor"], body["currency"]),
        **{name: body[name] for name in names},
    )


def outcome_body(outcome):
    match outcome:
        case Approved(bank_reference, amount, booked_at):
            return {
                "result": "approved",
                "bank_reference": bank_reference,
                "amount_minor": amount.amount_minor,
                "currency": amount.currency,
                "booked_at": booked_at.isoformat(),
            }
        case Declined(code):
            return {"result": "declined", "code": code}
        case NotFound(final):
            return {"result": "not_found", "final": final}
        case Unknown():
            return None


def profile_body(profile):
    assert isinstance(profile, Profile)
    return {
        "result": "ok",
        "account_status": profile.account_status,
        "transfer_agreement": profile.transfer_agreement,
        "card": {"status": profile.card_status, "kind": profile.card_kind, "issued": profile.card_issued},
        "holder": {
            "national_id": profile.national_id,
            "birth_date": profile.birth_date.isoformat(),
            "phone": profile.phone,
        },
    }


def verdict_body(verdict):
    match verdict:
        case Valid(customer_number):
            return {"result": "valid", "customer_number": customer_number}
        case Invalid(reason):
            return {"result": "invalid", "reason": reason}


@contextmanager
def wired(settings, handler=Wires):
    """The house talks to bank and card authority over HTTP: a server on a free port of loopback, a thread a connection."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.WIRES = "live"
    settings.BANK_URL = settings.CHIP_URL = f"http://127.0.0.1:{server.server_port}"
    settings.BANK_TOKEN = settings.CHIP_TOKEN = "test-token"
    _forget_clients()
    yield
    server.shutdown()
    server.server_close()
    _forget_clients()


def _forget_clients():
    bank._live.cache_clear()
    chip._live.cache_clear()
