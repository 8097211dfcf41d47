"""The guides for platforms say what the code does: codes, statuses, requests and answers, and names of the sandbox."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from common import clock
from common.errors import Refusal
from payments.tests.factories import make_paid_payment, make_platform
from platforms import operations as platforms
from refunds.states import PLATFORM_SEES
from sandbox.outcomes import ACCOUNTS
from tests.test_architecture import refusals

GUIDES = Path(__file__).parent.parent / "docs" / "api" / "guides"
OURS = ("refunds-and-promises", "errors", "testing", "going-live")
AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
LINES_MAX = 120
SECRET = "sk_test_guides"


def guide(name):
    return (GUIDES / f"{name}.md").read_text()


def blocks(name, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", guide(name), re.MULTILINE | re.DOTALL)


def said(name):
    """The JSON answers of a guide, in order."""
    return [json.loads(block) for block in blocks(name, "json")]


def request_of(name, index):
    """(path, body) of a request in a guide."""
    head, _, body = blocks(name, "http")[index].partition("\n\n")
    return head.split()[1].removeprefix("/api/v1/"), json.loads(body) if body else {}


def differences(shown, real, at=""):
    """Where an answer isn't as shown. What is shown may be a part; `…` stands for anything."""
    if isinstance(shown, dict) and isinstance(real, dict):
        pairs = [(f"{at}/{key}", value, real.get(key, "missing")) for key, value in shown.items()]
        return [one for path, value, found in pairs for one in differences(value, found, path)]
    if isinstance(shown, list) and isinstance(real, list) and len(shown) == len(real):
        pairs = [(f"{at}/{index}", *pair) for index, pair in enumerate(zip(shown, real, strict=True))]
        return [one for path, value, found in pairs for one in differences(value, found, path)]
    if isinstance(shown, str) and "…" in shown and isinstance(real, str):
        return [] if re.fullmatch(re.escape(shown).replace("…", ".*"), real, re.DOTALL) else [f"{at}: {real!r}"]
    return [] if shown == real else [f"{at}: {real!r}, not {shown!r}"]


@pytest.fixture
def shop(db, monkeypatch):
    get_resolver().url_patterns  # noqa: B018 - load every page now, so that none keeps the frozen clock for good
    monkeypatch.setattr(clock, "now", lambda: AT)
    platforms.issue_bearer_key(platform=make_platform(), at=AT, by="test", secret=SECRET)
    return Client(headers={"authorization": f"Bearer {SECRET}", "accept-language": "en"})


def post(shop, path, body):
    return shop.post(f"/api/v1/{path}", body, content_type="application/json")


@pytest.mark.parametrize("name", OURS)
def test_a_guide_is_short_and_its_code_says_its_language(name):
    text = guide(name)
    fences = re.findall(r"^```(.*)$", text, re.MULTILINE)

    assert len(text.splitlines()) <= LINES_MAX
    assert set(fences[::2]) <= {"http", "json", "python", "sh"}
    assert set(fences[1::2]) <= {""}


@pytest.mark.parametrize(
    "path",
    [*sorted(GUIDES.glob("*.md")), *sorted((GUIDES.parents[2] / "clients").glob("*/README.md"))],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_what_is_written_for_platforms_links_only_to_what_exists(path):
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#]*)(#[^)]*)?\)", path.read_text()):
        found = path.parent / target if target else path
        assert found.exists(), target
        headings = (
            [re.sub(r"[^a-z0-9 -]", "", line.lower()) for line in found.read_text().splitlines()] if anchor else []
        )
        assert not anchor or anchor[1:] in {heading.strip().replace(" ", "-") for heading in headings}, anchor


def test_the_refund_of_the_guide_goes_as_the_guide_says(shop):
    asked_json, confirmed_json, explained_json = said("refunds-and-promises")
    path, body = request_of("refunds-and-promises", 0)
    payment = make_paid_payment(AT)

    asked = post(shop, path, {**body, "payment": payment.reference})
    path, _ = request_of("refunds-and-promises", 1)
    confirmed = post(shop, path.replace("RF-…", asked.json()["id"]), {})
    explained = shop.get("/api/v1/calendar/explain?start=2026-11-23&days=7")

    assert (asked.status_code, differences(asked_json, asked.json())) == (201, [])
    assert (confirmed.status_code, differences(confirmed_json, confirmed.json())) == (200, [])
    assert (explained.status_code, differences(explained_json, explained.json())) == (200, [])


def test_the_guide_names_each_status_of_a_refund_that_a_platform_sees():
    text = guide("refunds-and-promises")

    assert [status for status in {*PLATFORM_SEES.values()} - {"cancelled"} if f"| `{status}`" not in text] == []


def test_the_problems_of_the_guide_are_true_ones(shop):
    problem_json, fields_json = said("errors")
    asking = {"payment": make_paid_payment(AT).reference, "refund_number": "R-1", "currency": "TWD"}
    post(shop, "refunds", {**asking, "amount_minor": 900})

    problem = post(shop, "refunds", {**asking, "refund_number": "R-2", "amount_minor": 52})
    fields = post(shop, "refunds", {**asking, "amount_minor": "52"})

    assert differences(problem_json, problem.json()) == []
    assert set(problem.json()) == set(problem_json)
    assert differences(fields_json, fields.json()) == []
    assert problem["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["errors", "refunds-and-promises"])
def test_each_code_in_a_table_has_the_status_and_the_word_on_money_that_stand_there(name):
    known = {cls.code: cls for cls in refusals() if cls is not Refusal}
    wrong = []
    for row in re.findall(r"^\| (`[a-z_`, ]+`) \| (\d{3}) \| ([^|]*) \|", guide(name), re.MULTILINE):
        for code in re.findall(r"`([a-z_]+)`", row[0]):
            cls = known.get(code)
            money = row[2] if row[2] in {"no", "yes", "unknown"} else "no"
            if cls is None or (str(cls.http_status), cls.money_moved) != (row[1], money):
                wrong.append(code)

    assert wrong == []


def test_who_asks_again_ends_when_it_is_known():
    names = {}
    exec(compile(blocks("errors", "python")[0], "errors.md", "exec"), names)  # noqa: S102 - the code of our own guide
    waits = []

    def send_of(answers):
        left = iter(answers)
        return lambda: next(left)

    done = (201, {"id": "RF-1"})
    busy = (503, {"retryable": True, "retry_after": 30})
    refused = (409, {"retryable": False, "retry_after": None})

    assert names["send_until_known"](send_of([None, (502, {}), busy, done]), waits.append) == done
    assert waits == [1.0, 2.0, 30]
    assert names["send_until_known"](send_of([refused]), waits.append) == refused
    assert names["send_until_known"](send_of([None, None]), waits.append, tries=2) is None


def test_each_account_of_the_testing_guide_is_one_of_the_sandbox():
    rows = re.findall(r"^\| (`[a-z0-9_`, ]+`) \| `(paid|declined|being_confirmed)` \|", guide("testing"), re.MULTILINE)
    named = {name for cells, _ in rows for name in re.findall(r"`(\w+)`", cells)}

    assert len(named) == 15
    assert named <= set(ACCOUNTS)
