"""The component's own page: what it is doing, who may use it, and the number of a pairing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from reader import VERSION
from reader.pairing import Number, Pairing
from reader.slot import State
from reader.words import TEXTS

_LIGHTS = {"ready": "good", "none": "wait", "waiting": "wait", "no_driver": "bad", "locked": "bad", "unreadable": "bad"}


@dataclass(frozen=True)
class Sight:
    """What there is to be seen now."""

    language: str
    state: State
    waiting: Number | None
    origins: Sequence[str]
    pairings: Sequence[Pairing]


def render(sight: Sight) -> str:
    text = TEXTS[sight.language]
    other = "en" if sight.language == "zh-Hant" else "zh-Hant"
    return f"""<!doctype html>
<html lang="{sight.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{text["title"]} · Outpost</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="/mark.svg" type="image/svg+xml">
<script src="/page.js" defer></script>
</head>
<body>
<header class="masthead"><div class="masthead-in">
<span class="brand"><img src="/mark.svg" alt="" width="44" height="44"><span><span class="brand-name">Outpost</span>
<span class="brand-service">{text["service"]}</span></span></span>
<a class="language" href="/?lang={other}" lang="{other}">{text["other"]}</a>
</div><div class="airmail"></div></header>
<main>
<h1>{text["title"]}</h1>
<p class="lead">{text["lead"]}</p>
<div id="number" role="status">{_number(sight.waiting, text)}</div>
<section class="card" aria-labelledby="now-head"><h2 id="now-head">{text["now"]}</h2>
<ul class="devices" id="now">{_devices(sight.state, text)}</ul>
<p><a class="button" href="/?lang={sight.language}">{text["reload"]}</a></p></section>
<section class="card" aria-labelledby="origins-head"><h2 id="origins-head">{text["origins"]}</h2>
<ul class="plain">{"".join(f"<li><code>{escape(origin)}</code></li>" for origin in sight.origins)}</ul>
<p class="hint">{text["origins_text"]}</p></section>
<section class="card" aria-labelledby="pairings-head"><h2 id="pairings-head">{text["pairings"]}</h2>
<p class="hint">{text["pairings_text"]}</p>
<div id="pairings">{_pairings(sight, text)}</div></section>
<p class="hint">{text["password"]}</p>
</main>
</body>
</html>
"""


def _number(waiting: Number | None, text: dict[str, str]) -> str:
    if waiting is None:
        return ""
    said = text["pair_text"].format(
        origin=escape(waiting.origin), until=waiting.ends_at.astimezone().strftime("%H:%M:%S")
    )
    return f"""<section class="card number" aria-labelledby="number-head"><h2 id="number-head">{text["pair_title"]}</h2>
<p class="digits">{waiting.code}</p><p>{said}</p><p class="warning">{text["pair_warning"]}</p></section>"""


def _devices(state: State, text: dict[str, str]) -> str:
    card = state.card if state.reader == "ready" else "none"
    rows = (
        ("good", text["component"], text["component_text"].format(version=VERSION)),
        (_LIGHTS[state.reader], text["reader"], text[f"reader_{state.reader}"]),
        (_LIGHTS[card], text["card"], text[f"card_{card}"]),
    )
    return "".join(
        f'<li><span><b>{name}</b><span>{said}</span></span><span class="tag {light}">{text[light]}</span></li>'
        for light, name, said in rows
    )


def _pairings(sight: Sight, text: dict[str, str]) -> str:
    if not sight.pairings:
        return f'<p class="empty">{text["pairings_none"]}</p>'
    rows = []
    for pairing in sight.pairings:
        when = datetime.fromtimestamp(pairing.created, UTC).astimezone().strftime(text["when"])
        label = escape(f"{text['remove_label'].format(when=when)}: {pairing.origin}")
        rows.append(
            f"<li><span><code>{escape(pairing.origin)}</code><span>{text['paired_at'].format(when=when)}</span></span>"
            f'<form method="post" action="/pairings/{pairing.id}/revoke?lang={sight.language}">'
            f'<button class="button quiet" aria-label="{label}">{text["remove"]}</button></form></li>'
        )
    return f'<ul class="devices">{"".join(rows)}</ul>'
