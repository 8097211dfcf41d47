"""Screens of the portal's own pages: start, help, the API explained, the components, and every error."""

from __future__ import annotations

from tests.flows.screens import screen, screens_at

screens_at(
    {
        "home": "/",
        "help": "/help/",
        "help-question": "/help/#amount",
        "help-question-limits": "/help/#limits",
        "components": "/sandbox/components/",
        "api-docs": "/api/docs/",
        "api-guide": "/api/docs/guides/first-payment/",
        "api-errors": "/api/errors/",
        "api-error": "/api/errors/limit_exceeded/",
        "console-login": "/console/login/",
        "error-400": "/error/400/",
        "error-403": "/error/403/",
        "error-404": "/no-such-page/",
        "error-429": "/error/429/",
        "error-500": "/error/500/",
        "error-503": "/error/503/",
    }
)


@screen("api-reference")
def api_reference(guest):
    guest.open("/api/docs/reference/")
    guest.page.locator(".swagger-ui .opblock").first.wait_for()


@screen("error-csrf")
def error_csrf(guest):
    guest.open("/was-i-charged/")
    guest.context.clear_cookies()
    guest.press("main button[type=submit]")
