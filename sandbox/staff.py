"""Who works in the console, with password and the code that their authenticator app would show now."""

from __future__ import annotations

import datetime as dt
import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portal.demo_staff import PEOPLE
from staff.rules import Role
from staff.signatures import STEP_SECONDS, code_at, step_of


@never_cache
def staff_page(request: HttpRequest) -> HttpResponse:
    # The real time: an app on a phone knows of no test clock, and the console asks for its codes.
    step = step_of(dt.datetime.now(dt.UTC))
    does = {
        Role.AGENT: _("answers callers, works on cases"),
        Role.SUPERVISOR: _("decides with a second pair of eyes, reveals what is masked"),
        Role.OPERATOR: _("runs calendar, maintenance, platforms and notices"),
        Role.AUDITOR: _("reads everything, the audit trail too, and changes nothing"),
        Role.ADMINISTRATOR: _("admits and disables staff, sees no customer"),
    }
    people = [
        {
            "name": person.name,
            "role": person.role.value,
            "does": does[person.role],
            "password": person.password,
            "code": code_at(person.secret, step),
            "next": code_at(person.secret, step + 1),
            "secret": person.secret,
        }
        for person in PEOPLE
    ]
    left = STEP_SECONDS - int(time.time()) % STEP_SECONDS
    return render(request, "sandbox/staff.html", {"people": people, "left": left})
