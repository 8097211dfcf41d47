"""The audit trail's page: searched by each of its words, paged, recorded, and true about the chain."""

import csv
import datetime as dt
import io

import pytest

from audit import operations
from audit.models import Record
from audit.queries import Search, actions
from audit.tests.factories import make_record
from audit.tests.test_tampering import tamper
from common.tests.test_sheets import PAYLOADS, is_live
from console.pages import audit_trail
from staff.tests.factories import make_staff, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def auditor():
    return sign_in(make_staff("ada", "auditor"))


@pytest.fixture
def three(at):
    return [
        make_record(by="staff:amy", role="agent", action="payment.read", subject="PAY-1", at=at),
        make_record(
            by="staff:ben", role="supervisor", action="phone.revealed", subject="PAY-2", at=at + dt.timedelta(hours=1)
        ),
        make_record(by="sweep", role="", action="case.closed", subject="PAY-1", at=at + dt.timedelta(hours=2)),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [2, 1, 0]),
        ({"by": "amy"}, [0]),
        ({"by": "staff:amy"}, [0]),
        ({"subject": "PAY-1"}, [2, 0]),
        ({"action": "phone.revealed"}, [1]),
        ({"role": "supervisor"}, [1]),
        ({"by": "amy", "subject": "PAY-2"}, []),
    ],
)
def test_a_search_finds_what_fits_all_of_its_words(three, asked, found):
    rows = Search(**asked).records().order_by("-at", "-id")

    assert list(rows) == [three[number] for number in found]


def test_times_are_taipei_times_and_the_end_is_not_included(three, auditor):
    page = auditor.get(
        "/console/audit-trail/?start=2026-06-08T10:00&end=2026-06-08T11:00", headers=ENGLISH
    ).content.decode()

    assert "payment.read</code>" in page
    assert "phone.revealed</code>" not in page


def test_every_deed_is_offered_once(three):
    make_record(action="payment.read")

    assert actions() == ["case.closed", "payment.read", "phone.revealed"]


def test_looking_is_recorded_with_what_was_asked(three, auditor):
    auditor.get("/console/audit-trail/?by=amy")
    auditor.get(f"/console/audit-trail/{three[0].pk}/")

    looks = Record.objects.filter(action="audit.read").order_by("at")
    assert [(look.by, look.role, look.subject) for look in looks] == [
        ("staff:ada", "auditor", "audit trail"),
        ("staff:ada", "auditor", str(three[0].pk)),
    ]
    assert looks[0].details == {"asked": {"by": "amy"}}


def test_pages_walk_to_the_end_and_show_each_record_once(at, auditor, monkeypatch):
    monkeypatch.setattr(audit_trail, "PAGE", 2)
    records = [
        make_record(by="staff:amy", subject=f"PAY-{number}", at=at + dt.timedelta(minutes=number))
        for number in range(5)
    ]
    seen, address = [], "/console/audit-trail/?by=amy"
    while address:
        page = auditor.get(address, headers=ENGLISH).content.decode()
        seen += [number for number in reversed(range(5)) if f">PAY-{number}<" in page]
        rest = page.partition('rel="next" href="')[2]
        address = rest.partition('"')[0].replace("&amp;", "&")

    assert seen == [4, 3, 2, 1, 0]
    assert len(records) == 5


def test_a_whole_chain_says_up_to_where_and_a_broken_one_what(three, auditor):
    operations.link_records()
    whole = auditor.get("/console/audit-trail/", headers=ENGLISH).content.decode()
    tamper(("UPDATE audit_record SET subject = 'PAY-9' WHERE id = %s", three[1].pk))

    broken = auditor.get("/console/audit-trail/", headers=ENGLISH).content.decode()
    one = auditor.get(f"/console/audit-trail/{three[1].pk}/", headers=ENGLISH).content.decode()

    assert "Unbroken up to this position" in whole
    assert "does not fit" not in whole
    assert "changed at position 2" in broken
    assert "does not fit its link" in one


@pytest.mark.parametrize("deed", ["DELETE FROM audit_link WHERE position = 3", "UPDATE audit_head SET txid = txid + 1"])
def test_a_cut_or_forged_end_is_said(three, auditor, deed):
    operations.link_records()
    tamper((deed,))

    assert "Broken before this position" in auditor.get("/console/audit-trail/", headers=ENGLISH).content.decode()


@pytest.mark.parametrize("role", ["agent", "supervisor", "operator", "administrator"])
def test_nobody_but_an_auditor_reads_the_trail(three, role):
    client = sign_in(make_staff("one", role))

    assert client.get("/console/audit-trail/").status_code == 403
    assert client.get(f"/console/audit-trail/{three[0].pk}/").status_code == 403
    assert client.post("/console/audit-trail/file/", {"reason": "to know", "kind": "csv"}).status_code == 403


def test_a_file_has_what_was_found_with_nothing_that_runs_and_is_recorded(at, auditor):
    for number, payload in enumerate(payload for payload in PAYLOADS if "\x00" not in payload):
        make_record(
            by="staff:amy",
            subject=payload[:60],
            reason=payload,
            details={"n": payload},
            at=at + dt.timedelta(seconds=number),
        )
    make_record(by="staff:ben", subject="PAY-OTHER", at=at)

    answer = auditor.post("/console/audit-trail/file/", {"by": "amy", "reason": "=the yearly look", "kind": "csv"})

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [cell for row in rows for cell in row if is_live(cell)] == []
    assert not any("PAY-OTHER" in row for row in rows)
    kept = Record.objects.get(action="audit.exported")
    assert (kept.by, kept.reason) == ("staff:ada", "=the yearly look")
    assert kept.details["rows"] == len(rows) - 4


def test_a_file_refused_for_want_of_a_reason_shows_the_records_that_were_found_which_is_a_look(
    at, auditor, monkeypatch
):
    monkeypatch.setattr(audit_trail, "PAGE", 1)
    for _ in range(2):
        make_record(by="staff:amy", subject="PAY-1", at=at)

    page = auditor.post("/console/audit-trail/file/", {"by": "amy", "reason": "", "kind": "csv"}).content.decode()
    further = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")

    assert Record.objects.get(action="audit.read").details == {"asked": {"by": "amy"}}
    assert further.startswith("/console/audit-trail/?")
    assert "PAY-1" in auditor.get(further).content.decode()


def test_a_page_asks_as_often_for_many_as_for_few(at, auditor, django_assert_max_num_queries):
    for _ in range(40):
        make_record(at=at)
    auditor.get("/console/audit-trail/")

    with django_assert_max_num_queries(20):
        auditor.get("/console/audit-trail/")
