"""The generated documents: the states' diagrams, the list of errors, the API document. A test compares them with the files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from common.errors import Refusal
from notifications import states as notification_states
from payments import states as payment_states
from portal import problems  # noqa: F401 - its refusals are among those listed, whatever was loaded before
from refunds import states as refund_states
from support import states as support_states
from verification import states as verification_states

_STATES: dict[str, Any] = {
    "Payment": payment_states,
    "Refund": refund_states,
    "Identity check": verification_states,
    "Message to a platform or a customer": notification_states,
    "Case": support_states,
    "What waits for a second person": SimpleNamespace(MOVES=support_states.APPROVAL_MOVES),
}


def documents() -> dict[Path, str]:
    """File → text, for every document that is made from the code."""
    docs = Path(settings.BASE_DIR) / "docs"
    return {docs / "states.md": states(), docs / "errors.md": errors(), docs / "api" / "openapi.yaml": openapi()}


def states() -> str:
    """One Mermaid diagram a table of moves, with what the platform sees where it sees something."""
    parts = [
        "# States\n\nMade from the tables in code by `manage.py write_docs`; the database's guards hold the same tables.\n"
    ]
    for title, module in _STATES.items():
        lines = [f"## {title}\n", "```mermaid", "stateDiagram-v2"]
        for before, afters in module.MOVES.items():
            lines += [f"    {before} --> {after}" for after in sorted(afters)] or [f"    {before} --> [*]"]
        lines.append("```\n")
        seen: dict[str, str] = getattr(module, "PLATFORM_SEES", {})
        if seen:
            lines += ["| status | the platform sees |", "|---|---|"]
            lines += [f"| {inner} | {outer} |" for inner, outer in seen.items()] + [""]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def errors() -> str:
    """Every refusal: code, HTTP status, what it says of the money, and both texts."""
    lines = [
        "# Errors\n\nEvery refusal of the API and the pages, made from the code by `manage.py write_docs`.\n",
        "| code | status | money moved | retry | text | 說明 |",
        "|---|---|---|---|---|---|",
    ]
    for refusal in sorted(refusals(), key=lambda refusal: refusal.code):
        texts = []
        for language in ("en", "zh-hant"):
            with override(language):
                texts.append(f"**{refusal.title}** {with_names(refusal.text)}".replace("|", "\\|"))
        retry = "yes" if refusal.retryable else "no"
        lines.append(
            f"| `{refusal.code}` | {refusal.http_status} | {refusal.money_moved} | {retry} | {texts[0]} | {texts[1]} |"
        )
    return "\n".join(lines) + "\n"


def openapi() -> str:
    """The OpenAPI document of the whole API, as the schema address serves it."""
    with override("en"):
        schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # the library has no types here
        text: bytes = OpenApiYamlRenderer().render(schema, renderer_context={})  # type: ignore[no-untyped-call]  # nor here
        return text.decode()


def with_names(text: object) -> str:
    """A refusal's text before its details are known: "%(limit_minor)s" is shown as {limit_minor}, as the answer names it."""
    return re.sub(r"%\((\w+)\)s", r"{\1}", str(text))


def refusals(parent: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every refusal class that has a code of its own."""
    for child in parent.__subclasses__():
        if "code" in vars(child):
            yield child
        yield from refusals(child)
