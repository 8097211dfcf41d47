"""Case files: each printed one is recorded, and its code proves what was printed, by whom and when."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from typing import Any

from audit import operations as audit
from audit.models import Record
from common.papers import Paper
from common.sealing import keyed_hash

ACTION = "payment.case_file"
# 80 bits: nobody guesses one, and it can be read out.
_CODE_BYTES, _GROUP = 10, 4
# Of one payment; older ones are checked from the audit trail.
_LOOKED_AT = 200


@dataclass(frozen=True)
class Printed:
    """A case file that was printed. `is_same`: whether the file shown is that one, byte for byte; None without a file."""

    at: dt.datetime
    by: str
    reason: str
    is_same: bool | None


def fingerprint_of(paper: Paper) -> str:
    """Of everything that stands in the paper, before its code is added."""
    content = json.dumps(asdict(paper), sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def code_of(*, reference: str, at: dt.datetime, by: str, fingerprint: str) -> str:
    """A keyed hash whose key stands in the settings: "K7QX-2M4A-…", sixteen characters."""
    signed = "\0".join((reference, at.astimezone(dt.UTC).isoformat(timespec="microseconds"), by, fingerprint))
    code = base64.b32encode(bytes.fromhex(keyed_hash(signed, purpose="case_file"))[:_CODE_BYTES]).decode()
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def record_printed(
    *, reference: str, fingerprint: str, pdf: bytes, role: str, reason: str, at: dt.datetime, by: str
) -> Record:
    details = {"fingerprint": fingerprint, "pdf": hashlib.sha256(pdf).hexdigest()}
    return audit.record(by=by, role=role, action=ACTION, subject=reference, reason=reason, details=details, at=at)


def check(*, reference: str, code: str, pdf: bytes | None) -> Printed | None:
    """What was printed under this code; None where nothing was, or not by us."""
    typed = code.upper().replace(" ", "").replace("-", "")
    for record in Record.objects.filter(subject=reference, action=ACTION).order_by("-id")[:_LOOKED_AT]:
        if hmac.compare_digest(_code(record).replace("-", "").encode(), typed.encode()):
            same = None if pdf is None else hashlib.sha256(pdf).hexdigest() == record.details["pdf"]
            return Printed(record.at, record.by, record.reason, same)
    return None


def _code(record: Record) -> str:
    details: dict[str, Any] = record.details
    return code_of(reference=record.subject, at=record.at, by=record.by, fingerprint=details["fingerprint"])
