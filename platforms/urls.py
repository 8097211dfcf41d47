"""Addresses under /api/v1/ that a platform reads about itself."""

from django.urls import path

from platforms.api.profile import PlatformProfile

app_name = "platforms"
urlpatterns = [path("platform", PlatformProfile.as_view(), name="profile")]
