"""The text a customer agrees to before an identity check, under a version that changes whenever a word does."""

from __future__ import annotations

import hashlib

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# tests/test_consent.py holds the hash of each version in each language: a changed text needs a new version.
CONSENT_VERSION = "2026-11"

CONSENT_PARAGRAPHS: tuple[str | Promise, ...] = (
    _(
        "To let you pay cross-border orders, the bank checks your identity on first use and when the service "
        "was not used for more than one year."
    ),
    _(
        "You agree that the bank compares your national ID or resident certificate number, birth date and the issue "
        "data of your card with its own records and, through the Joint Credit Information Center, with the official "
        "register."
    ),
    _(
        "The bank uses these data for this check alone and keeps the record for five years. Ask customer service to "
        "see or correct your data. If you don't agree, the service can't be used; nothing is charged."
    ),
)


def consent_text() -> str:
    """The whole text in the active language, as shown."""
    return "\n\n".join(str(paragraph) for paragraph in CONSENT_PARAGRAPHS)


def consent_text_hash() -> str:
    """64 hex characters that pin down which text, in which language, was agreed to."""
    return hashlib.sha256(consent_text().encode()).hexdigest()
