"""Pairing: the number that a person carries over, the proof afterwards, and what a stranger is told."""

import hashlib
import hmac
import json
import re
import urllib.request

import pytest

from reader.errors import ReaderError
from reader.pairing import CODE_SECONDS, PAIRINGS_MAX, Ceremony, PairingStore
from reader.software_card import CardState, PlainMemory
from reader.tests.conftest import CHALLENGE, ORIGIN, PATIENCE_SECONDS
from reader.tests.factories import PASSWORD, make_card, sign_fields

OTHER_ORIGIN = "https://other.example"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def codes():
    return []


@pytest.fixture
def component(start_component, codes):
    return start_component(announce=codes.append)


@pytest.fixture
def stranger(component):
    return component.page(paired=False)


def code(answer):
    assert answer["ok"] is False
    return answer["error"]["code"]


def other_than(number):
    return f"{(int(number) + 1) % 10_000:04}"


def hello(page, **changes):
    fields = {"protocol": 2, "pairing": None, "challenge": CHALLENGE} | changes
    return page.ask("hello", **fields)


def proof_of(secret, challenge, origin=ORIGIN):
    """As written in the protocol, with nothing of the component's."""
    said = f"outpost-reader|{origin}|{challenge}".encode()
    return hmac.new(bytes.fromhex(secret), said, hashlib.sha256).hexdigest()


def test_a_stranger_sees_the_state_and_gets_neither_accounts_nor_signature(component, stranger, make_plug):
    memory = PlainMemory(PASSWORD)
    make_plug(component.card_port).insert(make_card(memory=memory))
    stranger.wait_for_card("ready", "7000000001")

    answers = [stranger.ask("accounts"), stranger.ask("sign", **sign_fields())]

    assert [code(answer) for answer in answers] == ["not_paired", "not_paired"]
    assert stranger.ask("state")["card"] == "ready"
    assert memory.load() == CardState()


def test_who_types_the_shown_number_is_paired_from_then_on(component, stranger, codes):
    begun = stranger.ask("pair")
    kept = stranger.ask("pair_code", code=codes[-1])

    again = hello(component.page(greet=False, paired=False), pairing=kept["pairing"])
    assert begun["seconds"] == 120
    assert (len(kept["pairing"]), len(kept["secret"])) == (32, 64)
    assert code(stranger.ask("accounts")) == "no_card"
    assert again["paired"] is True
    assert again["proof"] == proof_of(kept["secret"], CHALLENGE)


def test_each_challenge_has_a_proof_of_its_own(component, page):
    proofs = [
        hello(page, pairing=page.pairing.id, challenge=challenge)["proof"] for challenge in (CHALLENGE, "ab" * 32)
    ]

    assert proofs == [proof_of(page.pairing.secret, CHALLENGE), proof_of(page.pairing.secret, "ab" * 32)]
    assert proofs[0] != proofs[1]


@pytest.mark.parametrize("pairing", [None, "0" * 32])
def test_a_pairing_that_the_component_does_not_know_proves_nothing(component, pairing):
    answer = hello(component.page(greet=False, paired=False), pairing=pairing)

    assert (answer["paired"], answer["proof"]) == (False, None)


def test_a_pairing_of_another_origin_is_none_here(component):
    theirs = component.component.pairings.make(OTHER_ORIGIN)

    answer = hello(component.page(greet=False, paired=False), pairing=theirs.id)

    assert (answer["paired"], answer["proof"]) == (False, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol": "2"},
        {"protocol": None},
        {"version_min": "2.0"},
        {"version_min": 2},
        {"pairing": "xyz"},
        {"pairing": "../../../../etc/passwd"},
        {"pairing": "0" * 32, "challenge": None},
        {"pairing": "0" * 32, "challenge": "0f"},
    ],
)
def test_a_greeting_of_another_form_is_malformed(component, changes):
    assert code(hello(component.page(greet=False, paired=False), **changes)) == "malformed"


def test_a_page_that_wants_a_newer_component_is_told_which_this_is(component):
    page = component.page(greet=False, paired=False)

    assert hello(page, version_min="2.0.1")["error"] == {"code": "too_old", "version": "2.0.0"}
    assert hello(page, version_min="10.0.0")["error"] == {"code": "too_old", "version": "2.0.0"}
    assert hello(page, version_min="1.10.9")["ok"] is True


def test_the_third_wrong_number_ends_it_and_a_new_one_is_another_chance(stranger, codes):
    stranger.ask("pair")
    wrong = other_than(codes[-1])
    answers = [stranger.ask("pair_code", code=wrong)["error"] for _ in range(3)]
    late = stranger.ask("pair_code", code=codes[-1])
    stranger.ask("pair")

    assert answers == [
        {"code": "pairing_wrong", "tries_left": 2},
        {"code": "pairing_wrong", "tries_left": 1},
        {"code": "pairing_ended"},
    ]
    assert code(late) == "pairing_ended"
    assert stranger.ask("pair_code", code=codes[-1])["ok"] is True


