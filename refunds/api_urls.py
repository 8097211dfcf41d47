"""Addresses of the refunds API and the calendar's, mounted under /api/v1/."""

from django.urls import path

from refunds import api

urlpatterns = [
    path("refunds", api.RefundsView.as_view(), name="api-refunds"),
    path("refunds/<str:reference>", api.RefundView.as_view(), name="api-refund"),
    path("refunds/<str:reference>/confirm", api.ConfirmRefundView.as_view(), name="api-refund-confirm"),
    path("refunds/<str:reference>/cancel", api.CancelRefundView.as_view(), name="api-refund-cancel"),
    path("calendar/explain", api.ExplainView.as_view(), name="api-calendar-explain"),
]
