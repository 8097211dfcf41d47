"""Receivers with one defect each, as they are written in earnest."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
from contextlib import suppress

from outpost_conformance.sample_receiver import Receiver


class AcceptsAnything(Receiver):
    def is_genuine(self, headers, body):
        return True


class AnswersBeforeItVerifies(Receiver):
    """Nothing false takes effect, but Outpost, and whoever probes, is told that it was taken."""

    def answer(self, headers, body):
        with suppress(ValueError):
            super().answer(headers, body)
        return 204


class VerifiesWhatItWouldWrite(Receiver):
    """Parses the body and verifies its own JSON: right for as long as both write alike."""

    def is_genuine(self, headers, body):
        again = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
        return super().is_genuine(headers, again.encode())


class ChecksTheFirstSignatureOfAScheme(Receiver):
    def is_genuine(self, headers, body):
        first = {}
        for signature in headers.get("webhook-signature", "").split():
            first.setdefault(signature.partition(",")[0], signature)
        return super().is_genuine({**headers, "webhook-signature": " ".join(first.values())}, body)


class ChecksEd25519Alone(Receiver):
    def fits(self, signature, signed):
        return signature.startswith("v1a,") and super().fits(signature, signed)


class ChecksHmacAlone(Receiver):
    def fits(self, signature, signed):
        return signature.startswith("v1,") and super().fits(signature, signed)


class TakesThePublicKeyForASecret(Receiver):
    def fits(self, signature, signed):
        macs = [hmac.new(key, signed, hashlib.sha256).digest() for key in self.public_keys]
        return super().fits(signature, signed) or signature in {f"v1,{base64.b64encode(mac).decode()}" for mac in macs}


class VerifiesTheBodysId(Receiver):
    """The id of the header is never looked at."""

    def is_genuine(self, headers, body):
        named = {"webhook-id": json.loads(body)["id"]} if "webhook-id" in headers else {}
        return super().is_genuine({**headers, **named}, body)


class StumblesOverGarbledHeaders(Receiver):
    def is_fresh(self, timestamp):
        return abs(self.clock() - int(timestamp or 0)) <= 300


class IgnoresTheTimestamp(Receiver):
    def is_fresh(self, timestamp):
        return True


class WantsTheClockToTheMinute(Receiver):
    def is_fresh(self, timestamp):
        return super().is_fresh(timestamp) and abs(self.clock() - int(timestamp)) <= 60


class AllowsTheFuture(Receiver):
    def is_fresh(self, timestamp):
        return timestamp.isascii() and timestamp.isdigit() and self.clock() - int(timestamp) <= 300


class RefusesWhatHappenedDaysAgo(Receiver):
    def answer(self, headers, body):
        happened = dt.datetime.fromisoformat(json.loads(body)["created_at"]).timestamp()
        return super().answer(headers, body) if self.clock() - happened < 86_400 else 400


class KeepsNoInbox(Receiver):
    """What the feed brings is compared with what is there; what a webhook brings is not."""

    def take(self, event):
        with self.lock:
            self.inbox.add(event["id"])
            self.apply(event)

    def take_from_feed(self, events, next_after):
        super().take_from_feed([event for event in events if event["id"] not in self.inbox], next_after)


class LooksThenInserts(Receiver):
    """Looks into its inbox, and inserts a moment later, when a twin has looked too."""

    looked = threading.Barrier(3)

    def take(self, event):
        if event["id"] in self.inbox:
            return
        with suppress(threading.BrokenBarrierError):
            self.looked.wait(0.5)
        self.looked.reset()
        with self.lock:
            self.inbox.add(event["id"])
            self.apply(event)


class LastWriteWins(Receiver):
    def move(self, kept, reference, at, status):
        kept[reference] = (at, status)


class KeepsStatusesByOrder(Receiver):
    """Whatever was told last of one of an order's payments goes for all of them."""

    def apply(self, event):
        super().apply(event)
        kept, data = self.statuses["payment"], event["data"]
        orders = self.__dict__.setdefault("orders", {})
        if data["object"] == "payment":
            orders.setdefault(data["order_number"], set()).add(data["id"])
            kept |= dict.fromkeys(orders[data["order_number"]], kept[data["id"]])


class AppliesTheFeedBlindly(Receiver):
    """Everything that stands in the feed is news."""

    def take_from_feed(self, events, next_after):
        for event in events:
            self.apply(event)
        self.last_sequence = next_after


class StopsAtAnUnknownTypeInTheFeed(Receiver):
    def take_from_feed(self, events, next_after):
        if all(event["type"].partition(".")[0] in self.statuses for event in events):
            super().take_from_feed(events, next_after)


class CrashesOnAnUnknownType(Receiver):
    def apply(self, event):
        if event["type"] != "webhook.test":
            assert event["type"].partition(".")[0] in self.statuses, event["type"]
            super().apply(event)


class RefusesTheTestNotice(Receiver):
    def answer(self, headers, body):
        return 404 if json.loads(body)["type"] == "webhook.test" else super().answer(headers, body)


class IsStrictAboutFields(Receiver):
    def answer(self, headers, body):
        return super().answer(headers, body) if set(json.loads(body)) == {"id", "type", "created_at", "data"} else 422


class TakesSixteenKilobytes(Receiver):
    def answer(self, headers, body):
        return super().answer(headers, body) if len(body) <= 16_384 else 413
