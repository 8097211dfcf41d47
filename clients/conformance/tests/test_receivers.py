"""The sample receiver passes every case, and each broken one fails exactly where it is broken."""

import http.server
import threading

import pytest

from clients.conformance.tests import broken
from clients.conformance.tests.factories import PATIENCE, examine
from outpost_conformance.run import ALL_CASES, Patience, Verdict

EVERY_CASE = {case.id for case in ALL_CASES}
FORGERIES = {name for name in EVERY_CASE if name.startswith("forged-")}
ANY_TIME = {"replayed", "skew-refused"}
OF_THE_FEED = {"gap", "recovery", "feed-unknown-type"}
OF_THE_STATE = {"duplicate", "duplicate-at-once", "reordered-refund", "reordered-payment", *OF_THE_FEED}

BROKEN = {
    broken.AcceptsAnything: FORGERIES | ANY_TIME,
    broken.AnswersBeforeItVerifies: FORGERIES | ANY_TIME,
    broken.VerifiesWhatItWouldWrite: {"exact-bytes", "forged-body"},
    broken.ChecksTheFirstSignatureOfAScheme: {"rotation"},
    broken.ChecksEd25519Alone: {"plain-v1"},
    broken.ChecksHmacAlone: {"plain-v1a"},
    broken.TakesThePublicKeyForASecret: {"forged-public-key"},
    broken.VerifiesTheBodysId: {"forged-id"},
    broken.StumblesOverGarbledHeaders: {"forged-garbled"},
    broken.IgnoresTheTimestamp: ANY_TIME,
    broken.WantsTheClockToTheMinute: {"skew-accepted"},
    broken.AllowsTheFuture: {"skew-refused"},
    broken.RefusesWhatHappenedDaysAgo: {"late"},
    broken.KeepsNoInbox: {"duplicate", "duplicate-at-once", "recovery"},
    broken.LastWriteWins: {"reordered-refund"},
    broken.KeepsStatusesByOrder: {"reordered-payment"},
    broken.AppliesTheFeedBlindly: {"duplicate", "duplicate-at-once", *OF_THE_FEED},
    broken.StopsAtAnUnknownTypeInTheFeed: {"feed-unknown-type"},
    broken.CrashesOnAnUnknownType: {"unknown-type", "feed-unknown-type"},
    broken.RefusesTheTestNotice: {"test-notice"},
    broken.IsStrictAboutFields: {"unknown-fields"},
    broken.TakesSixteenKilobytes: {"big-body"},
}


def cases(results, verdict):
    return {name for name, result in results.items() if result.verdict is verdict}


def found(results):
    return {name: result.found for name, result in results.items() if result.verdict is not Verdict.PASSED}


def test_the_sample_receiver_passes_every_case():
    results = examine(reads="apart", patience=Patience())

    assert found(results) == {}
    assert set(results) == EVERY_CASE


@pytest.mark.parametrize("receiver_class", BROKEN, ids=lambda receiver_class: receiver_class.__name__)
def test_a_broken_receiver_fails_exactly_where_it_is_broken(receiver_class):
    results = examine(receiver_class)

    assert cases(results, Verdict.FAILED) == BROKEN[receiver_class], found(results)
    assert cases(results, Verdict.PASSED) == EVERY_CASE - BROKEN[receiver_class]


def test_a_receiver_that_looks_and_then_inserts_lets_twins_through():
    results = examine(broken.LooksThenInserts, only=frozenset({"duplicate", "duplicate-at-once"}))

    assert {name: result.verdict for name, result in results.items()} == {
        "redirects": Verdict.PASSED,
        "duplicate": Verdict.PASSED,
        "duplicate-at-once": Verdict.FAILED,
    }


def test_a_receiver_that_never_reads_the_feed_fails_what_only_the_feed_tells():
    results = examine(reads="never")

    assert cases(results, Verdict.FAILED) == OF_THE_FEED
    assert cases(results, Verdict.PASSED) == EVERY_CASE - OF_THE_FEED
    assert all("nobody has asked the feed at http://127.0.0.1:" in results[name].found[-1] for name in OF_THE_FEED)


def test_of_a_receiver_that_redirects_nothing_else_is_said():
    class Redirects(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(302)
            self.send_header("Location", "/login")
            self.end_headers()

        def log_message(self, *_):
            pass

    results = examine(handler=Redirects, with_state=False)

    assert cases(results, Verdict.FAILED) == {"redirects"}
    assert results["redirects"].found == ("webhook.test: answered 302",)
    assert cases(results, Verdict.NOT_CHECKED) == EVERY_CASE - {"redirects", "answer-time"}


def test_a_receiver_that_never_answers_is_told_of_its_silence():
    over = threading.Event()

    class Hangs(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            over.wait(30)

        def log_message(self, *_):
            pass

    try:
        results = examine(handler=Hangs, with_state=False, patience=Patience(answer=0.2))
    finally:
        over.set()

    assert cases(results, Verdict.FAILED) == {"redirects", "answer-time"}
    assert results["answer-time"].found == ("webhook.test: no answer within 0.2 s",)


def test_answers_near_the_limit_are_a_warning_and_no_failure():
    results = examine(patience=Patience(effect=0.1, feed=0.1, slow=0.0))

    assert cases(results, Verdict.WARNING) == {"answer-time"}
    assert cases(results, Verdict.FAILED) == set()


def test_what_needs_the_state_is_never_said_to_pass_without_it():
    results = examine(with_state=False)

    assert cases(results, Verdict.NOT_CHECKED) == OF_THE_STATE
    assert {result.found for name, result in results.items() if name in OF_THE_STATE} == {("needs --state-url",)}
    assert cases(results, Verdict.PASSED) == EVERY_CASE - OF_THE_STATE


def test_what_needs_the_feed_is_not_checked_without_it():
    results = examine(with_feed=False, reads="never")

    assert cases(results, Verdict.NOT_CHECKED) == OF_THE_FEED
    assert cases(results, Verdict.FAILED) == set()


@pytest.mark.parametrize(("scheme", "other"), [("v1a", "plain-v1"), ("v1", "plain-v1a")])
def test_a_receiver_of_one_scheme_passes_beside_signatures_of_the_other(scheme, other):
    results = examine(schemes=frozenset({scheme}), patience=PATIENCE)

    assert cases(results, Verdict.NOT_CHECKED) == {other}
    assert cases(results, Verdict.PASSED) == EVERY_CASE - {other}
