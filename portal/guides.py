"""The guides of the API: CommonMark files of docs/api/, rendered once a process into the house's pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# slug → its file below docs/api/, in the order in which a newcomer reads them.
GUIDES: dict[str, str] = {
    "first-payment": "guides/first-payment.md",
    "requests": "guides/requests.md",
    "webhooks": "guides/webhooks.md",
    "verify-a-webhook": "guides/verify-a-webhook.md",
    "refunds-and-promises": "guides/refunds-and-promises.md",
    "errors": "guides/errors.md",
    "testing": "guides/testing.md",
    "going-live": "guides/going-live.md",
    "versions": "versions.md",
}
VECTORS = Path(settings.BASE_DIR) / "docs/api/guides/webhook-vectors.json"
_LINK = re.compile(r"^(?:guides/|\.\./)?([a-z-]+)\.md(#.*)?$")


@dataclass(frozen=True)
class Guide:
    """One guide: its title, the sentence under it and its body as HTML."""

    slug: str
    title: str
    lead: SafeString
    body: SafeString


class _Renderer(RendererHTML):
    """Headings can be linked to, code can be scrolled by keyboard, and links between guides stay on our pages."""

    def heading_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        tokens[index].attrSet("id", _anchor(tokens[index + 1].content))
        return self.renderToken(tokens, index, options, env)

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        language = escape(tokens[index].info.strip() or "text")
        code = escape(tokens[index].content)
        return f'<pre tabindex="0" role="group" aria-label="{language}"><code>{code}</code></pre>\n'

    def link_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        found = _LINK.match(str(tokens[index].attrGet("href")))
        if found and found[1] in GUIDES:
            tokens[index].attrSet("href", f"../{found[1]}/{found[2] or ''}")
        return self.renderToken(tokens, index, options, env)

    def table_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="table-scroll" tabindex="0" role="group" aria-label="table"><table class="data">\n'

    def table_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"


def guides() -> list[Guide]:
    """Those that there are, in reading order."""
    return [found for slug in GUIDES if (found := guide(slug)) is not None]


@cache
def guide(slug: str) -> Guide | None:
    """The guide of this name; None where there is none."""
    path = Path(settings.BASE_DIR) / "docs" / "api" / GUIDES.get(slug, "")
    if slug not in GUIDES or not path.is_file():
        return None
    title, _, rest = _addressed(path.read_text()).partition("\n\n")
    lead, _, body = rest.partition("\n\n")
    # Our own files, rendered without raw HTML: what is marked safe was escaped by the renderer.
    first = mark_safe(_markdown().renderInline(" ".join(lead.split())))  # noqa: S308 - see above
    html = mark_safe(_markdown().render(body))  # noqa: S308 - see above
    return Guide(slug, title.removeprefix("# ").strip(), first, html)


def _addressed(text: str) -> str:
    """The files name the usual ports; a page names the addresses that it is served from."""
    return text.replace("http://127.0.0.1:8000", settings.PORTAL_URL).replace(
        "http://127.0.0.1:8001", settings.SANDBOX_URL
    )


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
