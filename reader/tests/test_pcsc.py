"""The PC/SC transport: without a library, without its service, and with a reader and cards."""

import pytest

from reader import pcsc, pcsc_library, pcsc_platform
from reader.pcsc import PcscTransport
from reader.pcsc_library import NoLibrary, PcscLibrary
from reader.software_card import PlainMemory, SoftwareCard
from reader.tests.factories import PASSWORD, WRONG_PASSWORD, make_card, make_face, sign_fields
from reader.tests.simulated_pcsc import SimulatedPcsc


@pytest.fixture
def system():
    return SimulatedPcsc()


@pytest.fixture
def page(start_component, system):
    return start_component(PcscTransport(load=lambda: PcscLibrary(system))).page()


def code(answer):
    assert answer["ok"] is False
    return answer["error"]["code"]


def reader_is(wanted):
    return lambda state: state["reader"] == wanted


def no_library():
    raise NoLibrary("libpcsclite.so.1: cannot open shared object file")


def test_without_the_library_there_is_no_driver(start_component):
    page = start_component(PcscTransport(load=no_library)).page()

    assert page.states == [{"event": "state", "reader": "no_driver", "card": "none", "card_serial": None}]
    assert code(page.ask("accounts")) == "no_driver"
    assert code(page.ask("sign", **sign_fields())) == "no_driver"


def test_a_library_that_cannot_be_loaded_is_no_library(monkeypatch):
    monkeypatch.setattr(pcsc_platform, "LINUX_LIBRARY", "libnothing-of-this-name.so.1")

    with pytest.raises(NoLibrary):
        pcsc_library.load_library()


def test_a_service_that_does_not_run_is_no_driver_until_it_does(start_component, system, monkeypatch):
    monkeypatch.setattr(pcsc, "RETRY_SECONDS", 0.01)
    system.service = False
    page = start_component(PcscTransport(load=lambda: PcscLibrary(system))).page()
    before = code(page.ask("accounts"))

    system.service = True

    assert before == "no_driver"
    assert page.wait_for_state(reader_is("ready"))["card"] == "none"


def test_a_reader_that_is_unplugged_is_no_reader(page, system):
    page.wait_for_state(reader_is("ready"))
    system.plug(False)
    page.wait_for_state(reader_is("none"))

    assert code(page.ask("accounts")) == "no_reader"


def test_a_card_is_read_and_signs(page, system):
    system.put(make_card())
    page.wait_for_card("ready", "7000000001")

    accounts = page.ask("accounts")["accounts"]
    counters = [page.ask("sign", **sign_fields())["counter"] for _ in range(2)]

    assert [account["number"] for account in accounts] == ["00012345678901", "00012345678902"]
    assert counters == ["00000001", "00000002"]


def test_wrong_passwords_are_counted_and_lock(page, system):
    memory = PlainMemory(PASSWORD)
    system.put(make_card(memory=memory))
    page.wait_for_card("ready", "7000000001")

    answers = [page.ask("sign", **sign_fields(password=WRONG_PASSWORD))["error"] for _ in range(3)]

    assert [answer["tries_left"] for answer in answers] == [2, 1, 0]
    assert page.wait_for_card("locked", "7000000001")["reader"] == "ready"
    assert memory.load().locked


def test_a_card_swapped_or_pulled_is_noticed(page, system):
    system.put(make_card())
    page.wait_for_card("ready", "7000000001")
    system.put(make_card("7000000002"))
    page.wait_for_card("ready", "7000000002")
    swapped = page.ask("sign", **sign_fields(card_serial="7000000001"))
    system.put(None)
    page.wait_for_card("none")

    assert code(swapped) == "card_swapped"
    assert code(page.ask("sign", **sign_fields())) == "no_card"


class InterruptedCard(SoftwareCard):
    """Something happens while it computes the signature."""

    def __init__(self, happens, memory):
        super().__init__(make_face(), memory)
        self._happens = happens

    def _write_record(self, command):
        self._happens()
        return super()._write_record(command)


def test_a_card_pulled_while_it_signs_is_removed_and_no_fault_of_the_card(page, system):
    memory = PlainMemory(PASSWORD)
    system.put(InterruptedCard(lambda: system.put(None), memory))
    page.wait_for_card("ready", "7000000001")

    assert code(page.ask("sign", **sign_fields())) == "card_removed"
    assert memory.load().tries_left == 3


def test_a_service_that_dies_while_the_card_signs_is_no_driver(page, system):
    system.put(InterruptedCard(system.die, PlainMemory(PASSWORD)))
    page.wait_for_card("ready", "7000000001")

    assert code(page.ask("sign", **sign_fields())) == "no_driver"


def test_a_card_that_answers_nothing_and_stays_is_at_fault(page, system, monkeypatch):
    monkeypatch.setattr(pcsc, "LEAVING_SECONDS", 0.01)
    card = make_card()
    system.put(card)
    page.wait_for_card("ready", "7000000001")

    card.answer = lambda command: b""

    assert code(page.ask("sign", **sign_fields())) == "card_error"


def test_a_card_put_in_after_the_service_came_back_is_another_insertion(start_component, system, monkeypatch):
    monkeypatch.setattr(pcsc, "RETRY_SECONDS", 0.01)
    transport = PcscTransport(load=lambda: PcscLibrary(system))
    page = start_component(transport).page()
    system.put(make_card())
    page.wait_for_card("ready", "7000000001")
    before = transport.presence.insertion

    system.die()
    page.wait_for_state(reader_is("no_driver"))
    system.service = True
    page.wait_for_card("ready", "7000000001")

    assert transport.presence.insertion > before