@pytest.mark.parametrize("typed", ["123", "12345", "12a4", 1234, None, "１２３４"])
def test_what_can_be_no_number_costs_no_try(stranger, codes, typed):
    stranger.ask("pair")

    assert code(stranger.ask("pair_code", code=typed)) == "malformed"
    assert stranger.ask("pair_code", code=other_than(codes[-1]))["error"]["tries_left"] == 2


def test_a_number_is_good_once_and_for_its_page_alone(component, stranger, codes):
    other = component.page(paired=False)
    stranger.ask("pair")

    assert code(other.ask("pair")) == "busy"
    assert code(other.ask("pair_code", code=codes[-1])) == "pairing_ended"
    assert stranger.ask("pair_code", code=codes[-1])["ok"] is True
    assert code(stranger.ask("pair_code", code=codes[-1])) == "pairing_ended"


def test_a_page_that_leaves_takes_its_number_with_it(component, stranger, codes):
    leaving = component.page(paired=False)
    leaving.ask("pair")

    leaving.close()
    for _ in range(1000):
        answer = stranger.ask("pair")
        if answer["ok"]:
            break

    assert answer["ok"] is True


def test_a_number_ends_after_two_minutes(clock):
    ceremony, page = Ceremony(now=clock), object()
    number = ceremony.begin(page, ORIGIN)
    clock.now += CODE_SECONDS - 1
    shown = ceremony.waiting
    clock.now += 1

    assert (shown.code, shown.origin) == (number, ORIGIN)
    assert ceremony.waiting is None
    with pytest.raises(ReaderError, match="pairing_ended"):
        ceremony.check(page, number)


def test_another_page_may_begin_when_the_number_before_has_ended(clock):
    ceremony = Ceremony(now=clock)
    ceremony.begin(object(), ORIGIN)
    clock.now += CODE_SECONDS

    assert ceremony.begin(object(), ORIGIN) == ceremony.waiting.code


def test_a_removed_pairing_ends_in_open_pages_at_once(component, page):
    assert code(page.ask("accounts")) == "no_card"

    component.component.pairings.revoke(page.pairing.id)

    assert code(page.ask("accounts")) == "not_paired"


def test_a_pairing_made_by_the_command_line_is_known_without_a_restart(component):
    made = PairingStore(component.state_folder).make(ORIGIN)

    answer = hello(component.page(greet=False, paired=False), pairing=made.id)

    assert answer["proof"] == proof_of(made.secret, CHALLENGE)


def test_pairings_are_readable_by_their_user_alone(tmp_path):
    PairingStore(tmp_path).make(ORIGIN)

    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "pairings").iterdir()}
    assert modes == {0o600}
    assert (tmp_path / "pairings").stat().st_mode & 0o777 == 0o700


def test_beyond_the_most_the_oldest_pairing_goes(tmp_path, clock):
    store = PairingStore(tmp_path, now=clock)
    made = []
    for _ in range(PAIRINGS_MAX + 1):
        clock.now += 1
        made.append(store.make(ORIGIN))

    assert store.find(made[0].id, ORIGIN) is None
    assert store.all() == list(reversed(made[1:]))


def test_a_broken_file_is_passed_over(tmp_path):
    store = PairingStore(tmp_path)
    good = store.make(ORIGIN)
    (tmp_path / "pairings" / f"{'0' * 32}.json").write_text('{"id": "0')
    (tmp_path / "pairings" / f"{'1' * 32}.json").write_text('{"id": "1"}')

    assert store.all() == [good]
    assert store.find("0" * 32, ORIGIN) is None


def test_secret_and_number_are_in_no_log(component, stranger, codes, caplog):
    caplog.set_level("DEBUG")
    stranger.ask("pair")
    kept = stranger.ask("pair_code", code=codes[-1])

    assert "paired with" in caplog.text
    assert kept["secret"] not in caplog.text
    assert not re.search(rf"(?<!\d){codes[-1]}(?!\d)", re.sub(r":\d+", "", caplog.text))


def test_the_number_is_on_the_component_s_own_page_while_it_is_valid(component, stranger, codes):
    def page():
        with urllib.request.urlopen(component.http + "/?lang=en", timeout=PATIENCE_SECONDS) as answer:
            return answer.read().decode()

    before = page()
    stranger.ask("pair")
    during = page()
    stranger.ask("pair_code", code=codes[-1])

    assert "Pairing number" not in before
    assert f'<p class="digits">{codes[-1]}</p>' in during
    assert ORIGIN in during
    assert "Pairing number" not in page()


def test_the_answers_hold_the_secret_once_and_never_again(component, stranger, codes):
    stranger.ask("pair")
    kept = stranger.ask("pair_code", code=codes[-1])

    later = [hello(stranger, pairing=kept["pairing"]), stranger.ask("state"), stranger.ask("accounts")]

    assert kept["secret"] not in json.dumps(later)
