"""Who may pay at all, judged by the bank's profile of account, card and holder. Pure."""

from __future__ import annotations

import datetime as dt

from cards.bank.port import Profile
from common.errors import Refusal
from payments import errors

# The Civil Code's age of majority: 20 until the end of 2022, 18 since.
_ADULT_AT_18_SINCE = dt.date(2023, 1, 1)


def eligibility(profile: Profile, *, on: dt.date) -> Refusal | None:
    """The first reason not to let this account pay on this Taipei date, or None. The card comes before the account."""
    checks: list[tuple[bool, type[Refusal]]] = [
        (profile.card_status == "lost", errors.CardLost),
        (profile.card_status == "cancelled", errors.CardCancelled),
        (profile.card_issued == "foreign", errors.ForeignCard),
        (profile.card_kind == "credit", errors.CreditCard),
        (profile.account_status == "closed", errors.AccountClosed),
        (profile.account_status == "frozen", errors.AccountFrozen),
        (not profile.transfer_agreement, errors.NoTransferAgreement),
        (not is_adult(profile.birth_date, on=on), errors.UnderAge),
    ]
    return next((refusal() for refused, refusal in checks if refused), None)


def is_adult(birth_date: dt.date, *, on: dt.date) -> bool:
    """Born 2005-01-01: not on 2022-12-31 (17), yes on 2023-01-01 (18). Born 2004-06-01: not on 2022-12-31 (18 of 20)."""
    age = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    return age >= (18 if on >= _ADULT_AT_18_SINCE else 20)
