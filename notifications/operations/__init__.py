"""Telling platforms and customers: enqueue in the caller's transaction, deliver with a lease, number a moment later."""

from notifications.operations.delivery import deliver_due
from notifications.operations.endpoints import Recovered, enable_endpoint, recover_endpoint, send_test
from notifications.operations.numbering import number_events
from notifications.operations.telling import enqueue_event, enqueue_sms, resend_message, tell_again

__all__ = [
    "Recovered",
    "deliver_due",
    "enable_endpoint",
    "enqueue_event",
    "enqueue_sms",
    "number_events",
    "recover_endpoint",
    "resend_message",
    "send_test",
    "tell_again",
]
