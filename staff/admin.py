"""Accounts and roles are no reference data: Django's own forms for them are taken away; the console has pages for staff."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group, User

admin.site.unregister(User)
admin.site.unregister(Group)
