"""Telling platforms and customers: enqueue in the caller's transaction, deliver with a lease, number a moment later."""

from notifications.operations.delivery import deliver_due
from notifications.operations.numbering import number_events
from notifications.operations.telling import enqueue_event, enqueue_sms, resend_message, tell_again

__all__ = ["deliver_due", "enqueue_event", "enqueue_sms", "number_events", "resend_message", "tell_again"]
