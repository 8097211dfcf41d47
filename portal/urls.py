"""Every address of the portal: pages for customers, the console, the API."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal import api_pages, pages, reader_pages
from staff.pages import staff_page

api = [
    path("", include("platforms.urls")),
    path("", include("notifications.urls")),
    path("", include("payments.api_urls")),
    path("", include("refunds.api_urls")),
]

# Its script comes from an address of its own, so that nothing on the page is inline.
api_reference = SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="portal/api_docs.html")

see_reference_data = staff_page("console.see_reference_data")

urlpatterns = [
    path("", pages.home, name="home"),
    path("help/", pages.help_page, name="help"),
    path("reader/", reader_pages.doctor, name="reader-doctor"),
    path("reader/install/", reader_pages.install, name="reader-install"),
    path("reader/download/<str:file>", reader_pages.download, name="reader-download"),
    path("language/", include("django.conf.urls.i18n")),
    path("", include("payments.urls")),
    path("", include("verification.urls")),
    path("", include("refunds.urls")),
    path("console/", include("console.urls")),
    path("console/", include("support.urls")),
    path("console/", include("staff.urls")),
    path("console/data/", see_reference_data(admin.site.admin_view(admin.site.index)), name="reference-data"),
    path("console/", admin.site.urls),
    path("api/v1/", include(api)),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_pages.docs_home, name="api-docs"),
    path("api/docs/reference/", api_reference, name="api-reference"),
    path("api/docs/guides/<slug:slug>/", api_pages.guide_page, name="api-guide"),
    path("api/docs/guides/verify-a-webhook/webhook-vectors.json", api_pages.webhook_vectors, name="webhook-vectors"),
    path("api/errors/", api_pages.error_catalogue, name="api-errors"),
    path("api/errors/<slug:code>/", api_pages.error_page, name="api-error"),
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
]

if settings.SANDBOX:
    urlpatterns += [
        path("sandbox/components/", pages.component_catalogue, name="component-catalogue"),
        path("sandbox/idle", pages.idle, name="sandbox-idle"),
        path("sandbox/picture-code", pages.picture_code, name="sandbox-picture-code"),
    ]

handler400 = "portal.pages.bad_request"
handler403 = "portal.pages.permission_denied"
handler404 = "portal.pages.page_not_found"
handler500 = "portal.pages.server_error"
