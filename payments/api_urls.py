"""Addresses of the payments API, mounted under /api/v1/."""

from django.urls import path

from payments import api

urlpatterns = [
    path("payments", api.PaymentsView.as_view(), name="api-payments"),
    path("payments/<str:reference>", api.PaymentView.as_view(), name="api-payment"),
    path("payments/<str:reference>/cancel", api.CancelPaymentView.as_view(), name="api-payment-cancel"),
    path("payments/<str:reference>/shipped", api.ShippedView.as_view(), name="api-payment-shipped"),
]
