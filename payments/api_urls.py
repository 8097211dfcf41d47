"""Addresses of the payments API, mounted under /api/v1/. The list and the single payment are in refunds/api_urls.py."""

from django.urls import path

from payments.api import views

urlpatterns = [
    path("payments/<str:reference>/cancel", views.CancelPaymentView.as_view(), name="api-payment-cancel"),
    path("payments/<str:reference>/shipped", views.ShippedView.as_view(), name="api-payment-shipped"),
]
