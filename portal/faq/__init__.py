"""Questions people ask, by group, each answer with the numbers that apply today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import ngettext

from portal.faq import afterwards, paying
from portal.faq.question import Group, Question

GROUPS: tuple[Group, ...] = (*paying.GROUPS, *afterwards.GROUPS)


def answered(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each group with its questions as plain texts of the active language, `figures` filled in."""
    words = {**figures, **_counted(figures)}
    return [
        {"id": group.id, "title": str(group.title), "questions": [_answered(one, words) for one in group.questions]}
        for group in GROUPS
    ]


def _answered(question: Question, words: Mapping[str, Any]) -> dict[str, Any]:
    bank_phone = settings.BANK_PHONE if question.bank else ""
    # A bank that names no number of its own is reached through the shop's.
    has_shop = question.phone or (question.bank and not bank_phone)
    return {
        "id": question.id,
        "question": str(question.question),
        "paragraphs": [str(text) % words for text in question.paragraphs],
        "steps": [str(text) % words for text in question.steps],
        "closing": [str(text) % words for text in question.closing],
        "links": [{"url": reverse(view), "text": str(text)} for view, text in question.links],
        "bank_phone": bank_phone,
        "phone": words["platform_phone"] if has_shop else "",
        "part": question.part,
    }


def _counted(figures: Mapping[str, Any]) -> dict[str, str]:
    """Numbers with their noun, which English counts."""
    years, minutes, tries = figures["gate_years"], figures["wait_minutes"], figures["mismatches_max"]
    return {
        "years": ngettext("%(count)d year", "%(count)d years", years) % {"count": years},
        "minutes": ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes},
        "mismatches": ngettext("%(count)d mismatch", "%(count)d mismatches", tries) % {"count": tries},
    }
