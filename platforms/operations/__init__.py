"""Admitting platforms: their keys, the addresses they are told at, and the requests they have used up."""

from platforms.operations.endpoints import (
    add_endpoint,
    change_endpoint,
    create_endpoint,
    disable_endpoint,
    rotate_signing_key,
)
from platforms.operations.idempotency import Answered, Claim, begin_request, finish_request, release_request
from platforms.operations.keys import (
    ROLL_OVERLAP,
    MadeKey,
    NewKey,
    issue_bearer_key,
    make_key,
    register_public_key,
    revoke_key,
    roll_key,
    secret_hash,
)
from platforms.operations.nonces import forget_nonces, use_nonce
from platforms.operations.platforms import register_platform, set_platform_enabled

__all__ = [
    "ROLL_OVERLAP",
    "Answered",
    "Claim",
    "MadeKey",
    "NewKey",
    "add_endpoint",
    "begin_request",
    "change_endpoint",
    "create_endpoint",
    "disable_endpoint",
    "finish_request",
    "forget_nonces",
    "issue_bearer_key",
    "make_key",
    "register_platform",
    "register_public_key",
    "release_request",
    "revoke_key",
    "roll_key",
    "rotate_signing_key",
    "secret_hash",
    "set_platform_enabled",
    "use_nonce",
]
