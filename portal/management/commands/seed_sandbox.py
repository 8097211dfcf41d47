"""Puts the sandbox's platforms, their keys and the demo staff in place, again and again; prints who can sign in as JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from common import clock
from platforms import operations as platforms
from portal.demo_staff import PEOPLE, Person
from portal.env import env_str
from staff.operations import admit_member, change_role, factors, role_of

# Whatever a developer runs on their own machine, and the one host that is nobody's.
DEMO_RETURN_URLS = (
    "http://127.0.0.1:*/",
    "http://localhost:*/",
    "http://127.0.0.1/",
    "http://localhost/",
    "https://example.com/",
)
DEMO_PHONE = "(02)5550-0100"


class Command(BaseCommand):
    help = "Seed the sandbox: the shop's and the demo platform with keys, the demo staff. Refuses to run anywhere else."

    def handle(self, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("seed_sandbox is for the sandbox: SANDBOX is not set")
        self._seed_shop()
        developer = self._seed_demo()
        staff = [self._seed_staff(person) for person in PEOPLE]
        self.stdout.write(json.dumps({"staff": staff, "developer": developer}))

    def _seed_shop(self) -> None:
        at, by = clock.now(), "seed_sandbox"
        platform = platforms.register_platform(
            code="taobao",
            name="Taobao",
            contact_phone="(02)7705-4306",
            return_url_prefixes=[f"{settings.SANDBOX_URL}/shop/"],
            at=at,
            by=by,
        )
        platforms.issue_bearer_key(platform=platform, at=at, by=by, secret=env_str("SHOP_API_KEY"))
        seed = base64.b64decode(env_str("SHOP_SIGNING_KEY"))
        public_key = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        platforms.register_public_key(
            platform=platform,
            public_key=base64.b64encode(public_key).decode(),
            key_id=env_str("SHOP_KEY_ID"),
            at=at,
            by=by,
        )
        platforms.add_endpoint(platform=platform, url=f"{settings.SANDBOX_URL}/shop/notices", at=at, by=by)

    def _seed_demo(self) -> dict[str, str]:
        """The platform of whoever tries the API by hand: no shop stands behind it, and a bearer key is all it needs."""
        at, by = clock.now(), "seed_sandbox"
        platform = platforms.register_platform(
            code="demo",
            name="Demo shop",
            contact_phone=DEMO_PHONE,
            return_url_prefixes=DEMO_RETURN_URLS,
            at=at,
            by=by,
        )
        key, _ = platforms.issue_bearer_key(platform=platform, at=at, by=by, secret=env_str("DEMO_API_KEY"))
        return {"platform": platform.code, "name": platform.name, "key_id": key.key_id}

    def _seed_staff(self, person: Person) -> dict[str, str]:
        at, by, reason = clock.now(), "seed_sandbox", "a person of the sandbox"
        user = User.objects.filter(username=person.name).first()
        if user is None:
            user = admit_member(name=person.name, role=person.role, reason=reason, at=at, by=by).user
            factors.change_password(user=user, password=person.password, at=at)
        elif role_of(user) != person.role:
            user = change_role(name=person.name, role=person.role, reason=reason, at=at, by=by)
        if not factors.active(user):
            factors.keep_app(user=user, secret=person.secret, step=0, at=at)
        return {"username": person.name, "password": person.password, "role": str(person.role)}
