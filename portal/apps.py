"""App configuration: makes the Celery app and its tasks known in every process, and the back office the admin site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        # send_task finds a task's options only in a filled registry, and web processes have none unless forced.
        from portal.celery import app

        app.autodiscover_tasks(force=True)


class BackOfficeConfig(AdminConfig):
    default_site = "portal.backoffice.BackOffice"
