"""The people who work in the sandbox's back office. Everybody may know their passwords: what they open is play money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from staff.rules import Role


@dataclass(frozen=True)
class Person:
    name: str
    role: Role
    password: str
    # Of the authenticator app that they would have on their phone.
    secret: str


# Two of each who decide, so that four eyes can be tried.
PEOPLE: Final = (
    Person("amy", Role.AGENT, "agent-amy-2026", "AMYAGENT2345AMYAGENT2345AMYAGENT"),
    Person("sam", Role.SUPERVISOR, "supervisor-sam-2026", "SAMSUPER2345SAMSUPER2345SAMSUPER"),
    Person("sue", Role.SUPERVISOR, "supervisor-sue-2026", "SUESUPER2345SUESUPER2345SUESUPER"),
    Person("olga", Role.OPERATOR, "operator-olga-2026", "OLGAOPER2345OLGAOPER2345OLGAOPER"),
    Person("otto", Role.OPERATOR, "operator-otto-2026", "OTTOOPER2345OTTOOPER2345OTTOOPER"),
    Person("ada", Role.AUDITOR, "auditor-ada-2026", "ADAAUDIT2345ADAAUDIT2345ADAAUDIT"),
    Person("adam", Role.ADMINISTRATOR, "administrator-adam-2026", "ADAMADMI2345ADAMADMI2345ADAMADMI"),
    Person("alma", Role.ADMINISTRATOR, "administrator-alma-2026", "ALMAADMI2345ALMAADMI2345ALMAADMI"),
)
