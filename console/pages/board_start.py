"""The first page of those who see no dashboard: the list of colleagues in figures."""

from __future__ import annotations

from django.utils.translation import gettext as _

from console.pages import board_words as words
from console.pages.board_parts import Tile
from console.queries.dashboard_start import Members


def tiles(found: Members) -> list[Tile]:
    return [
        Tile(
            "never",
            words.number_of(found.never_signed_in),
            _("Never signed in"),
            _("admitted, and not come yet"),
            "wait" if found.never_signed_in else "good",
        ),
        Tile(
            "without_role",
            words.number_of(found.without_role),
            _("Without a role"),
            _("can do nothing here"),
            "wait" if found.without_role else "good",
        ),
        Tile("active", words.number_of(found.active), _("Colleagues"), _("who may sign in")),
        Tile("disabled", words.number_of(found.disabled), _("Disabled"), _("may no longer sign in")),
    ]
