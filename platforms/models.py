"""Who may call us and where we call them: platforms, their keys, their webhook endpoints, the nonces they used."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.references import new_id
from common.sealing import unseal
from common.states import AppendOnly
from platforms import rules


class Platform(models.Model):
    """A shopping platform. Its contact is shown to customers wherever the answer lies with the platform."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    contact_phone = models.CharField(max_length=30)
    enabled = models.BooleanField(default=True)
    # Where a customer may be sent back to; each begins with scheme and host and ends in a slash.
    return_url_prefixes = models.JSONField(default=list)
    # How many requests a minute are answered; the 429 beyond them costs the platform time, never money.
    requests_per_minute = models.PositiveIntegerField(default=6000)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)

    class Meta:
        permissions: ClassVar = [("manage_keys", _("Can make, roll and revoke a platform's keys"))]

    def __str__(self) -> str:
        return f"platform {self.code}"

    def allows_return_to(self, url: str) -> bool:
        """A customer is sent back only to an address that begins as one of the registered ones."""
        return any(rules.address_begins(url, prefix) for prefix in self.return_url_prefixes)


class ApiKey(models.Model):
    """What a platform proves itself with: a public key whose private half is its own; in a sandbox a bearer secret."""

    class Kind(models.TextChoices):
        BEARER = "bearer"
        ED25519 = "ed25519"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="keys")
    kind = models.CharField(max_length=8, choices=Kind)
    key_id = models.CharField(max_length=64, unique=True)
    secret_hash = models.CharField(max_length=64, blank=True)
    public_key = models.CharField(max_length=44, blank=True)  # base64 of 32 bytes
    # What it opens (platforms/rules.py has the list); a key without scopes opens nothing.
    scopes = models.JSONField(default=list)
    description = models.CharField(max_length=100, blank=True)
    # Where requests with it may come from, as networks ("203.0.113.0/24"); empty: from anywhere.
    allowed_addresses = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["secret_hash"], condition=~Q(secret_hash=""), name="platforms_key_secret_unique"
            ),
            models.CheckConstraint(
                condition=(Q(kind="bearer", public_key="") & ~Q(secret_hash=""))
                | (Q(kind="ed25519", secret_hash="") & ~Q(public_key="")),
                name="platforms_key_has_its_material",
            ),
        ]

    def __str__(self) -> str:
        return f"key {self.key_id}"

    def is_usable(self, at: dt.datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


class WebhookEndpoint(models.Model):
    """Where a platform wants to be told, what we sign with, and how it goes. During a rotation the old pair signs too."""

    class DisabledReason(models.TextChoices):
        BY_PLATFORM = "by_platform"
        BY_STAFF = "by_staff"
        GONE = "gone"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="endpoints")
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    # Empty: every kind of event.
    event_types = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=11, choices=DisabledReason, blank=True)
    public_key = models.CharField(max_length=44)  # base64 of 32 bytes
    private_key_sealed = models.CharField(max_length=200)
    secret_sealed = models.CharField(max_length=200)
    previous_public_key = models.CharField(max_length=44, blank=True)
    previous_private_key_sealed = models.CharField(max_length=200, blank=True)
    previous_secret_sealed = models.CharField(max_length=200, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    # Its health, which the delivery engine keeps (docs/decisions/0025): since when nothing gets through, until when
    # nothing is tried, how many notices in a row it refused at the first try, and what it last took or said.
    failing_since = models.DateTimeField(null=True, blank=True)
    resting_until = models.DateTimeField(null=True, blank=True)
    refused_in_row = models.PositiveSmallIntegerField(default=0)
    last_failed_at = models.DateTimeField(null=True, blank=True)
    last_failure = models.CharField(max_length=120, blank=True)
    last_delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions: ClassVar = [("act_on_endpoint", _("Can switch a webhook endpoint off and on"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "url"], name="platforms_endpoint_once"),
            models.CheckConstraint(
                condition=Q(enabled=True, disabled_at__isnull=True, disabled_reason="")
                | (Q(enabled=False, disabled_at__isnull=False) & ~Q(disabled_reason="")),
                name="platforms_endpoint_off_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"endpoint {self.id} of {self.platform_id}"

    @property
    def public_id(self) -> str:
        """we_ and 32 hex digits: the id the platform sees."""
        return f"we_{self.id.hex}"

    def wants(self, kind: str) -> bool:
        return not self.event_types or kind in self.event_types

    def private_key(self) -> str:
        """base64 of the 32-byte Ed25519 seed that signs."""
        return unseal(self.private_key_sealed)

    def secret(self) -> str:
        """base64 of the 32 bytes that the platform knows too."""
        return unseal(self.secret_sealed)

    def previous_private_key(self) -> str:
        """The one before, empty when there is none."""
        return unseal(self.previous_private_key_sealed) if self.previous_private_key_sealed else ""

    def previous_secret(self) -> str:
        """The one before, empty when there is none."""
        return unseal(self.previous_secret_sealed) if self.previous_secret_sealed else ""

    def is_rotating(self, at: dt.datetime) -> bool:
        """Does what was before still sign beside what is now?"""
        return self.previous_until is not None and at < self.previous_until

    def public_keys(self, at: dt.datetime) -> list[str]:
        """Each key that signs at this moment, as the platform reads it: whpk_ and base64 of 32 bytes."""
        keys = [self.public_key, *([self.previous_public_key] if self.is_rotating(at) else [])]
        return [f"whpk_{key}" for key in keys]


class EndpointChange(AppendOnly):
    """What someone did with an endpoint: who, when and why."""

    class Deed(models.TextChoices):
        CREATED = "created"
        CHANGED = "changed"
        ROTATED = "rotated"
        DISABLED = "disabled"
        ENABLED = "enabled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="changes")
    deed = models.CharField(max_length=8, choices=Deed)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.deed} {self.endpoint_id} by {self.by}"


class RequestNonce(models.Model):
    """A signed request that was taken in. Forgotten when its signature would be refused as expired anyway."""

    id = models.BigAutoField(primary_key=True)
    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="nonces")
    nonce = models.CharField(max_length=64)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "nonce"], name="platforms_nonce_once"),
        ]

    def __str__(self) -> str:
        return f"nonce {self.nonce} of {self.key_id}"


class IdempotencyRecord(models.Model):
    """One Idempotency-Key of a platform: what was asked with it, and the answer, kept byte for byte and for ever.

    While `answered_at` is empty the request is on its way, and its twins wait; when `lease_until` has passed, whoever
    comes next does it anew, since the process that had it died.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    token = models.UUIDField()
    lease_until = models.DateTimeField()
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    # Sealed: an answer may hold a page link or a new key's secret.
    body_sealed = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "key"], name="platforms_idempotency_once"),
        ]

    def __str__(self) -> str:
        return f"idempotency key {self.id} of {self.platform_id}"
