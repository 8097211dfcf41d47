"""Page ↔ component ↔ card over real sockets."""

import json
import logging
import threading
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from reader import tac
from reader.direct import DirectTransport
from reader.errors import ReaderError
from reader.messages import parse_sign
from reader.software_card import CardState, PlainMemory
from reader.tests.conftest import CHALLENGE, PATIENCE_SECONDS, Page
from reader.tests.factories import MASTER, ORDER, PASSWORD, WRONG_PASSWORD, make_card, sign_fields


class SlowMemory(PlainMemory):
    """A card that thinks about the password until it is told to go on."""

    def __init__(self, password):
        super().__init__(password)
        self.asked = threading.Event()
        self.go_on = threading.Event()

    def check_password(self, digits):
        self.asked.set()
        assert self.go_on.wait(PATIENCE_SECONDS)
        return super().check_password(digits)


def code(answer):
    assert answer["ok"] is False
    return answer["error"]["code"]


@pytest.fixture
def inserted(plug, page):
    """A card in the reader, its memory at hand."""
    memory = PlainMemory(PASSWORD)
    plug.insert(make_card(memory=memory))
    page.wait_for_card("ready", "7000000001")
    return memory


@pytest.fixture
def thinking(plug, page):
    memory = SlowMemory(PASSWORD)
    plug.insert(make_card(memory=memory))
    page.wait_for_card("ready", "7000000001")
    yield memory
    memory.go_on.set()


def test_hello_names_version_and_transport_and_is_followed_by_the_state(component):
    page = component.page(greet=False)

    assert page.greet() == {
        "id": 1,
        "ok": True,
        "version": "2.0.0",
        "protocol": 2,
        "transport": "direct",
        "paired": True,
        "proof": page.pairing.proof(CHALLENGE),
    }
    assert page.states == [{"event": "state", "reader": "ready", "card": "none", "card_serial": None}]


def test_an_unknown_protocol_is_told_which_are_known(component):
    answer = component.page(greet=False).ask("hello", protocol=1)

    assert answer["error"] == {"code": "protocol_unsupported", "supported": [2]}


def test_every_page_sees_a_card_come_and_go(component, plug, page):
    other = component.page()

    plug.insert(make_card())
    seen = [page.wait_for_card("ready", "7000000001"), other.wait_for_card("ready", "7000000001")]
    asked = page.ask("state")
    plug.remove()

    assert seen == [{"event": "state", "reader": "ready", "card": "ready", "card_serial": "7000000001"}] * 2
    assert asked == {"id": asked["id"], "ok": True, "reader": "ready", "card": "ready", "card_serial": "7000000001"}
    assert page.wait_for_card("none") == other.wait_for_card("none")


def test_the_accounts_are_read_from_the_chip(inserted, page):
    answer = page.ask("accounts")

    assert answer == {
        "id": answer["id"],
        "ok": True,
        "issuer": "700",
        "card_serial": "7000000001",
        "accounts": [
            {"index": 0, "number": "00012345678901", "label": "薪資帳戶"},
            {"index": 1, "number": "00012345678902", "label": "存簿儲金"},
        ],
    }


def test_a_signature_is_the_one_that_the_card_authority_computes(inserted, page):
    answer = page.ask("sign", **sign_fields(account_index=1))

    digest = tac.order_digest(ORDER)
    text = f"961|TWD|00012345678902|WEB00001|8F3A91C2|20261123214500|{digest}"
    key = tac.derive_key(MASTER, "7000000001")
    assert answer == {
        "id": answer["id"],
        "ok": True,
        "account": "00012345678902",
        "issuer": "700",
        "card_serial": "7000000001",
        "counter": "00000001",
        "tac": tac.compute_tac(key=key, counter="00000001", text=text),
        "signed_at": "20261123214500",
        "order_digest": digest,
        "order": ORDER,
    }


def test_without_a_given_time_the_component_takes_it_in_taipei(inserted, page):
    fields = sign_fields()
    del fields["signed_at"]

    signed_at = page.ask("sign", **fields)["signed_at"]

    assert len(signed_at) == 14
    assert signed_at.isdigit()


def test_the_counter_strictly_rises_from_signature_to_signature(inserted, page):
    counters = [page.ask("sign", **sign_fields())["counter"] for _ in range(5)]

    assert counters == ["00000001", "00000002", "00000003", "00000004", "00000005"]


def test_the_third_wrong_password_locks_the_card_for_every_later_reader(inserted, page, plug):
    answers = [page.ask("sign", **sign_fields(password=WRONG_PASSWORD)) for _ in range(3)]
    locked = page.wait_for_card("locked", "7000000001")
    plug.remove()
    page.wait_for_card("none")
    plug.insert(make_card(memory=inserted))
    again = page.wait_for_card("locked", "7000000001")

    assert [answer["error"] for answer in answers] == [
        {"code": "wrong_password", "tries_left": 2},
        {"code": "wrong_password", "tries_left": 1},
        {"code": "card_locked", "tries_left": 0},
    ]
    assert locked == again
    assert code(page.ask("sign", **sign_fields())) == "card_locked"
    assert code(page.ask("accounts")) == "card_locked"
    assert inserted.load() == CardState(tries_left=0, counter=0)


