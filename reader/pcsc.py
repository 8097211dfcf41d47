"""The PC/SC transport: real readers, through the system's own library (libpcsclite) by ctypes."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from reader import apdu
from reader.errors import CardGone, ReaderError
from reader.pcsc_library import (
    CARD_IS_GONE,
    SERVICE_IS_GONE,
    Connection,
    NoLibrary,
    PcscError,
    PcscLibrary,
    load_library,
)
from reader.transports import Presence, TransportName

Result = TypeVar("Result")

# How long the library waits for a change before it is asked again: also how long a stop may take.
WATCH_MILLISECONDS = 500
# How soon a missing driver or a service that does not run is looked for again.
RETRY_SECONDS = 2.0
# A wait that ends at once although nothing has changed must not keep the processor busy.
PAUSE_SECONDS = 0.05
# A card pulled in the middle of a command shows first as a broken exchange. Services look at the slot a few times a
# second: so long they are given to say whether the card has left.
LEAVING_SECONDS = 1.5

logger = logging.getLogger(__name__)


class PcscTransport:
    """The first reader that PC/SC lists. `no_driver` while the library or its service is missing."""

    name: TransportName = "pcsc"

    def __init__(self, load: Callable[[], PcscLibrary] = load_library) -> None:
        self._load = load
        self._presence = Presence("no_driver")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: Callable[[], None] = lambda: None
        self._moved = threading.Condition()
        self._insertions = 0
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="pcsc watch", daemon=True)
        # One thread: commands to the card go out one after the other, also after one was cancelled.
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pcsc card")
        self._library: PcscLibrary | None = None
        self._reader = b""
        self._connection: Connection | None = None

    @property
    def presence(self) -> Presence:
        return self._presence

    async def start(self, changed: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._changed = changed
        self._watcher.start()

    async def stop(self) -> None:
        self._stopped.set()
        await asyncio.to_thread(self._watcher.join)
        await asyncio.to_thread(self._worker.shutdown)

    async def begin(self, insertion: int) -> None:
        await self._on_worker(lambda: self._connect(insertion))

    async def transmit(self, insertion: int, command: bytes | bytearray) -> bytes:
        # A copy now: the caller may wipe its own as soon as it is cancelled.
        copy = bytearray(command)
        work = self._worker.submit(self._exchange, insertion, copy)
        # However it ends: also when it was cancelled before its turn came.
        work.add_done_callback(lambda done: _wipe(copy))
        return await asyncio.wrap_future(work)

    def end(self, insertion: int) -> None:
        self._worker.submit(self._disconnect)

    async def _on_worker(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _connect(self, insertion: int) -> None:
        self._disconnect()
        if self._library is None or insertion != self._presence.insertion:
            raise CardGone
        try:
            self._connection = self._library.connect(self._reader)
        except PcscError as error:
            raise self._translated(error, insertion) from error

    def _exchange(self, insertion: int, command: bytearray) -> bytes:
        try:
            if self._connection is None or insertion != self._presence.insertion:
                raise CardGone
            answer = self._connection.transmit(command)
        except PcscError as error:
            raise self._translated(error, insertion) from error
        if len(answer) < apdu.STATUS_BYTES:
            raise self._broken(insertion)
        return answer

    def _translated(self, error: PcscError, insertion: int) -> Exception:
        if error.code in SERVICE_IS_GONE:
            return ReaderError("no_driver")
        return CardGone() if error.code in CARD_IS_GONE else self._broken(insertion)

    def _broken(self, insertion: int) -> Exception:
        """The exchange failed: because the card has left, or because the card is at fault?"""
        with self._moved:
            has_left = self._moved.wait_for(lambda: self._presence.insertion != insertion, LEAVING_SECONDS)
        return CardGone() if has_left else ReaderError("card_error")

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                library = self._load()
                self._library = library
                self._watch_readers(library)
            except (NoLibrary, PcscError) as missing:
                logger.info("no card reader driver: %s", missing)
            self._show(Presence("no_driver"))
            self._stopped.wait(RETRY_SECONDS)

    def _watch_readers(self, library: PcscLibrary) -> None:
        counted, before = None, None
        with library.watching() as watch:
            while not self._stopped.is_set():
                sight = watch.look()
                if sight == before:
                    self._stopped.wait(PAUSE_SECONDS)
                before = sight
                if sight.card is not None and sight.card != counted:
                    self._insertions += 1
                counted = sight.card
                self._reader = sight.reader
                card = None if sight.card is None else self._insertions
                self._show(Presence("ready" if sight.reader else "none", card))
                watch.wait(WATCH_MILLISECONDS)

    def _show(self, presence: Presence) -> None:
        if presence != self._presence and self._loop is not None and not self._stopped.is_set():
            with self._moved:
                self._presence = presence
                self._moved.notify_all()
            self._loop.call_soon_threadsafe(self._changed)


def _wipe(command: bytearray) -> None:
    command[:] = bytes(len(command))
