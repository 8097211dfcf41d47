"""Members of staff, and browsers they are signed in with."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client

from audit import operations as audit
from common.clock import now
from staff.models import Factor
from staff.operations import admit_member, disable_member, factors, sessions
from staff.pages import STEPPED_UP_AT
from staff.pages.presence import SEEN_AT, STARTED_AT
from staff.rules import Role

# The secret of RFC 6238's own examples.
APP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
PASSWORD = "six-lanterns-on-the-quay"


def make_staff(name: str = "amy", role: str = "agent", *, with_app: bool = True) -> User:
    """With a password of their own and, as everybody who has ever got in, an authenticator app."""
    at = now()
    user = admit_member(name=name, role=Role(role), reason="for a test", at=at, by="tests").user
    factors.change_password(user=user, password=PASSWORD, at=at)
    if with_app:
        give_app(user)
    return user


def make_staff_with(*permissions: str, name: str = "amy") -> User:
    """No role, these permissions alone (codenames): for what a page does with one right and not with another."""
    user = User.objects.create_user(name, password=None, is_staff=True)
    give_permissions(user, *permissions)
    give_app(user)
    return user


def give_permissions(user: User, *permissions: str) -> None:
    """These (codenames) beside the role, and no others; with the record that the database asks for."""
    with transaction.atomic():
        subject = f"staff:{user.username}"
        audit.record(by="tests", action="staff.admitted", subject=subject, reason="for a test", at=now())
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))


def disable(user: User) -> None:
    disable_member(name=user.username, reason="for a test", at=now(), by="tests")


def give_app(user: User, secret: str = APP_SECRET) -> Factor:
    return factors.keep_app(user=user, secret=secret, step=0, at=now())


def sign_in(user: User, *, stepped_up: bool = False, client: Client | None = None) -> Client:
    """Signed in with everything sign-in asks for; `stepped_up`: has just confirmed it is still them, as approvals ask."""
    client = client or Client()
    client.force_login(user)
    key, at = client.cookies[settings.SESSION_COOKIE_NAME].value, now()
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    session[STARTED_AT] = session[SEEN_AT] = at.timestamp()
    if stepped_up:
        session[STEPPED_UP_AT] = at.timestamp()
    session.save()
    sessions.begin(user=user, session_key=key, factor="app", address="127.0.0.1", browser="", at=at)
    return client
