"""Screens of the console that every member of staff sees."""

from __future__ import annotations

from tests.flows.screens import screen


@screen("console-home")
def home(guest):
    guest.as_staff("supervisor")
    guest.open("/console/")
