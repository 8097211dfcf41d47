"""The dashboard's parts about the ways in and out: text messages, platforms, and today beside the usual day."""

import datetime as dt

import pytest
from django.urls import reverse

from console.queries import dashboard_channels as channels
from console.queries import dashboard_traffic as traffic
from console.tests.factories import figures, rows_in, set_clock
from notifications.channels import fake_sender
from notifications.models import Attempt, Message
from notifications.states import Channel
from notifications.tests.factories import deliver, make_event, make_sms
from payments.tests.factories import make_paid_payment, make_payment
from platforms.models import ApiKey, RequestNonce, WebhookEndpoint
from platforms.tests.factories import make_bearer_key, make_endpoint, make_platform, make_signing_key
from refunds.calendar import current_calendar
from staff.tests.factories import give_permissions, make_staff, make_staff_with, sign_in
from support.tests.factories import conclude

pytestmark = pytest.mark.django_db

# Answers are dated by how much later they came.
MINUTE = dt.timedelta(minutes=1)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
BAD_PHONE = "+886912000222"
MIDNIGHT = dt.datetime(2026, 6, 7, 16, 0, tzinfo=dt.UTC)


@pytest.fixture
def desk(settings, tmp_path, at):
    set_clock(settings, tmp_path, at + MINUTE)
    current_calendar()  # built once a process
    return sign_in(make_staff("sam", "supervisor"))


def part(desk, name):
    return desk.get(reverse("desk:board-part", args=[name]), headers={"accept-language": "en"}).content.decode()


def make_texts(at):
    """Two sent by the first operator, one that it refused and the second took, one that both refused, one of yesterday."""
    for _ in range(2):
        make_sms(at=at)
    deliver(at, Channel.SMS)
    for other in (Attempt.Outcome.DELIVERED, Attempt.Outcome.REFUSED):
        message = make_sms(at=at)
        for number, (operator, outcome) in enumerate([("primary", "refused"), ("secondary", other)], start=1):
            Attempt.objects.create(
                message=message, number=number, at=at, outcome=outcome, duration_ms=1, operator=operator
            )
    conclude(Message.objects.filter(attempts__outcome="delivered", status="pending").get().subject, "delivered", at)
    make_sms(at=at - DAY)
    deliver(at - DAY, Channel.SMS)


def test_texts_are_counted_by_operator_and_outcome(at):
    make_texts(at)
    dead = make_sms(at=at)
    conclude(dead.subject, "dead", at)
    conclude(make_sms(at=at - DAY).subject, "dead", at)

    found = channels.texts_today(at + MINUTE)

    assert [(one.operator, one.sent, one.failed) for one in found.operators] == [("primary", 2, 2), ("secondary", 1, 1)]
    assert (found.sent, found.failed, found.waiting, found.given_up) == (3, 3, 1, 1)


def test_each_figure_of_texts_leads_to_exactly_its_rows(desk, at):
    make_texts(at)
    conclude(make_sms(at=at).subject, "dead", at)

    found = figures(part(desk, "texts"))

    assert {name: big for name, (big, _) in found.items()} == {
        "sms_sent": "3",
        "sms_failed": "3",
        "sms_waiting": "1",
        "sms_given_up": "1",
    }
    for big, href in found.values():
        assert len(rows_in(desk.get(href).content.decode())) == int(big)
    first = reverse("desk:rows", args=["texts"])
    assert len(rows_in(desk.get(first, {"operator": "secondary", "state": "failed"}).content.decode())) == 1
    assert len(rows_in(desk.get(first).content.decode())) == 6


@pytest.mark.parametrize(("moment", "count"), [(MIDNIGHT, 1), (MIDNIGHT - dt.timedelta(microseconds=1), 0)])
def test_today_begins_at_midnight_in_taipei(moment, count, at):
    message = make_sms(at=moment)
    Attempt.objects.create(message=message, number=1, at=moment, outcome="delivered", duration_ms=1, operator="primary")

    assert channels.texts_today(at).sent == count


def test_a_platform_is_as_well_as_its_notices_keys_and_endpoints(at):
    well, failing = make_platform(name="A well one"), make_platform(name="B failing")
    reader, off = make_platform(name="C reads the feed"), make_platform(name="D suspended", enabled=False)
    make_endpoint(well)
    bad = make_endpoint(failing)
    gone = make_endpoint(failing, event_types=["refund.credited"])
    fake_sender(Channel.WEBHOOK).behave(bad.url, "always_refuse")
    for platform in (well, well, failing):
        make_event(platform, at=at)
    deliver(at)
    WebhookEndpoint.objects.filter(pk=bad.pk).update(failing_since=at - HOUR)
    WebhookEndpoint.objects.filter(pk=gone.pk).update(enabled=False, disabled_at=at, disabled_reason="by_staff")
    for platform, days in ((well, 31), (failing, 29), (failing, 3), (failing, -1)):
        key, _ = make_bearer_key(platform)
        ApiKey.objects.filter(pk=key.pk).update(expires_at=at + days * DAY)
    key, _ = make_signing_key(reader)
    RequestNonce.objects.create(key=key, nonce="n", seen_at=at - HOUR)
    make_payment(at - 2 * HOUR, platform=reader)
    make_payment(at - 3 * HOUR, platform=well)

    found = {one.name: one for one in channels.platforms_health(at + MINUTE)}

    assert list(found) == ["A well one", "B failing", "C reads the feed", "D suspended"]
    assert [(one.tried, one.delivered, one.delivered_percent) for one in found.values()] == [
        (2, 2, 100.0),
        (1, 0, 0.0),
        (0, 0, None),
        (0, 0, None),
    ]
    assert [(one.endpoint_count, one.endpoints_off) for one in found.values()] == [(1, 0), (2, 1), (0, 0), (0, 0)]
    assert [(one.keys_expiring, one.next_expiry_at) for one in found.values()] == [
        (0, None),
        (2, at + 3 * DAY),
        (0, None),
        (0, None),
    ]
    assert [one.last_request_at for one in found.values()] == [at - 3 * HOUR, None, at - HOUR, None]
    assert [one.failing_since for one in found.values()] == [None, at - HOUR, None, None]
    assert found["D suspended"].is_enabled is off.enabled


