"""Deeds on platforms: admitted, switched off and on, and given another key."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from platforms import errors as platform_errors
from platforms import operations as platforms
from platforms import signatures
from platforms.models import ApiKey, Platform
from support import errors
from support.operations.deeds.deed import NOTHING, Deed, Doing, Line, Outcome, Preview, Wish


class _PlatformDeed(Deed):
    makes = checks = "platforms.manage_keys"

    def subject(self, wish: Wish) -> str:
        return str(wish["code"])


class _Switch(_PlatformDeed):
    becomes: bool

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if platform_of(wish["code"]).enabled == self.becomes:
            raise errors.NothingToChange(subject=wish["code"])

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        platform = platform_of(wish["code"])
        return Preview((Line(platform.name, _switched(platform.enabled), _switched(self.becomes)),))

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        platforms.set_platform_enabled(code=wish["code"], enabled=self.becomes)
        return Outcome(f"{wish['code']}: {'on' if self.becomes else 'off'}")


class Suspend(_Switch):
    name = "platform.suspend"
    title = _("Suspend a platform")
    about = _("Its keys open nothing and customers can't begin to pay its orders; refunds and notices go on.")
    becomes = False


class Resume(_Switch):
    name = "platform.resume"
    title = _("Resume a platform")
    about = _("Its keys open again and customers can pay its orders.")
    becomes = True


class Admit(_PlatformDeed):
    name = "platform.admit"
    title = _("Admit a platform")
    about = _("A new shopping platform may ask for payments and refunds, signed by the key given here.")

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        if Platform.objects.filter(code=wish["code"]).exists():
            raise errors.NothingToChange(subject=wish["code"])
        if not signatures.public_key_is_well_formed(wish["public_key"]):
            raise platform_errors.KeyMaterialInvalid

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        return Preview(
            (
                Line(_("Short name"), NOTHING, wish["code"]),
                Line(_("Name"), NOTHING, wish["name"]),
                Line(_("Customer service phone"), NOTHING, wish["contact_phone"]),
                Line(_("Customers are sent back to"), NOTHING, "\n".join(wish["return_url_prefixes"])),
                Line(_("Public key"), NOTHING, wish["public_key"]),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        platform = platforms.register_platform(
            code=wish["code"],
            name=wish["name"],
            contact_phone=wish["contact_phone"],
            return_url_prefixes=wish["return_url_prefixes"],
            at=doing.at,
            by=doing.approved_by,
        )
        key = platforms.register_public_key(
            platform=platform, public_key=wish["public_key"], at=doing.at, by=doing.approved_by
        )
        return Outcome(f"{platform.code}: {key.key_id}")


class RollKey(Deed):
    name = "platform.roll_key"
    title = _("Roll a platform's key")
    about = _("Another public key takes the place of this one; the old one opens for some hours more.")
    makes = checks = "platforms.manage_keys"

    def subject(self, wish: Wish) -> str:
        return str(wish["key_id"])

    def check(self, wish: Wish, *, at: dt.datetime) -> None:
        key = key_of(wish["key_id"])
        if key.kind != ApiKey.Kind.ED25519 or not key.is_usable(at):
            raise platform_errors.KeyNotRollable
        if wish["public_key"] == key.public_key or not signatures.public_key_is_well_formed(wish["public_key"]):
            raise platform_errors.KeyMaterialInvalid

    def preview(self, wish: Wish, *, at: dt.datetime) -> Preview:
        key = key_of(wish["key_id"])
        ends = _("%(hours)d hours after it is done") % {"hours": wish["overlap_hours"]}
        return Preview(
            (
                Line(_("Platform"), key.platform.name, key.platform.name),
                Line(_("Public key"), key.public_key, wish["public_key"]),
                Line(_("The old key ends"), NOTHING, ends),
            )
        )

    def apply(self, wish: Wish, doing: Doing) -> Outcome:
        made = platforms.roll_key(
            platform=key_of(wish["key_id"]).platform,
            key_id=wish["key_id"],
            public_key=wish["public_key"],
            overlap=dt.timedelta(hours=wish["overlap_hours"]),
            at=doing.at,
            by=doing.approved_by,
        )
        return Outcome(made.key.key_id)


def platform_of(code: str) -> Platform:
    """Raises SubjectUnknown."""
    platform = Platform.objects.filter(code=code).first()
    if platform is None:
        raise errors.SubjectUnknown(subject=code)
    return platform


def key_of(key_id: str) -> ApiKey:
    """Raises SubjectUnknown."""
    key = ApiKey.objects.select_related("platform").filter(key_id=key_id).first()
    if key is None:
        raise errors.SubjectUnknown(subject=key_id)
    return key


def _switched(enabled: bool) -> str:
    return str(_("on")) if enabled else str(_("suspended"))
