"""Screens of the reports and of the audit trail: empty ones, full ones, refused ones."""

from __future__ import annotations

from audit import operations as audit
from audit.tests.factories import make_record
from common import clock
from console.tests.world import seed_a_day
from tests.flows.screens import screen


def _auditor(guest, path):
    guest.as_staff("auditor")
    guest.open(path)


@screen("console-reports")
def reports(guest):
    guest.as_staff("supervisor")
    guest.open("/console/reports/")


@screen("console-report-daily")
def daily(guest):
    day = seed_a_day(clock.now())
    _auditor(guest, f"/console/reports/daily/?first={day}")


@screen("console-report-empty")
def nothing(guest):
    _auditor(guest, "/console/reports/daily/?first=2001-01-01")


@screen("console-report-performance")
def performance(guest):
    day = seed_a_day(clock.now())
    _auditor(guest, f"/console/reports/performance/?first={day}&last={day}")


@screen("console-report-punctuality")
def punctuality(guest):
    day = seed_a_day(clock.now())
    _auditor(guest, f"/console/reports/punctuality/?first={day}&last={day}")


@screen("console-report-refused")
def refused(guest):
    _auditor(guest, "/console/reports/performance/?first=2026-06-08&last=2026-06-01")


@screen("console-report-payments")
def payments(guest):
    day = seed_a_day(clock.now())
    _auditor(guest, f"/console/reports/payments/?first={day}&last={day}")


@screen("console-audit-trail")
def trail(guest):
    _records()
    _auditor(guest, "/console/audit-trail/?by=staff:agent-long-name")


@screen("console-audit-nothing")
def no_record(guest):
    _auditor(guest, "/console/audit-trail/?subject=PAY-NOBODY")


@screen("console-audit-record")
def record(guest):
    kept = _records()
    _auditor(guest, f"/console/audit-trail/{kept.pk}/")


def _records():
    """Three in the chain, one of them with everything a record can hold."""
    make_record(
        by="staff:agent-long-name", role="agent", action="payment.read", subject="PAY-05ZK3T9MQ2W7XC", at=clock.now()
    )
    kept = make_record(
        by="staff:agent-long-name",
        role="supervisor",
        action="phone.revealed",
        subject="PAY-05ZK3T9MQ2W7XC",
        reason="4711",
        details={"field": "phone"},
        at=clock.now(),
    )
    make_record(
        by="staff:agent-long-name", role="agent", action="case.closed", subject="PAY-05ZK3T9MQ2W7XC", at=clock.now()
    )
    audit.link_records()
    return kept
