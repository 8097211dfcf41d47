"""The sample receiver passes every case, and each broken one fails exactly where it is broken."""

import base64
import dataclasses
import hashlib
import hmac
import http.server
import json
import threading

import pytest

from clients.conformance.tests.conftest import PATIENCE, serving
from outpost_conformance.keys import Keys
from outpost_conformance.run import ALL_CASES, Patience, Target, Verdict, run
from outpost_conformance.sample_receiver import Receiver, Server, _Handler

EVERY_CASE = {case.id for case in ALL_CASES}
FORGERIES = {case for case in EVERY_CASE if case.startswith("forged-")}


class AcceptsAnything(Receiver):
    def fits(self, signature, signed):
        return True

    def is_genuine(self, headers, body):
        return self.is_fresh(headers.get("webhook-timestamp", ""))


class IgnoresTheTimestamp(Receiver):
    def is_fresh(self, timestamp):
        return True


class LooksAtTheEventsTimeInstead(Receiver):
    """Refuses what happened more than an hour ago, whenever it is sent."""

    def answer(self, headers, body):
        status = super().is_genuine(headers, body) and "created_at" in json.loads(body)
        if status and self.clock() - seconds_of(json.loads(body)["created_at"]) > 86_400:
            return 400
        return super().answer(headers, body)


class KeepsNoInbox(Receiver):
    """What the feed brings is compared with what is there; what a webhook brings is not."""

    def take(self, event):
        with self.lock:
            self.inbox.add(event["id"])
            self.apply(event)

    def take_from_feed(self, events, next_after):
        for event in events:
            if event["id"] not in self.inbox:
                self.take(event)
        self.last_sequence = next_after


class LooksThenInserts(Receiver):
    """Twins at the same moment both look before either inserts."""

    def __init__(self, **known):
        super().__init__(**known)
        self.all_have_looked = threading.Barrier(3)

    def take(self, event):
        if event["id"] in self.inbox:
            return
        if threading.current_thread() is not threading.main_thread() and self.has_twins(event):
            self.all_have_looked.wait(5)
        with self.lock:
            self.inbox.add(event["id"])
            self.apply(event)

    def has_twins(self, event):
        """The third of three waits for none: only the case with twins holds requests back at once."""
        with self.lock:
            self.waiting = getattr(self, "waiting", {})
            self.waiting[event["id"]] = self.waiting.get(event["id"], 0) + 1
        return False


class LastWriteWins(Receiver):
    def move(self, kept, reference, at, status):
        kept[reference] = (at, status)


class KeepsStatusesByOrder(Receiver):
    """One status an order: whichever of its payments was told of last."""

    def apply(self, event):
        super().apply(event)
        data = event["data"]
        if data["object"] == "payment":
            mine = self.statuses["payment"]
            self.orders = getattr(self, "orders", {})
            payments = self.orders.setdefault(data["order_number"], [])
            payments.append(data["id"])
            for payment in payments:
                mine[payment] = (mine[payment][0], data["status"])


class AnswersBeforeItVerifies(Receiver):
    def answer(self, headers, body):
        try:
            super().answer(headers, body)
        except ValueError:
            pass
        return 204


class VerifiesWhatItWouldWrite(Receiver):
    """Parses the body and verifies its own JSON: right for as long as both write alike."""

    def is_genuine(self, headers, body):
        again = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()
        return super().is_genuine(headers, again)


class ChecksTheFirstSignatureOfAScheme(Receiver):
    def is_genuine(self, headers, body):
        first = {}
        for signature in headers.get("webhook-signature", "").split():
            first.setdefault(signature.partition(",")[0], signature)
        return super().is_genuine({**headers, "webhook-signature": " ".join(first.values())}, body)


class KnowsEdTwentyFiveOnly(Receiver):
    def fits(self, signature, signed):
        return signature.startswith("v1a,") and super().fits(signature, signed)


class TakesThePublicKeyForASecret(Receiver):
    def fits(self, signature, signed):
        scheme, _, encoded = signature.partition(",")
        confused = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()) for key in self.public_keys]
        return super().fits(signature, signed) or (scheme == "v1" and encoded.encode() in confused)


class LeavesTheIdOut(Receiver):
    """Verifies with the body's id: whoever changes the header alone isn't noticed."""

    def is_genuine(self, headers, body):
        return super().is_genuine({**headers, "webhook-id": json.loads(body)["id"]}, body)


class StumblesOverGarbledHeaders(Receiver):
    def is_genuine(self, headers, body):
        if "webhook-timestamp" in headers:
            int(headers["webhook-timestamp"])
        return super().is_genuine(headers, body)


class CrashesOnAnUnknownType(Receiver):
    def apply(self, event):
        if event["type"] == "webhook.test":
            return
        self.statuses[event["type"].partition(".")[0]]
        super().apply(event)


class IsStrictAboutFields(Receiver):
    def answer(self, headers, body):
        known = {"id", "type", "created_at", "data"}
        return super().answer(headers, body) if set(json.loads(body)) <= known else 422


class TakesSixteenKilobytes(Receiver):
    def answer(self, headers, body):
        return super().answer(headers, body) if len(body) <= 16_384 else 413


class AppliesTheFeedBlindly(Receiver):
    def take_from_feed(self, events, next_after):
        for event in events:
            self.apply(event)
        self.last_sequence = next_after


class StopsAtAnUnknownTypeInTheFeed(Receiver):
    def take_from_feed(self, events, next_after):
        for event in events:
            if event["type"].partition(".")[0] not in self.statuses:
                return
            self.take(event)
        self.last_sequence = next_after


class RefusesATestNotice(Receiver):
    def answer(self, headers, body):
        return 404 if json.loads(body)["type"] == "webhook.test" else super().answer(headers, body)


class WantsTheClockToTheMinute(Receiver):
    def is_fresh(self, timestamp):
        return super().is_fresh(timestamp) and abs(self.clock() - int(timestamp)) <= 60


class AllowsTheFuture(Receiver):
    def is_fresh(self, timestamp):
        return timestamp.isascii() and timestamp.isdigit() and self.clock() - int(timestamp) <= 300


def seconds_of(stamp):
    import datetime as dt

    return dt.datetime.fromisoformat(stamp).timestamp()


def named(results, verdict):
    return {case for case, result in results.items() if result.verdict is verdict}


def test_the_sample_receiver_passes_every_case(examine):
    results = examine()

    assert {case: (result.verdict, result.found) for case, result in results.items()} == dict.fromkeys(
        EVERY_CASE, (Verdict.PASSED, ())
    )


BROKEN = {
    AcceptsAnything: FORGERIES - {"forged-garbled"},
}
