"""Three systems, one set of calls: layouts as their headers have them, names, loading; Windows' dialect once through to a signature."""

import ctypes

import pytest

from reader import pcsc_platform
from reader.pcsc import PcscTransport
from reader.pcsc_library import PLUGGED, NoLibrary, PcscLibrary, load_library
from reader.pcsc_platform import dialect_of, loader_of
from reader.tests.factories import make_card, sign_fields
from reader.tests.simulated_pcsc import READER, SimulatedPcsc

WORD = ctypes.sizeof(ctypes.c_void_p)
LONG = ctypes.sizeof(ctypes.c_ulong)


class SimulatedWindows(SimulatedPcsc):
    """Names are wide, the calls that take some end in W, and waiting wants to know how many readers there were."""

    def __init__(self):
        super().__init__()
        self.names_seen = set()

    def list_readers_w(self, context, groups, names, length):
        if not self.plugged:
            return super().list_readers(context, groups, None, length)
        listed = READER.decode().replace("Simulated", "模擬").encode("utf-16-le")
        length._obj.value = len(listed) // 2
        if names is not None:
            names.raw = listed
        return 0

    def get_status_change_w(self, context, milliseconds, states, count):
        assert type(milliseconds) is ctypes.c_uint32
        self.names_seen |= {wide_text(state.reader_at) for state in map(addresses, states)}
        if milliseconds.value:
            assert states[0].current == (1 << 16 if self.plugged else 0)
        return super().get_status_change(context, milliseconds, states, count)

    def connect_w(self, context, name, *more):
        assert type(context) is ctypes.c_size_t
        self.names_seen.add(name.decode("utf-16-le", "ignore"))
        return super().connect(context, name, *more)


class addresses:  # noqa: N801 - used like a function
    """Of a state record, the address of its name: ctypes would cut a wide name at its first zero byte."""

    def __init__(self, state):
        self.reader_at = ctypes.c_void_p.from_buffer(state, type(state).reader.offset).value


def wide_text(address):
    text = b""
    while (character := ctypes.string_at(address + len(text), 2)) != b"\0\0":
        text += character
    return text.decode("utf-16-le")


@pytest.mark.parametrize(
    ("platform", "offsets", "size", "request_size"),
    [
        # winscard.h: LPCWSTR, LPVOID, three 32-bit DWORDs, 36 bytes, laid out as the compiler does.
        ("win32", [0, WORD, 2 * WORD, 2 * WORD + 4, 2 * WORD + 8, 2 * WORD + 12], 2 * WORD + 48, 8),
        # PCSC.framework: two pointers, three 32-bit DWORDs, 33 bytes, without gaps (pragma pack 1).
        ("darwin", [0, WORD, 2 * WORD, 2 * WORD + 4, 2 * WORD + 8, 2 * WORD + 12], 2 * WORD + 45, 8),
        # pcsclite.h: two pointers, three unsigned longs, 33 bytes, filled up to a whole word.
        (
            "linux",
            [0, WORD, 2 * WORD, 2 * WORD + LONG, 2 * WORD + 2 * LONG, 2 * WORD + 3 * LONG],
            2 * WORD + 3 * LONG + (40 if WORD == 8 else 36),
            2 * LONG,
        ),
    ],
)
def test_each_system_s_records_are_laid_out_as_its_headers_say(platform, offsets, size, request_size):
    record, request = dialect_of(platform).state_record, dialect_of(platform).io_request

    assert [getattr(record, name).offset for name, *_ in record._fields_] == offsets
    assert ctypes.sizeof(record) == size
    assert ctypes.sizeof(request) == request_size


@pytest.mark.parametrize(
    ("platform", "number", "handle", "result"),
    [("win32", 4, WORD, 4), ("darwin", 4, 4, 4), ("linux", LONG, LONG, LONG)],
)
def test_each_system_s_numbers_are_as_wide_as_its_headers_say(platform, number, handle, result):
    dialect = dialect_of(platform)

    assert [ctypes.sizeof(kind) for kind in (dialect.number, dialect.handle, dialect.result)] == [
        number,
        handle,
        result,
    ]


