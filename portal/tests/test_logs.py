"""Log lines: one a record, no link that opens a page, no alarm for an answer given on purpose."""

import logging
import sys

import pytest

from portal.logs import LineFormatter, Unexpected


def line(message, *args, exc_info=None, **fields):
    record = logging.LogRecord("some.where", logging.ERROR, "", 0, message, args, exc_info)
    vars(record).update(fields)
    return LineFormatter().format(record)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/pay/PAY-0DC2B7KG63Q27C/T641eL0-hGY8Gl5eVIrX125_U1L1QD7T/confirm", "/pay/PAY-0DC2B7KG63Q27C/…/confirm"),
        ("/identity/" + "x" * 43 + "/code/", "/identity/…/code/"),
        ("/was-i-charged/eyJvcmRlciI6IlRCMSJ9:1abc:def/", "/was-i-charged/…/"),
        ("/api/v1/refunds/RF-0DC2B7KG63Q27C", "/api/v1/refunds/RF-0DC2B7KG63Q27C"),
    ],
)
def test_a_link_that_opens_a_page_is_not_logged(path, shown):
    written = line("Service Unavailable: %s", path, request=f"<WSGIRequest: POST {path!r}>")

    assert written.endswith(f"Service Unavailable: {shown}")


def test_a_traceback_names_no_such_link_either():
    try:
        int("/identity/" + "x" * 43 + "/")
    except ValueError:
        assert "xxx" not in line("failed", exc_info=sys.exc_info())


def test_a_line_break_in_a_message_forges_no_second_line():
    assert "\n" not in line("order %s", "TB1\n2026-01-01 ERROR all is lost", reason="a\nb")


@pytest.mark.parametrize("raised", [True, False])
def test_only_what_nobody_answered_is_an_alarm(raised):
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "x", (), (None, None, None) if raised else None)

    assert Unexpected().filter(record) is raised
