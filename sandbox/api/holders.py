"""Whose account a name means: a scenario of the seeded world, or an account number of anybody."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.models import Account, Person, VirtualCard
from sandbox.outcomes import ACCOUNTS, CREDIT_CENTRE, PHONES

IDENTITY_PREFIX = "identity_"


@dataclass(frozen=True)
class Holder:
    """An account with the card that is to be used for it, and the person who holds both."""

    account: str
    card: VirtualCard

    @property
    def person(self) -> Person:
        return self.card.person


def named_holders() -> dict[str, Holder]:
    """By name: each outcome of ACCOUNTS, identity_… of CREDIT_CENTRE, and the PHONES that a seeded person has."""
    cards = VirtualCard.objects.filter(person__seeded=True).select_related("person").order_by("serial")
    does = dict(Account.objects.filter(person__seeded=True).values_list("number", "does"))
    holders = [Holder(number, card) for card in cards for number in card.account_numbers]
    found: dict[str, Holder] = {}
    for holder in holders:
        found.setdefault(does[holder.account], holder)
        found.setdefault(f"{IDENTITY_PREFIX}{holder.person.credit_centre}", holder)
        if holder.person.phone in PHONES:
            found.setdefault(PHONES[holder.person.phone].name, holder)
    return found


def find_holder(name: str) -> Holder | None:
    """By scenario name or account number."""
    if not name.isdigit():
        return named_holders().get(name)
    card = VirtualCard.objects.select_related("person").filter(account_numbers__contains=[name]).first()
    return Holder(name, card) if card else None


def all_names() -> list[str]:
    """Every name that may mean somebody, in the order in which they are told."""
    return [
        *ACCOUNTS,
        *(f"{IDENTITY_PREFIX}{key}" for key in CREDIT_CENTRE),
        *(phone.name for phone in PHONES.values()),
    ]
