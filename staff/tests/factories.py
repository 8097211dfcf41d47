"""Members of staff, and browsers they are signed in with."""

from django.contrib.auth.models import User
from django.test import Client

from staff import operations
from staff.rules import Role


def make_staff(name: str = "amy", role: str = "agent") -> User:
    return operations.admit(name=name, role=Role(role), password=None)


def sign_in(user: User, *, stepped_up: bool = False, client: Client | None = None) -> Client:
    """Signed in with everything sign-in asks for; `stepped_up`: has just confirmed it is still them, as approvals ask."""
    client = client or Client()
    client.force_login(user)
    return client
