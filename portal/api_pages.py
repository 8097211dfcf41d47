"""The API explained: the start of the documentation, its guides, the list of error codes and a page for each."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe

from common.errors import Refusal
from platforms.api.base import VERSIONS
from portal.documents import refusals, with_names
from portal.guides import VECTORS, guide, guides


@require_safe
def docs_home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/docs.html", {"guides": guides(), "version": VERSIONS[-1]})


@require_safe
def guide_page(request: HttpRequest, slug: str) -> HttpResponse:
    found = guide(slug)
    if found is None:
        raise Http404
    return render(request, "portal/guide.html", {"guide": found, "guides": guides()})


@require_safe
def webhook_vectors(request: HttpRequest) -> HttpResponse:
    """The test vectors that the guide to verifying speaks of, as the file stands in the repository."""
    return HttpResponse(VECTORS.read_bytes(), content_type="application/json")


@require_safe
def error_catalogue(request: HttpRequest) -> HttpResponse:
    """Every code the API answers with, read from the classes that raise them."""
    rows = [_row(refusal) for refusal in sorted(refusals(), key=lambda refusal: refusal.code)]
    return render(request, "portal/errors.html", {"rows": rows})


@require_safe
def error_page(request: HttpRequest, code: str) -> HttpResponse:
    """What one code means, in both languages at once: the `type` of a problem document leads here."""
    found = next((refusal for refusal in refusals() if refusal.code == code), None)
    if found is None:
        raise Http404
    texts = {}
    for language in ("zh-hant", "en"):
        with override(language):
            texts[language.replace("-", "_")] = {"title": str(found.title), "text": with_names(found.text)}
    return render(request, "portal/error.html", {"row": _row(found), "texts": texts})


def _row(refusal: type[Refusal]) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "status": refusal.http_status,
        "title": refusal.title,
        "text": with_names(refusal.text),
        "money_moved": refusal.money_moved,
        "retryable": refusal.retryable,
        "retry_after": refusal.retry_after_seconds,
        "names": "%(" in str(refusal.text),
    }