def test_a_card_swapped_between_accounts_and_signature_is_not_signed_with(inserted, page, plug):
    serial = page.ask("accounts")["card_serial"]
    other = PlainMemory(PASSWORD)
    plug.insert(make_card("7000000002", memory=other))
    page.wait_for_card("ready", "7000000002")

    answer = page.ask("sign", **sign_fields(card_serial=serial, password=WRONG_PASSWORD))

    assert code(answer) == "card_swapped"
    assert inserted.load() == other.load() == CardState()


def test_without_a_card_nothing_is_read_or_signed(page):
    assert code(page.ask("accounts")) == "no_card"
    assert code(page.ask("sign", **sign_fields())) == "no_card"


def test_a_card_pulled_while_it_signs_is_card_removed(thinking, page, plug):
    number = page.send("sign", **sign_fields())
    assert thinking.asked.wait(PATIENCE_SECONDS)

    # Beside: the plug waits for its card to come to an end, and the card thinks.
    pulling = threading.Thread(target=plug.remove)
    pulling.start()
    answer = page.answer_to(number)
    thinking.go_on.set()
    pulling.join()

    assert code(answer) == "card_removed"
    assert page.wait_for_card("none")["reader"] == "ready"
    assert thinking.load().counter == 0


def test_a_second_page_is_told_busy_while_the_first_one_signs(thinking, page, component):
    other = component.page()
    number = page.send("sign", **sign_fields())
    assert thinking.asked.wait(PATIENCE_SECONDS)

    refused = [other.ask("sign", **sign_fields()), other.ask("accounts"), page.ask("sign", **sign_fields())]
    thinking.go_on.set()

    assert [code(answer) for answer in refused] == ["busy", "busy", "busy"]
    assert page.answer_to(number)["counter"] == "00000001"
    assert other.ask("sign", **sign_fields())["counter"] == "00000002"


def test_a_waiting_signature_can_be_cancelled_and_the_card_is_free_again(thinking, page):
    number = page.send("sign", **sign_fields())
    assert thinking.asked.wait(PATIENCE_SECONDS)

    cancelled = page.ask("cancel")
    thinking.go_on.set()

    assert cancelled["cancelled"] is True
    assert code(page.answer_to(number)) == "cancelled"
    assert thinking.load().counter == 0
    assert page.ask("sign", **sign_fields())["counter"] == "00000001"


def test_a_signature_cancelled_in_the_same_breath_is_still_answered(inserted, page):
    number = page.send("sign", **sign_fields())
    answer = page.ask("cancel")

    assert page.answer_to(number)["ok"] is not answer["cancelled"]


def test_nothing_to_cancel_is_said_so(page):
    assert page.ask("cancel")["cancelled"] is False


def test_a_page_that_leaves_takes_its_signature_with_it(thinking, page, component):
    leaving = component.page()
    leaving.send("sign", **sign_fields())
    assert thinking.asked.wait(PATIENCE_SECONDS)

    leaving.close()
    number = page.send("sign", **sign_fields())
    while page.has_answer_before_next("state", number):
        assert code(page.answer_to(number)) == "busy"
        number = page.send("sign", **sign_fields())
    thinking.go_on.set()

    assert page.answer_to(number)["counter"] == "00000001"


def test_a_card_that_is_silent_for_too_long_has_timed_out(start_component, make_plug):
    component = start_component(seconds_max=0.5)
    page, plug, memory = component.page(), make_plug(component.card_port), SlowMemory(PASSWORD)
    plug.insert(make_card(memory=memory))
    page.wait_for_card("ready", "7000000001")

    answer = page.ask("sign", **sign_fields())
    memory.go_on.set()

    assert code(answer) == "timed_out"
    assert memory.load().counter == 0


def test_a_card_finds_its_reader_again_when_the_component_is_restarted(start_component, make_plug):
    first = start_component()
    plug = make_plug(first.card_port)
    plug.insert(make_card())
    first.page().wait_for_card("ready", "7000000001")
    card_port = first.card_port
    first.stop()

    second = start_component(DirectTransport(port=card_port))

    assert second.page().wait_for_card("ready", "7000000001")["card"] == "ready"


def test_two_cards_at_once_take_turns_in_the_slot(component, page, make_plug):
    one, two = make_plug(component.card_port), make_plug(component.card_port)
    one.insert(make_card("7000000001"))
    page.wait_for_card("ready", "7000000001")
    two.insert(make_card("7000000002"))

    one.remove()

    assert page.wait_for_card("ready", "7000000002")["card"] == "ready"


def test_a_card_that_is_not_ours_is_unreadable(component, page, plug):
    class OtherCard:
        face = make_card().face

        def power_on(self):
            pass

        def answer(self, raw):
            return bytes.fromhex("6a82")

    plug.insert(OtherCard())
    page.wait_for_card("unreadable")

    assert code(page.ask("accounts")) == "card_error"


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:8000.evil.example", "null", None])
def test_a_page_of_another_origin_is_refused(component, origin):
    with pytest.raises(InvalidStatus) as refused:
        Page(component.url, origin=origin)

    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body) == {"error": {"code": "origin_refused"}}