def test_calls_with_names_end_in_w_on_windows_alone():
    calls = ("SCardListReaders", "SCardGetStatusChange", "SCardConnect", "SCardTransmit", "SCardReconnect")

    assert [dialect_of("win32").name(call) for call in calls] == [
        "SCardListReadersW",
        "SCardGetStatusChangeW",
        "SCardConnectW",
        "SCardTransmit",
        "SCardReconnect",
    ]
    assert [dialect_of("darwin").name(call) for call in calls] == list(calls)
    assert [dialect_of("linux").name(call) for call in calls] == list(calls)


@pytest.mark.parametrize(
    ("platform", "listed", "names"),
    [
        ("linux", b"\0", []),
        ("linux", b"", []),
        ("linux", b"One 00\0Two 01\0\0", [b"One 00", b"Two 01"]),
        ("linux", b"One 00\0\0rest of the buffer", [b"One 00"]),
        ("linux", "讀卡機\0\0".encode("big5"), ["讀卡機".encode("big5")]),
        ("win32", "讀卡機 0\0B\0\0".encode("utf-16-le"), ["讀卡機 0".encode("utf-16-le"), "B".encode("utf-16-le")]),
        ("win32", "Ā\0\0".encode("utf-16-le"), ["Ā".encode("utf-16-le")]),
    ],
)
def test_lists_of_readers_are_taken_apart(platform, listed, names):
    assert dialect_of(platform).names(listed) == names


def test_a_wide_name_ends_with_two_zero_bytes():
    dialect = dialect_of("win32")
    name = dialect.ended(dialect.encoded("Ab"))

    assert ctypes.string_at(name, 6) == b"A\0b\0\0\0"


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_a_system_whose_library_is_not_here_has_none(platform, monkeypatch):
    """On Linux neither can be loaded; that it is asked for under its own name is what can be seen here."""
    asked = []

    def load(name, winmode=None):
        asked.append((name, winmode))
        raise OSError("not found")

    monkeypatch.setattr(ctypes, "WinDLL", load, raising=False)
    monkeypatch.setattr(ctypes, "CDLL", load)

    with pytest.raises(NoLibrary):
        load_library(platform)
    assert (
        asked
        == {
            "win32": [("winscard.dll", 0x800)],
            "darwin": [("/System/Library/Frameworks/PCSC.framework/PCSC", None)],
        }[platform]
    )


def test_a_library_that_lacks_a_call_is_none(monkeypatch):
    monkeypatch.setattr(
        pcsc_platform, "LINUX_LIBRARY", None
    )  # the process itself: it can be loaded and has no such call

    with pytest.raises(NoLibrary, match="SCardEstablishContext"):
        load_library("linux")


def test_linux_loads_by_c_s_convention():
    assert loader_of("linux") is loader_of("darwin") is ctypes.CDLL


def test_in_windows_dialect_a_card_is_read_and_signs(start_component):
    system = SimulatedWindows()
    page = start_component(PcscTransport(load=lambda: PcscLibrary(system, dialect_of("win32")))).page()
    page.wait_for_state(lambda state: state["reader"] == "ready")
    system.put(make_card())
    page.wait_for_card("ready", "7000000001")

    answer = page.ask("sign", **sign_fields())
    system.plug(False)
    page.wait_for_state(lambda state: state["reader"] == "none")

    assert answer["counter"] == "00000001"
    assert system.names_seen == {"模擬 Reader 00", PLUGGED}


def test_in_mac_s_dialect_readers_are_looked_for_without_a_notice_of_plugging(start_component):
    system = SimulatedPcsc()
    system.plug(False)
    page = start_component(PcscTransport(load=lambda: PcscLibrary(system, dialect_of("darwin")))).page()
    page.wait_for_state(lambda state: state["reader"] == "none")

    system.plug(True)
    page.wait_for_state(lambda state: state["reader"] == "ready")
    system.put(make_card())

    assert page.wait_for_card("ready", "7000000001")["card"] == "ready"
    assert page.ask("sign", **sign_fields())["counter"] == "00000001"
