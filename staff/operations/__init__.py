"""What is done with members of staff: who they are, what they sign in with, and their sessions."""

from staff.operations.members import (
    Admitted,
    admit_member,
    change_role,
    disable_member,
    enable_member,
    reset_factors,
    role_of,
)
from staff.operations.roles import permission_named, seed_roles

__all__ = [
    "Admitted",
    "admit_member",
    "change_role",
    "disable_member",
    "enable_member",
    "permission_named",
    "reset_factors",
    "role_of",
    "seed_roles",
]