def test_two_origins_at_once_are_refused(component):
    with pytest.raises(InvalidStatus) as refused:
        Page(component.url, additional_headers={"Origin": "http://evil.example"})

    assert refused.value.response.status_code == 403


def test_a_page_without_the_subprotocol_is_refused(component):
    with pytest.raises(InvalidStatus) as refused:
        Page(component.url, subprotocols=None)

    assert refused.value.response.status_code == 400


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "no json",
        "[]",
        "[" * 8000,
        '"hello"',
        "{}",
        '{"id": "1", "type": "state"}',
        '{"id": true, "type": "state"}',
        '{"id": 1.5, "type": "state"}',
        '{"id": ' + "9" * 5000 + ', "type": "state"}',
        '{"id": 1}',
        '{"id": 1, "type": 1}',
        b'{"id": 1, "type": "state"}',
    ],
)
def test_a_malformed_message_is_answered_and_the_conversation_goes_on(page, raw):
    page.socket.send(raw)
    answer = json.loads(page.socket.recv(timeout=PATIENCE_SECONDS))

    assert code(answer) == "malformed"
    assert page.ask("state")["ok"] is True


@pytest.mark.parametrize("kind", ["state", "accounts", "sign", "cancel", "format_disk", ""])
def test_before_hello_everything_is_malformed(component, kind):
    assert code(component.page(greet=False).ask(kind)) == "malformed"


def test_an_oversized_message_ends_the_conversation(page, component):
    with pytest.raises(ConnectionClosedError) as closed:
        page.ask("state", padding="x" * 16 * 1024)

    assert closed.value.rcvd.code == 1009
    assert component.page().ask("state")["ok"] is True


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"amount_minor": 960}, "amount_mismatch"),
        ({"order": {**ORDER, "final_amount_minor": "960"}}, "amount_mismatch"),
        ({"amount_minor": "961"}, "malformed"),
        ({"amount_minor": True}, "malformed"),
        ({"amount_minor": -1}, "malformed"),
        ({"amount_minor": 10**13}, "malformed"),
        ({"currency": "twd"}, "malformed"),
        ({"terminal": "WEB|1"}, "malformed"),
        ({"terminal": ""}, "malformed"),
        ({"check_code": "x" * 65}, "malformed"),
        ({"check_code": "碼"}, "malformed"),
        ({"card_serial": "a b"}, "malformed"),
        ({"account_index": 7}, "malformed"),
        ({"account_index": 8}, "malformed"),
        ({"account_index": -1}, "malformed"),
        ({"signed_at": "2026112321450"}, "malformed"),
        ({"signed_at": "20261323214500"}, "malformed"),
        ({"signed_at": 20261123214500}, "malformed"),
        ({"order": None}, "malformed"),
        ({"order": {**ORDER, "note": ""}}, "malformed"),
        ({"order": {**ORDER, "rate": 4.5}}, "malformed"),
        ({"order": {**ORDER, "platform": "a\nb"}}, "malformed"),
        ({"order": {**ORDER, "platform": "x" * 201}}, "malformed"),
        ({"password": "12345"}, "password_format"),
        ({"password": "1234567890123"}, "password_format"),
        ({"password": "12345a"}, "password_format"),
        ({"password": "１２３４５６"}, "password_format"),
        ({"password": "\ud800"}, "password_format"),
        ({"password": 48151623}, "password_format"),
        ({"password": None}, "password_format"),
    ],
)
def test_a_signature_asked_for_wrongly_is_refused_and_the_card_is_untouched(inserted, page, changes, expected):
    assert code(page.ask("sign", **sign_fields(**changes))) == expected
    assert inserted.load() == CardState()


def test_the_longest_parts_still_fit_in_one_command(inserted, page):
    order = {**ORDER, "final_amount_minor": str(10**12)}

    answer = page.ask("sign", **sign_fields(terminal="t" * 64, check_code="c" * 64, amount_minor=10**12, order=order))

    assert answer["ok"] is True


def test_the_password_is_in_no_log(caplog, inserted, page):
    caplog.set_level(logging.DEBUG)
    for password in (PASSWORD, WRONG_PASSWORD, "12345x" + PASSWORD):
        page.ask("sign", **sign_fields(password=password))
    page.ask("sign", **sign_fields(amount_minor=1))
    page.socket.send('{"id": 1, "password": "' + PASSWORD)
    page.ask("state")

    assert "asked: sign" in caplog.text
    for secret in (PASSWORD, WRONG_PASSWORD, PASSWORD.encode().hex(), "48151623ff"):
        assert secret not in caplog.text


def test_the_password_is_wiped_however_the_signature_ends(inserted, component):
    for changes in ({}, {"card_serial": "other"}, {"password": WRONG_PASSWORD}):
        request = parse_sign(sign_fields(**changes))
        with suppress(ReaderError):
            component.run(component.component.slot.sign(request))
        assert request.password == bytearray(8)
        assert PASSWORD not in repr(request)
