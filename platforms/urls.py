"""Addresses under /api/v1/ that a platform reads about itself, and its keys."""

from django.urls import path

from platforms.api import keys
from platforms.api.profile import PlatformProfile

app_name = "platforms"
urlpatterns = [
    path("platform", PlatformProfile.as_view(), name="profile"),
    path("keys", keys.KeysView.as_view(), name="keys"),
    path("keys/<str:key_id>", keys.KeyView.as_view(), name="key"),
    path("keys/<str:key_id>/roll", keys.RollKeyView.as_view(), name="key-roll"),
    path("keys/<str:key_id>/revoke", keys.RevokeKeyView.as_view(), name="key-revoke"),
]
