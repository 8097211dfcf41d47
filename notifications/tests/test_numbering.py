"""The sequencer: no gaps, no doubles, nothing smaller appears later, whatever commits when."""

import threading

import pytest
from django.db import connection, transaction

from common import phases
from notifications import operations
from notifications.models import Event, EventNumber, Numbering
from notifications.states import Phase
from notifications.tests.factories import make_event, together
from platforms.tests.factories import make_platform


def sequences(platform):
    return list(EventNumber.objects.filter(platform=platform).order_by("sequence").values_list("sequence", flat=True))


def numbered_events(platform):
    return list(EventNumber.objects.filter(platform=platform).order_by("sequence").values_list("event_id", flat=True))


@pytest.mark.django_db
def test_each_platform_counts_from_one_in_the_order_of_ids():
    one, two = make_platform(), make_platform()
    events = [make_event(platform) for platform in (one, two, one, one, two)]

    assert operations.number_events() == 5
    assert operations.number_events() == 0

    assert numbered_events(one) == [events[0].pk, events[2].pk, events[3].pk]
    assert sequences(one) == [1, 2, 3]
    assert sequences(two) == [1, 2]


@pytest.mark.django_db
def test_a_limit_is_kept_and_the_rest_comes_next():
    platform = make_platform()
    events = [make_event(platform) for _ in range(5)]

    counts = [operations.number_events(limit=2) for _ in range(4)]

    assert counts == [2, 2, 1, 0]
    assert numbered_events(platform) == [event.pk for event in events]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_event_leaves_no_gap():
    platform = make_platform()
    make_event(platform)
    with transaction.atomic():
        make_event(platform)
        transaction.set_rollback(True)
    make_event(platform)

    operations.number_events()

    assert sequences(platform) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_is_numbered_later_and_not_lost():
    platform = make_platform()
    written, may_commit = threading.Event(), threading.Event()

    def slow_payment():
        try:
            with transaction.atomic():
                make_event(platform, subject="slow")
                written.set()
                may_commit.wait()
        finally:
            connection.close()

    thread = threading.Thread(target=slow_payment)
    thread.start()
    written.wait()
    quick = make_event(platform, subject="quick")
    assert operations.number_events() == 1
    assert operations.number_events() == 0
    may_commit.set()
    thread.join()

    assert operations.number_events() == 1

    slow = Event.objects.get(subject="slow")
    assert slow.pk < quick.pk
    assert numbered_events(platform) == [quick.pk, slow.pk]
    assert sequences(platform) == [1, 2]


def make_events(platforms):
    for platform in platforms:
        make_event(platform)


@pytest.mark.django_db(transaction=True)
def test_writers_and_sequencers_racing_leave_no_gap_and_no_double():
    platforms = [make_platform() for _ in range(3)]
    writing = ["a writer"] * 5
    seen = {platform.pk: [] for platform in platforms}

    def write():
        try:
            for round_ in range(20):
                with transaction.atomic():
                    make_events(platforms[: 1 + round_ % 3])
                    transaction.set_rollback(round_ % 5 == 4)
        finally:
            writing.pop()

    def number():
        while writing:
            operations.number_events(limit=7)

    def read():
        """A platform that follows its feed must never see a number appear behind it."""
        while writing:
            for platform in platforms:
                seen[platform.pk].append(sequences(platform))

    together(*[write] * 5, *[number] * 3, read)
    while operations.number_events():
        pass

    assert EventNumber.objects.count() == Event.objects.count() == 5 * 31
    for platform in platforms:
        assert sequences(platform) == list(range(1, Event.objects.filter(platform=platform).count() + 1))
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen[platform.pk])


@pytest.mark.django_db(transaction=True)
def test_two_sequencers_at_once_number_everything_once():
    platform = make_platform()
    for _ in range(30):
        make_event(platform)

    together(*[operations.number_events] * 4)
    operations.number_events()

    assert sequences(platform) == list(range(1, 31))


@pytest.mark.django_db(transaction=True)
def test_a_database_restored_from_a_dump_loses_no_event():
    platform = make_platform()
    make_event(platform)
    operations.number_events()
    Numbering.objects.update(txid=10**15)
    make_event(platform)

    assert operations.number_events() == 1

    assert sequences(platform) == [1, 2]
    assert Numbering.objects.get().txid < 10**15


@pytest.mark.django_db(transaction=True)
def test_an_idle_sequencer_writes_nothing():
    make_event(make_platform())
    operations.number_events()
    before = Numbering.objects.get().txid
    make_platform()

    assert operations.number_events() == 0
    assert Numbering.objects.get().txid == before


@pytest.mark.django_db(transaction=True)
def test_dying_after_numbering_repeats_nothing():
    platform = make_platform()
    make_event(platform)

    class Died(BaseException):
        pass

    def die(phase):
        if phase == Phase.NUMBERED:
            raise Died

    phases.listen(die)
    with pytest.raises(Died):
        operations.number_events()
    phases.listen(None)

    assert operations.number_events() == 0
    assert sequences(platform) == [1]
