"""What ./run prints and what ./test hands to pytest: pure functions."""

import pytest

from bootstrap.browser import NOT_RUN
from bootstrap.preparation import Seeds
from bootstrap.screen import draw
from bootstrap.selection import Missing, without
from bootstrap.supervision import Deaths
from bootstrap.testing import for_portal, for_sandbox
from bootstrap.venv import progress

SEEDS = Seeds(
    cards=({"name": "王小明", "password": "123456", "accounts": [{"number": "00012345678901", "does": "pays"}]},),
    staff=({"username": "amy", "password": "long-enough-1", "role": "agent"},),
    developer={"platform": "demo", "name": "Demo shop", "key_id": "key_1"},
)


def test_the_screen_names_every_address_card_login_and_the_developers_key():
    env = {
        "PORTAL_URL": "http://127.0.0.1:1",
        "SANDBOX_URL": "http://127.0.0.1:2",
        "READER_URL": "ws://127.0.0.1:3/v2",
        "DEMO_API_KEY": "sk_test_1",
    }

    screen = draw(env=env, seeds=SEEDS, folders={"data": "/d"}, seconds=12.3)

    for piece in (
        "http://127.0.0.1:1/", "http://127.0.0.1:1/console/", "http://127.0.0.1:1/api/docs/",
        "http://127.0.0.1:2/shop/", "http://127.0.0.1:2/handset/", "http://127.0.0.1:2/clock/", "http://127.0.0.1:3/ ",
        "王小明  123456  00012345678901  pays", "amy  long-enough-1  agent", "/d", "12 s",
        "key sk_test_1  key id key_1", "curl -s -H 'Authorization: Bearer sk_test_1' http://127.0.0.1:1/api/v1/platform",
        "curl -s -H 'Accept-Language: en' http://127.0.0.1:2/sandbox/scenarios",
    ):  # fmt: skip
        assert piece in screen


@pytest.mark.parametrize(
    ("given", "handed"),
    [
        ([], ["-m", "not browser"]),
        (["-k", "refund"], ["-m", "not browser", "-k", "refund"]),
        (["-m", "processes", "-x"], ["-m", "(processes) and not browser", "-x"]),
        (["-mprocesses"], ["-m(processes) and not browser"]),
    ],
)
def test_without_a_chromium_the_journeys_are_left_out(given, handed):
    assert without([NOT_RUN], given) == handed


def test_each_missing_thing_takes_its_tests_out_and_none_takes_nothing():
    missing = [NOT_RUN, Missing("pcsc", "…")]

    assert without(missing, ["-m", "processes"]) == ["-m", "(processes) and not browser and not pcsc"]
    assert without(missing, []) == ["-m", "not browser and not pcsc"]
    assert without([], ["-m", "processes", "-x"]) == ["-m", "processes", "-x"]


@pytest.mark.parametrize(
    ("given", "sandbox", "portal"),
    [
        ([], ["sandbox/tests"], []),
        (["-k", "refund"], ["-k", "refund", "sandbox/tests"], ["-k", "refund"]),
        (["-k", "refunds"], ["-k", "refunds", "sandbox/tests"], ["-k", "refunds"]),
        (["refunds/tests", "-x"], None, ["refunds/tests", "-x"]),
        (["sandbox/tests", "-x"], ["sandbox/tests", "-x"], None),
        (["sandbox/tests/test_pages.py::test_one", "-k", "a"], ["sandbox/tests/test_pages.py::test_one", "-k", "a"], None),
        (["sandbox", "refunds", "-k", "sandbox"], ["sandbox", "-k", "sandbox"], ["refunds", "-k", "sandbox"]),
    ],
)  # fmt: skip
def test_paths_choose_which_tests_are_asked(given, sandbox, portal):
    assert for_sandbox(given) == sandbox
    assert for_portal(given) == portal


def test_three_deaths_within_a_minute_are_too_many():
    deaths = Deaths()

    assert [deaths.too_many("web", at) for at in (0, 30, 59)] == [False, False, True]


def test_deaths_further_apart_or_of_others_do_not_add_up():
    deaths = Deaths()

    assert [deaths.too_many("web", at) for at in (0, 30, 61, 95)] == [False, False, False, False]
    assert not deaths.too_many("beat", 96)


@pytest.mark.parametrize(
    ("line", "collected", "text"),
    [
        ("Collecting celery==5.7.0 (from -r requirements.txt (line 3))", 3, "3 of 65: celery==5.7.0"),
        ("Requirement already satisfied: amqp==5.4.2 in ./.venv (5.4.2)", 3, "3 of 65: amqp==5.4.2"),
        ("  Downloading celery-5.7.0-py3-none-any.whl (420 kB)", 2, ""),
        ("Installing collected packages: a, b", 2, "unpacking"),
    ],
)
def test_pips_lines_become_one_line_of_progress(line, collected, text):
    assert progress(line, 2, 65) == (collected, text)
