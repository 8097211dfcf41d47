"""What Mozilla's HTTP Observatory (version 2) would say of an answer: its ten tests, its table of modifiers, its grades.

Written from the published rules (github.com/mdn/mdn-http-observatory, src/grader/charts.js and src/analyzer/tests). Two of the
ten look beyond one answer and are given here what they would find: where plain http is sent to, and whether HSTS is preloaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

MODIFIERS = {
    "csp-no-unsafe-default-src-none": 10,
    "csp-no-unsafe": 5,
    "csp-unsafe-inline-in-style-src-only": 0,
    "csp-insecure-scheme-in-passive-content-only": -10,
    "csp-unsafe-eval": -10,
    "csp-unsafe-inline": -20,
    "csp-insecure-scheme": -20,
    "csp-not-implemented": -25,
    "cookies-secure-with-httponly-sessions-and-samesite": 5,
    "cookies-secure-with-httponly-sessions": 0,
    "cookies-not-found": 0,
    "cookies-without-secure-flag-but-protected-by-hsts": -5,
    "cookies-session-without-secure-flag-but-protected-by-hsts": -10,
    "cookies-without-secure-flag": -20,
    "cookies-samesite-flag-invalid": -20,
    "cookies-anticsrf-without-samesite-flag": -20,
    "cookies-session-without-httponly-flag": -30,
    "cookies-session-without-secure-flag": -40,
    "cors-not-implemented": 0,
    "cors-public-access": 0,
    "cors-restricted-access": 0,
    "cors-universal-access": -50,
    "redirection-to-https": 0,
    "redirection-off-host-from-http": -5,
    "redirection-not-to-https": -20,
    "redirection-missing": -20,
    "referrer-policy-private": 5,
    "referrer-policy-not-implemented": 0,
    "referrer-policy-unsafe": -5,
    "referrer-policy-header-invalid": -5,
    "hsts-max-age-at-least-six-months": 0,
    "hsts-max-age-less-than-six-months": -10,
    "hsts-not-implemented": -20,
    "hsts-header-invalid": -20,
    "sri-response-not-html": 0,
    "sri-no-scripts-loaded": 0,
    "sri-all-scripts-from-secure-origin": 0,
    "sri-external-scripts-securely": -5,
    "sri-external-scripts-not-securely": -50,
    "x-content-type-options-nosniff": 0,
    "x-content-type-options-not-implemented": -5,
    "x-content-type-options-header-invalid": -5,
    "x-frame-options-via-csp": 5,
    "x-frame-options-sameorigin-or-deny": 0,
    "x-frame-options-not-implemented": -20,
    "x-frame-options-header-invalid": -20,
    "corp-same-origin": 10,
    "corp-same-site": 10,
    "corp-cross-origin": 0,
    "corp-not-implemented": 0,
    "corp-header-invalid": -5,
}
# Bonuses count only from here on.
MINIMUM_SCORE_FOR_EXTRA_CREDIT = 90
SIX_MONTHS_SECONDS = 15_768_000
GRADES = {
    100: "A+", 95: "A", 90: "A", 85: "A-", 80: "B+", 75: "B", 70: "B", 65: "B-", 60: "C+", 55: "C", 50: "C", 45: "C-",
    40: "D+", 35: "D", 30: "D", 25: "D-",
}  # fmt: skip
BROAD = {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
INLINE = {"'unsafe-inline'", "data:"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
TELLING = {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}


@dataclass(frozen=True)
class Answer:
    """One answer of a site that is reached by https."""

    url: str
    headers: list[tuple[str, str]]
    body: str = ""
    # Where http://… of the same address is sent; none when it is answered in place.
    from_http: str | None = ""

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key.lower() == name]
        return ", ".join(found) if found else None

    @property
    def is_html(self) -> bool:
        return (self.header("content-type") or "").startswith("text/html")


def grade(answer: Answer) -> tuple[str, int, list[str]]:
    """Grade, score, and the names of what cost or would have cost points, the bonuses left out."""
    results = examine(answer)
    changes = [MODIFIERS[result] for result in results]
    score = 100 + sum(change for change in changes if change < 0)
    if score >= MINIMUM_SCORE_FOR_EXTRA_CREDIT:
        score += sum(change for change in changes if change > 0)
    score = max(score, 0)
    letter = GRADES.get(min(score - score % 5, 100), "F")
    return letter, score, [result for result in results if MODIFIERS[result] < 0]


def examine(answer: Answer) -> list[str]:
    return [
        content_security_policy(answer),
        cookies(answer),
        cross_origin_sharing(answer),
        redirection(answer),
        referrer_policy(answer),
        strict_transport_security(answer),
        subresource_integrity(answer),
        content_type_options(answer),
        frame_options(answer),
        cross_origin_resource_policy(answer),
    ]


def policy_of(answer: Answer) -> dict[str, set[str]]:
    """Directive → its sources; the first of two alike counts."""
    policy: dict[str, set[str]] = {}
    for part in re.split("[;,]", answer.header("content-security-policy") or ""):
        name, *sources = part.split() or [""]
        if name:
            policy.setdefault(name.lower(), {source.lower() for source in sources} or {"'none'"})
    return policy


def content_security_policy(answer: Answer) -> str:
    policy = policy_of(answer)
    if not policy:
        return "csp-not-implemented"
    fallback = policy.get("default-src", {"*"})
    script, style, objects = (set(policy.get(name, fallback)) for name in ("script-src", "style-src", "object-src"))
    for sources in (script, style):
        if any(re.match("'(sha256|sha384|sha512|nonce)-", source) for source in sources):
            sources.discard("'unsafe-inline'")
    passive = {"img-src", "media-src"}
    active_sources = script.union(*(policy[name] for name in policy if name not in passive | {"script-src"}))
    passive_sources = set().union(*(policy.get(name, fallback) for name in passive))
    findings = [
        (script & (BROAD | INLINE) or objects & BROAD, "csp-unsafe-inline"),
        (any(source.startswith(("http:", "ftp:")) for source in active_sources), "csp-insecure-scheme"),
        ("'unsafe-eval'" in script | style, "csp-unsafe-eval"),
        (
            any(source.startswith(("http:", "ftp:")) for source in passive_sources),
            "csp-insecure-scheme-in-passive-content-only",
        ),
        (style & (BROAD | INLINE), "csp-unsafe-inline-in-style-src-only"),
        (policy.get("default-src") == {"'none'"}, "csp-no-unsafe-default-src-none"),
    ]
    return next((name for applies, name in findings if applies), "csp-no-unsafe")


# From bad to worst: of all cookies the worst finding counts.
COOKIE_FINDINGS = (
    "cookies-without-secure-flag-but-protected-by-hsts",
    "cookies-without-secure-flag",
    "cookies-session-without-secure-flag-but-protected-by-hsts",
    "cookies-samesite-flag-invalid",
    "cookies-anticsrf-without-samesite-flag",
    "cookies-session-without-httponly-flag",
    "cookies-session-without-secure-flag",
)


def cookies(answer: Answer) -> str:
    lines = [value for key, value in answer.headers if key.lower() == "set-cookie"]
    if not lines:
        return "cookies-not-found"
    has_hsts = MODIFIERS[strict_transport_security(answer)] >= 0
    found = [finding for line in lines for finding in _cookie_findings(line, has_hsts=has_hsts)]
    if found:
        return max(found, key=COOKIE_FINDINGS.index)
    everywhere = all("samesite" in _attributes(line) for line in lines)
    return f"cookies-secure-with-httponly-sessions{'-and-samesite' if everywhere else ''}"


def _attributes(line: str) -> dict[str, str]:
    parts = [part.strip().partition("=") for part in line.split(";")[1:]]
    return {name.strip().lower(): value.strip().lower() for name, _, value in parts}


def _cookie_findings(line: str, *, has_hsts: bool) -> list[str]:
    name, given = line.partition("=")[0].strip().lower(), _attributes(line)
    is_session, is_secure = "sess" in name or "login" in name, "secure" in given
    protected = "-but-protected-by-hsts" if has_hsts else ""
    same_site = given.get("samesite")
    findings = {
        f"cookies-without-secure-flag{protected}": not is_secure,
        f"cookies-session-without-secure-flag{protected}": is_session and not is_secure,
        "cookies-session-without-httponly-flag": is_session and "httponly" not in given,
        "cookies-anticsrf-without-samesite-flag": "csrf" in name and not same_site,
        "cookies-samesite-flag-invalid": ("samesite" in given and same_site not in {"lax", "strict", "none"})
        or (same_site == "none" and not is_secure),
    }  # fmt: skip
    return [finding for finding, applies in findings.items() if applies]


def cross_origin_sharing(answer: Answer) -> str:
    allowed = answer.header("access-control-allow-origin")
    if allowed is None:
        return "cors-not-implemented"
    if allowed == "*":
        return "cors-public-access"
    with_credentials = answer.header("access-control-allow-credentials") == "true"
    return "cors-universal-access" if with_credentials else "cors-restricted-access"


def redirection(answer: Answer) -> str:
    if answer.from_http == "":
        return "redirection-to-https"  # not asked
    if answer.from_http is None:
        return "redirection-missing"
    there = urlsplit(answer.from_http)
    if there.scheme != "https":
        return "redirection-not-to-https"
    same = there.hostname == urlsplit(answer.url).hostname
    return "redirection-to-https" if same else "redirection-off-host-from-http"


def referrer_policy(answer: Answer) -> str:
    header = answer.header("referrer-policy")
    if header is None:
        return "referrer-policy-not-implemented"
    known = [value.strip().lower() for value in header.split(",") if value.strip().lower() in PRIVATE | TELLING]
    if not known:
        return "referrer-policy-header-invalid"
    return "referrer-policy-private" if known[-1] in PRIVATE else "referrer-policy-unsafe"


def strict_transport_security(answer: Answer) -> str:
    header = answer.header("strict-transport-security")
    if header is None:
        return "hsts-not-implemented"
    seconds = re.search(r"max-age\s*=\s*\"?(\d+)", header, re.IGNORECASE)
    if seconds is None:
        return "hsts-header-invalid"
    long_enough = int(seconds[1]) >= SIX_MONTHS_SECONDS
    return "hsts-max-age-at-least-six-months" if long_enough else "hsts-max-age-less-than-six-months"


def subresource_integrity(answer: Answer) -> str:
    if not answer.is_html:
        return "sri-response-not-html"
    scripts = re.findall(r"<script[^>]*\ssrc=[\"']([^\"']+)[\"'][^>]*>", answer.body)
    if not scripts:
        return "sri-no-scripts-loaded"
    host = urlsplit(answer.url).netloc
    elsewhere = [script for script in scripts if urlsplit(urljoin(answer.url, script)).netloc != host]
    if not elsewhere:
        return "sri-all-scripts-from-secure-origin"
    secure = all(script.startswith("https://") for script in elsewhere)
    return "sri-external-scripts-securely" if secure else "sri-external-scripts-not-securely"


def content_type_options(answer: Answer) -> str:
    header = answer.header("x-content-type-options")
    if header is None:
        return "x-content-type-options-not-implemented"
    right = header.strip().lower() == "nosniff"
    return "x-content-type-options-nosniff" if right else "x-content-type-options-header-invalid"


def frame_options(answer: Answer) -> str:
    if not policy_of(answer).get("frame-ancestors", {"*"}) & BROAD:
        return "x-frame-options-via-csp"
    header = answer.header("x-frame-options")
    if header is None:
        return "x-frame-options-not-implemented"
    right = header.strip().lower() in {"deny", "sameorigin"}
    return "x-frame-options-sameorigin-or-deny" if right else "x-frame-options-header-invalid"


def cross_origin_resource_policy(answer: Answer) -> str:
    header = answer.header("cross-origin-resource-policy")
    if header is None:
        return "corp-not-implemented"
    known = header.strip().lower() in {"same-origin", "same-site", "cross-origin"}
    return f"corp-{header.strip().lower()}" if known else "corp-header-invalid"