def test_the_page_says_how_each_platform_stands(desk, at):
    for name, changes in {"A": {}, "B": {"failing_since": at - HOUR}}.items():
        endpoint = make_endpoint(make_platform(name=name))
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changes)
    make_platform(name="C")
    make_platform(name="D", enabled=False)

    rows = rows_in(part(desk, "platforms"))

    assert [row[:2] for row in rows] == [
        ["A", "well"],
        ["B", "notices fail"],
        ["C", "reads the feed"],
        ["D", "suspended"],
    ]
    assert rows[1][3] == "since 2026-06-08 09:00 +08:00"


def test_links_into_reference_data_are_for_those_who_may_follow_them(desk, at):
    key, _ = make_bearer_key(make_platform(name="A"))
    ApiKey.objects.filter(pk=key.pk).update(expires_at=at + 3 * DAY)
    message = make_sms(at=at)
    addresses = (
        f"platform/{key.platform_id}/change/",
        f"apikey/?platform__id__exact={key.platform_id}",
        f"{message.pk}/change/",
    )

    dan = make_staff_with("see_dashboard", "see_payments", name="dan")
    client = sign_in(dan)

    def seen():
        pages = part(client, "platforms") + client.get(reverse("desk:rows", args=["texts-waiting"])).content.decode()
        return [address in pages for address in addresses]

    without = seen()
    give_permissions(dan, "see_dashboard", "see_payments", "view_platform", "view_apikey", "view_message")

    assert (without, seen()) == ([False] * 3, [True] * 3)


def test_today_stands_beside_the_mean_of_the_four_mondays_before(at):
    for weeks, hours in ((5, [1]), (4, [1]), (3, [1, 1]), (2, []), (1, [1, 9]), (0, [0, 1, 1])):
        for hour in hours:
            moment = MIDNIGHT - weeks * 7 * DAY + hour * HOUR
            card = {"account_number": f"000123456789{weeks:02d}", "serial": f"CARD{weeks:04d}"}
            make_paid_payment(moment, **card)

    found = {one.hour: one for one in traffic.hours_of_today(at)}

    assert len(found) == 24
    assert [(found[hour].count, found[hour].total_minor) for hour in (0, 1, 2, 10, 11)] == [
        (1, 961),
        (2, 1922),
        (0, 0),
        (0, 0),
        (None, None),
    ]
    assert [found[hour].usual_count for hour in (0, 1, 9)] == [0, 1, 0.25]
    assert found[1].usual_minor == 961


def test_an_hour_leads_to_exactly_its_payments(desk, at):
    early, late = make_paid_payment(MIDNIGHT + HOUR), make_paid_payment(MIDNIGHT + 2 * HOUR - dt.timedelta(seconds=1))
    make_paid_payment(MIDNIGHT + 2 * HOUR)

    page = part(desk, "today")

    assert [row[1] for row in rows_in(page)][:4] == ["0", "2", "1", "0"]
    href = page.partition('id="hour-1" href="')[2].partition('"')[0].replace("&amp;", "&")
    listed = rows_in(desk.get(href).content.decode())
    assert [row[0] for row in listed] == [early.reference, late.reference]


def test_columns_are_as_high_as_their_numbers(desk, at):
    make_paid_payment(MIDNIGHT + HOUR)
    make_paid_payment(MIDNIGHT + HOUR)
    make_paid_payment(MIDNIGHT + 2 * HOUR)

    page = part(desk, "today").partition("</figure>")[0]

    heights = [
        piece.partition('"')[0] for piece in page.split('class="value"')[1:] for piece in piece.split('height="')[1:2]
    ]
    assert heights == ["92.00%", "46.00%"]


# Part → the statements that it needs, however many rows there are. Two more: the session and the member; the rights.
STATEMENTS = {"told": 1, "debits": 1, "ending": 1, "due": 4, "today": 1, "platforms": 2, "texts": 3, "limits": 1}
SESSION = 4


@pytest.mark.parametrize(("name", "count"), STATEMENTS.items())
def test_a_part_asks_as_many_questions_with_many_rows_as_with_few(name, count, desk, at, django_assert_num_queries):
    for _ in range(3):
        make_endpoint(make_platform())
        make_paid_payment(at - HOUR)
        make_sms(at=at)

    with django_assert_num_queries(SESSION + count):
        part(desk, name)


def test_the_whole_page_asks_what_its_parts_ask(desk, at, django_assert_num_queries):
    make_paid_payment(at)

    with django_assert_num_queries(SESSION + sum(STATEMENTS.values())):
        desk.get("/console/")
