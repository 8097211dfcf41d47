"""The console's first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from staff.pages import staff_page


@require_safe
@staff_page("console.see_own_account")
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "console/home.html")
