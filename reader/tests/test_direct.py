"""The slot of the direct transport, seen by cards that do not behave."""

import asyncio
import socket

import pytest

from reader.card_plug import CardPlug
from reader.direct import DirectTransport
from reader.errors import CardGone
from reader.software_card import ATR
from reader.tests.factories import make_card


def frame(message):
    return len(message).to_bytes(2, "big") + message


def run_with_transport(scene):
    async def run():
        changed = asyncio.Event()
        transport = DirectTransport(port=0)
        await transport.start(changed.set)
        try:
            async with asyncio.timeout(20):
                await scene(transport, changed)
        finally:
            await transport.stop()

    asyncio.run(run())


async def put_in(transport, changed):
    incoming, outgoing = await asyncio.open_connection("127.0.0.1", transport.port)
    assert await incoming.readexactly(6) == frame(b"\x01") + frame(b"\x04")
    outgoing.write(frame(ATR))
    await changed.wait()
    changed.clear()
    return incoming, outgoing


def test_a_card_is_spoken_to_as_vpcd_speaks():
    async def scene(transport, changed):
        incoming, outgoing = await put_in(transport, changed)

        await transport.begin(1)
        asking = asyncio.create_task(transport.transmit(1, b"\x00\xa4\x04\x00"))
        assert await incoming.readexactly(9) == frame(b"\x02") + frame(b"\x00\xa4\x04\x00")
        outgoing.write(frame(b"\x90\x00"))
        assert await asking == b"\x90\x00"
        transport.end(1)
        assert await incoming.readexactly(3) == frame(b"\x02")
        outgoing.close()

    run_with_transport(scene)


def test_the_answer_to_a_cancelled_command_is_never_given_to_the_next():
    async def scene(transport, changed):
        incoming, outgoing = await put_in(transport, changed)
        first = asyncio.create_task(transport.transmit(1, b"\x01\x01\x01\x01"))
        assert await incoming.readexactly(6) == frame(b"\x01\x01\x01\x01")

        first.cancel()
        second = asyncio.create_task(transport.transmit(1, b"\x02\x02\x02\x02"))
        outgoing.write(frame(b"first"))
        assert await incoming.readexactly(6) == frame(b"\x02\x02\x02\x02")
        outgoing.write(frame(b"second"))

        assert await second == b"second"
        outgoing.close()

    run_with_transport(scene)


def test_a_command_for_a_card_that_was_there_before_goes_to_no_other():
    async def scene(transport, changed):
        _, outgoing = await put_in(transport, changed)
        outgoing.close()
        await changed.wait()
        changed.clear()
        _, outgoing = await put_in(transport, changed)

        assert transport.presence.insertion == 2
        with pytest.raises(CardGone):
            await transport.transmit(1, b"\x00\xa4\x04\x00")
        with pytest.raises(CardGone):
            await transport.begin(1)
        transport.end(1)
        outgoing.close()

    run_with_transport(scene)


def test_a_card_that_speaks_unasked_is_put_out():
    async def scene(transport, changed):
        incoming, outgoing = await put_in(transport, changed)

        outgoing.write(frame(b"hello"))

        assert await incoming.read() == b""
        assert transport.presence.insertion is None
        outgoing.close()

    run_with_transport(scene)


def test_who_connects_and_leaves_without_a_word_was_no_card():
    async def scene(transport, changed):
        _, outgoing = await asyncio.open_connection("127.0.0.1", transport.port)
        outgoing.close()
        _, outgoing = await put_in(transport, changed)

        assert transport.presence.insertion == 1
        outgoing.close()

    run_with_transport(scene)


def test_a_plug_without_a_reader_holds_its_card_and_lets_go_of_it():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    plug, card = CardPlug(host="127.0.0.1", port=port), make_card()

    plug.insert(card)

    assert plug.card is card
    assert plug.connected is False
    plug.remove()
    plug.remove()
    assert plug.card is None
