"""What a member of staff signs in with, their sign-ins, and the wrong tries. Who they are and may do stands in Django's own tables."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.references import new_id


class Member(models.Model):
    """What we know of a member of staff beside the account: whether the password is still somebody else's making."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="member")
    # Until when a password counts that was made for them. None: it is their own.
    first_password_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions: ClassVar = [
            ("see_members", _("Can see who works here, with role, factors and sessions")),
            ("manage_members", _("Can disable a member of staff and ask for other changes")),
        ]

    def __str__(self) -> str:
        return f"member {self.user.get_username()}"


class Factor(models.Model):
    """A second thing that signs in: an authenticator app's secret or a passkey. Removed ones are kept as removed."""

    class Kind(models.TextChoices):
        APP = "app", _("Authenticator app")
        PASSKEY = "passkey", _("Passkey")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=40)
    # An app's secret, or a passkey's id and public key; either sealed.
    sealed = models.TextField()
    # The last step whose code was used, or the passkey's own counter: neither is taken twice.
    counter = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(kind="app", removed_at=None), name="staff_one_app_a_member"
            )
        ]

    def __str__(self) -> str:
        return f"factor {self.id}"


class RecoveryCode(models.Model):
    """One of ten codes for the day a phone is lost: hashed like a password, good once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    slot = models.PositiveSmallIntegerField()
    hash = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    # Used, or no longer good because there are new ones.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "slot"], condition=Q(ended_at=None), name="staff_one_recovery_code_a_slot"
            )
        ]

    def __str__(self) -> str:
        return f"recovery code {self.id}"


class SignIn(models.Model):
    """One session of a member of staff, from sign-in to end; its browser holds the key."""

    class Ended(models.TextChoices):
        SIGNED_OUT = "signed_out", _("Signed out")
        IDLE = "idle", _("Left alone, or a day's work was over")
        BY_MEMBER = "by_member", _("Ended from another session")
        PASSWORD = "password", _("The password was changed")
        BY_ADMINISTRATOR = "by_administrator", _("Ended by an administrator")
        DISABLED = "disabled", _("The member was disabled")
        ROLE = "role", _("The role was changed")
        FACTORS = "factors", _("The second factors were reset")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    session_key = models.CharField(max_length=40, blank=True)
    # How the second factor was shown: app, passkey or recovery_code.
    factor = models.CharField(max_length=20)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, choices=Ended.choices, blank=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["user", "-started_at"], name="staff_sign_in_of_member"),
            models.Index(fields=["session_key"], condition=Q(ended_at=None), name="staff_sign_in_open"),
        ]

    def __str__(self) -> str:
        return f"sign-in {self.id}"


class WrongTries(models.Model):
    """Wrong passwords and codes of one name from one address. A hash of the name: people type passwords there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=45)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name_hash", "address"], name="staff_wrong_tries_of_one")
        ]

    def __str__(self) -> str:
        return f"wrong tries {self.id}"
