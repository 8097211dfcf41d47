"""Addresses under /api/v1/ at which platforms read what they were told, and say where they want to be told."""

from django.urls import path

from notifications.api import deliveries, webhooks
from notifications.api.events import EventFeed, EventView

app_name = "notifications"

_ENDPOINT = "webhook-endpoints/<str:endpoint_id>"
_DELIVERY = "webhook-deliveries/<str:delivery_id>"

urlpatterns = [
    path("events", EventFeed.as_view(), name="events"),
    path("events/<str:public_id>", EventView.as_view(), name="event"),
    path("webhook-endpoints", webhooks.WebhookEndpoints.as_view(), name="webhook-endpoints"),
    path(_ENDPOINT, webhooks.OneWebhookEndpoint.as_view(), name="webhook-endpoint"),
    path(f"{_ENDPOINT}/disable", webhooks.DisableWebhookEndpoint.as_view(), name="webhook-endpoint-disable"),
    path(f"{_ENDPOINT}/enable", webhooks.EnableWebhookEndpoint.as_view(), name="webhook-endpoint-enable"),
    path(f"{_ENDPOINT}/rotate", webhooks.RotateWebhookEndpoint.as_view(), name="webhook-endpoint-rotate"),
    path(f"{_ENDPOINT}/test", webhooks.TestWebhookEndpoint.as_view(), name="webhook-endpoint-test"),
    path(f"{_ENDPOINT}/recover", webhooks.RecoverWebhookEndpoint.as_view(), name="webhook-endpoint-recover"),
    path("webhook-deliveries", deliveries.WebhookDeliveries.as_view(), name="webhook-deliveries"),
    path(_DELIVERY, deliveries.OneWebhookDelivery.as_view(), name="webhook-delivery"),
    path(f"{_DELIVERY}/resend", deliveries.ResendWebhookDelivery.as_view(), name="webhook-delivery-resend"),
]
