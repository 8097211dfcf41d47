"""The test clock: where it stops, what it waits for, and that it never goes back."""

import datetime as dt
from pathlib import Path

import pytest

from common import clock as real_clock
from sandbox import clock


def taipei(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=real_clock.TAIPEI).astimezone(dt.UTC)


@pytest.fixture
def clock_file(tmp_path, settings):
    settings.CLOCK_FILE = str(tmp_path / "clock")
    return Path(settings.CLOCK_FILE)


@pytest.mark.parametrize(
    ("at", "target", "stop"),
    [
        ("2026-11-23T09:59:59", "2026-11-30T12:00", "2026-11-23T10:00"),
        ("2026-11-23T10:00:00", "2026-11-30T12:00", "2026-11-24T10:00"),
        ("2026-11-23T10:00:01", "2026-11-30T12:00", "2026-11-24T10:00"),
        ("2026-11-23T08:00:00", "2026-11-23T09:00", "2026-11-23T09:00"),
        ("2026-12-31T23:00:00", "2027-01-01T10:00", "2027-01-01T10:00"),
    ],
)
def test_the_next_stop_is_ten_oclock_or_the_target(at, target, stop):
    assert clock.next_stop(taipei(at), taipei(target)) == taipei(stop)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-23T05:00", "2026-11-24T10:05"),
        ("2026-11-27T23:00", "2026-11-30T10:05"),
        ("2026-02-13T12:00", "2026-02-23T10:05"),
        ("2025-02-07T12:00", "2025-02-08T10:05"),
    ],
)
def test_the_next_working_day_skips_holidays_and_takes_make_up_saturdays(at, day):
    assert clock.next_working_day(taipei(at)) == taipei(day)


def test_a_move_writes_the_offset_that_every_process_reads(clock_file, portal):
    portal.answers["GET", "/sandbox/idle"] = (200, {"idle": True})
    target = real_clock.now() + dt.timedelta(hours=1)

    moved = clock.move_to(target=target, stops=False)

    assert abs(real_clock.now() - target) < dt.timedelta(seconds=5)
    assert 3599 < float(clock_file.read_text()) < 3601
    assert (moved.stops, moved.idle) == (1, True)
    assert [path.name for path in clock_file.parent.iterdir()] == ["clock"]


def test_a_move_of_ten_days_stops_each_day_until_the_portal_is_idle(clock_file, portal):
    portal.answers["GET", "/sandbox/idle"] = [(200, {"idle": False}), (200, {"idle": False}), (200, {"idle": True})]

    moved = clock.move_to(target=real_clock.now() + dt.timedelta(days=10))

    assert 10 <= moved.stops <= 12
    assert len(portal.asked) == moved.stops * 2 + 2


def test_a_portal_that_cannot_be_asked_is_not_waited_for(clock_file, settings):
    settings.PORTAL_URL = "http://127.0.0.1:9"

    assert clock.move_to(target=real_clock.now() + dt.timedelta(days=1)).idle


@pytest.mark.parametrize(
    "body",
    [
        {"advance_seconds": -1},
        {"to": "2020-01-01T00:00:00Z"},
        {"to": "2027-01-01T00:00:00"},
        {"advance_days": 10_000},
        {"advance_days": 1, "advance_seconds": 1},
        {"advance_days": "soon"},
        {},
    ],
)
def test_moves_that_make_no_sense_are_refused_and_nothing_moves(clock_file, portal, client, db, body):
    assert client.post("/clock/", body, content_type="application/json").status_code == 400
    assert not clock_file.exists()


def test_the_clock_is_read_and_moved_by_programs(clock_file, portal, client, db):
    before = client.get("/clock/", headers={"Accept": "application/json"}).json()
    after = client.post("/clock/", {"advance_seconds": 90}, content_type="application/json").json()

    assert before["offset_seconds"] == 0
    assert after["offset_seconds"] == pytest.approx(90, abs=1)
    assert after["idle"] is True


def test_without_a_clock_file_the_clock_cannot_move(client, db, portal):
    assert client.post("/clock/", {"advance_seconds": 1}, content_type="application/json").status_code == 400
