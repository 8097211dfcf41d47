"""Passkeys (WebAuthn): what a browser is asked, and whether its answer holds. Bound to the name in the address bar."""

from __future__ import annotations

import ipaddress
import json
from typing import Final

from django.contrib.auth.models import User
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from common.clock import now
from common.sealing import keyed_hash, unseal
from staff.models import Factor
from staff.operations import factors

_ASKED: Final = "staff_passkey_asked"


def are_possible(request: HttpRequest) -> bool:
    """Browsers bind passkeys to a name; at a bare IP address they have none."""
    try:
        ipaddress.ip_address(_host(request))
    except ValueError:
        return True
    return False


def creation_options(request: HttpRequest, user: User) -> str:
    """JSON for `navigator.credentials.create`; what was asked is kept in the session until the answer comes."""
    # Not the row's number: what an authenticator keeps should tell nothing.
    handle = bytes.fromhex(keyed_hash(str(user.pk), purpose="staff-passkey"))
    entity = PublicKeyCredentialUserEntity(id=handle, name=user.get_username(), display_name=user.get_username())
    options, asked = _server(request).register_begin(
        entity,
        [_credential(one) for one in factors.active(user, Factor.Kind.PASSKEY)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    request.session[_ASKED] = asked
    return json.dumps(dict(options)["publicKey"])


def keep(request: HttpRequest, user: User, *, name: str, answer: str) -> bool:
    """Whether the browser's answer is a passkey of this very question, and is kept now."""
    asked = request.session.pop(_ASKED, None)
    if asked is None:
        return False
    try:
        data = _server(request).register_complete(asked, json.loads(answer))
    except Exception:  # noqa: BLE001 - the answer is a stranger's: whatever is wrong with it, it is no passkey
        return False
    assert data.credential_data is not None, "register_complete has looked"
    factors.keep_passkey(user=user, name=name, credential=websafe_encode(bytes(data.credential_data)), at=now())
    return True


def request_options(request: HttpRequest, user: User) -> str:
    """JSON for `navigator.credentials.get`; "" when this person has no passkey, or none can be had here."""
    known = [_credential(one) for one in factors.active(user, Factor.Kind.PASSKEY)]
    if not known or not are_possible(request):
        return ""
    options, asked = _server(request).authenticate_begin(known, UserVerificationRequirement.REQUIRED)
    request.session[_ASKED] = asked
    return json.dumps(dict(options)["publicKey"])


def show(request: HttpRequest, user: User, *, answer: str) -> bool:
    """Whether one of this person's passkeys answered the question that was asked, once."""
    asked = request.session.pop(_ASKED, None)
    known = factors.active(user, Factor.Kind.PASSKEY)
    credentials = [_credential(one) for one in known]
    if asked is None or not known:
        return False
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        used = _server(request).authenticate_complete(asked, credentials, response)
    except Exception:  # noqa: BLE001 - the answer is a stranger's: whatever is wrong with it, it is no passkey of theirs
        return False
    counter = response.response.authenticator_data.counter
    return factors.use_passkey(factor=known[credentials.index(used)], counter=counter, at=now())


def _server(request: HttpRequest) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=_host(request), name="Outpost"))


def _host(request: HttpRequest) -> str:
    return request.get_host().rpartition(":")[0] or request.get_host()


def _credential(factor: Factor) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(unseal(factor.sealed)))
