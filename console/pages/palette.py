"""The palette (Ctrl+K): what one types is looked for among payments, pages and deeds; the arrow keys choose."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from console.forms.find import TermForm
from console.pages import find, find_shown
from staff.pages import staff_page

# As many as are seen without scrolling.
_HITS, _PAGES = 5, 8
# Looking for less finds half the world.
_TERM_MIN = 3
# Name of the address → the permission it asks for, and what it is called.
_TARGETS = {
    "desk:home": ("console.see_own_account", _("Overview")),
    "desk:find": ("console.see_payments", _("Find a payment")),
    "support:cases": ("support.see_cases", _("Cases")),
    "support:board": ("support.see_cases", _("Cases by age")),
    "support:approvals": ("support.see_approvals", _("Approvals")),
    "desk:calendar": ("console.see_calendar", _("Refund calendar")),
    "desk:tell_many": ("notifications.act_on_message", _("Tell a shop again of many payments")),
    "desk:case_file_check": ("console.see_payments", _("Check a printed case file")),
    "desk:reports": ("console.run_reports", _("Reports")),
    "desk:audit": ("audit.audit_trail", _("Audit trail")),
    "reference-data": ("console.see_reference_data", _("Reference data")),
    "staff:account": ("console.see_own_account", _("My account")),
}


@require_POST
@staff_page("console.see_payments")
def options(request: HttpRequest) -> HttpResponse:
    form = TermForm(request.POST)
    term = form.cleaned_data["q"] if form.is_valid() else ""
    groups = find.found(request, term, limit=_HITS)[1] if len(term) >= _TERM_MIN else []
    shown: list[dict[str, Any]] = [
        {
            "title": str(find_shown.KINDS[group.reading.kind]),
            "rows": [find_shown.row(hit) for hit in group.hits],
            "more": bool(group.next_cursor),
        }
        for group in groups
    ]
    pages = _pages(request, term)
    count = len(pages) + sum(len(group["rows"]) for group in shown)
    return render(
        request, "console/_palette_options.html", {"groups": shown, "pages": pages, "count": count, "term": term}
    )


def _pages(request: HttpRequest, term: str) -> list[dict[str, Any]]:
    """Pages that this member of staff may open and whose name, in either language, has the term in it."""
    found = []
    for name, (permission, label) in _TARGETS.items():
        if request.user.has_perm(permission) and term.casefold() in _names(label):
            found.append({"label": str(label), "address": reverse(name)})
    return found[:_PAGES]


def _names(label: Any) -> str:
    said = [str(label)]
    for language in ("en", "zh-hant"):
        with override(language):
            said.append(str(label))
    return " ".join(said).casefold()
