"""The first page of those who see no dashboard: the list of colleagues in figures."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from console.pages import board_words as words
from console.pages.board_parts import Tile
from console.queries.dashboard_start import Members


def members(found: Members) -> dict[str, Any]:
    figures = [
        (
            "never",
            found.never_signed_in,
            _("Never signed in"),
            _("admitted, and not come yet"),
            _of(found.never_signed_in),
        ),
        ("without_role", found.without_role, _("Without a role"), _("can do nothing here"), _of(found.without_role)),
        ("active", found.active, _("Colleagues"), _("who may sign in"), ""),
        ("disabled", found.disabled, _("Disabled"), _("may no longer sign in"), ""),
    ]
    there = reverse("staff:members")
    return {
        "tiles": [
            Tile(name, words.number_of(count), label, note, kind, there) for name, count, label, note, kind in figures
        ]
    }


def _of(waiting: int) -> str:
    return "wait" if waiting else "good"
