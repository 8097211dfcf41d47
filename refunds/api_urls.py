"""Addresses of refunds, calendar and settlement days, and of payments that can show their refunds, under /api/v1/."""

from django.urls import path

from refunds.api import calendar, settlement, views

urlpatterns = [
    path("payments", views.PaymentsView.as_view(), name="api-payments"),
    path("payments/<str:reference>", views.PaymentView.as_view(), name="api-payment"),
    path("refunds", views.RefundsView.as_view(), name="api-refunds"),
    path("refunds/<str:reference>", views.RefundView.as_view(), name="api-refund"),
    path("refunds/<str:reference>/confirm", views.ConfirmRefundView.as_view(), name="api-refund-confirm"),
    path("refunds/<str:reference>/cancel", views.CancelRefundView.as_view(), name="api-refund-cancel"),
    path("calendar/working-days", calendar.WorkingDaysView.as_view(), name="api-working-days"),
    path("calendar/explain", calendar.ExplainView.as_view(), name="api-calendar-explain"),
    path("settlement-days", settlement.SettlementDaysView.as_view(), name="api-settlement-days"),
    path("settlement-days/<str:date>", settlement.SettlementDayView.as_view(), name="api-settlement-day"),
    path("settlement-days/<str:date>/lines", settlement.SettlementLinesView.as_view(), name="api-settlement-lines"),
]
