"""Headers behind https: each answer earns the HTTP Observatory's best grade, whatever it is; and the scorer can say no."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.flows.https import FORWARDED, https_settings
from tests.observatory import MODIFIERS, Answer, examine, grade

GOOD = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; script-src 'nonce-abc'; frame-ancestors 'none'"),
    ("Strict-Transport-Security", "max-age=31536000"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Set-Cookie", "__Host-sessionid=1; Path=/; Secure; HttpOnly; SameSite=Lax"),
]
URL = "https://pay.bank.example/"


def with_header(name, *values, body="", from_http=""):
    headers = [(key, value) for key, value in GOOD if key != name] + [(name, value) for value in values]
    return Answer(URL, headers, body, from_http)


# ---------- the scorer ----------


def test_a_perfect_answer_has_every_bonus():
    assert grade(Answer(URL, GOOD)) == ("A+", 135, [])


def test_an_answer_without_any_header_fails():
    letter, score, faults = grade(Answer(URL, []))

    assert (letter, score) == ("D", 30)
    assert sorted(faults) == [
        "csp-not-implemented",
        "hsts-not-implemented",
        "x-content-type-options-not-implemented",
        "x-frame-options-not-implemented",
    ]


CSP = "Content-Security-Policy"
COOKIE = "Set-Cookie"
FINDINGS = [
    (with_header(CSP), "csp-not-implemented"),
    (with_header(CSP, "default-src 'self'"), "csp-no-unsafe"),
    (with_header(CSP, "img-src 'self'"), "csp-unsafe-inline"),
    (with_header(CSP, "default-src 'self'; script-src 'self' 'unsafe-inline'"), "csp-unsafe-inline"),
    (with_header(CSP, "default-src 'none'; script-src 'nonce-a' 'unsafe-inline'"), "csp-no-unsafe-default-src-none"),
    (with_header(CSP, "default-src 'self'; object-src https:"), "csp-unsafe-inline"),
    (with_header(CSP, "default-src 'self'; script-src 'self' 'unsafe-eval'"), "csp-unsafe-eval"),
    (with_header(CSP, "default-src 'self'; connect-src http://127.0.0.1:8002"), "csp-insecure-scheme"),
    (with_header(CSP, "default-src 'none'; connect-src ws://127.0.0.1:8002"), "csp-no-unsafe-default-src-none"),
    (with_header(CSP, "default-src 'self'; img-src http:"), "csp-insecure-scheme-in-passive-content-only"),
    (with_header(CSP, "default-src 'self'; style-src 'unsafe-inline'"), "csp-unsafe-inline-in-style-src-only"),
    (with_header(COOKIE), "cookies-not-found"),
    (with_header(COOKIE, "a=1; Secure"), "cookies-secure-with-httponly-sessions"),
    (with_header(COOKIE, "a=1; SameSite=Lax"), "cookies-without-secure-flag-but-protected-by-hsts"),
    (with_header(COOKIE, "a=1; Secure; SameSite"), "cookies-samesite-flag-invalid"),
    (with_header(COOKIE, "a=1; SameSite=None"), "cookies-samesite-flag-invalid"),
    (with_header(COOKIE, "csrftoken=1; Secure"), "cookies-anticsrf-without-samesite-flag"),
    (with_header(COOKIE, "sessionid=1; Secure; SameSite=Lax"), "cookies-session-without-httponly-flag"),
    (with_header(COOKIE, "sessionid=1; HttpOnly"), "cookies-session-without-secure-flag-but-protected-by-hsts"),
    (with_header("Access-Control-Allow-Origin", "*"), "cors-public-access"),
    (with_header("Access-Control-Allow-Origin", "https://shop.example"), "cors-restricted-access"),
    (with_header("X", from_http=None), "redirection-missing"),
    (with_header("X", from_http="http://pay.bank.example/a"), "redirection-not-to-https"),
    (with_header("X", from_http="https://bank.example/"), "redirection-off-host-from-http"),
    (with_header("X", from_http="https://pay.bank.example/"), "redirection-to-https"),
    (with_header("Referrer-Policy"), "referrer-policy-not-implemented"),
    (with_header("Referrer-Policy", "no-referrer, unsafe-url"), "referrer-policy-unsafe"),
    (with_header("Referrer-Policy", "nobody"), "referrer-policy-header-invalid"),
    (with_header("Strict-Transport-Security"), "hsts-not-implemented"),
    (with_header("Strict-Transport-Security", "max-age=15767999"), "hsts-max-age-less-than-six-months"),
    (with_header("Strict-Transport-Security", "max-age=15768000"), "hsts-max-age-at-least-six-months"),
    (with_header("Strict-Transport-Security", "for ever"), "hsts-header-invalid"),
    (with_header("X", body='<script src="/a.js">'), "sri-all-scripts-from-secure-origin"),
    (with_header("X", body='<script src="https://cdn.example/a.js">'), "sri-external-scripts-securely"),
    (with_header("X", body='<script src="//cdn.example/a.js">'), "sri-external-scripts-not-securely"),
    (with_header("X-Content-Type-Options"), "x-content-type-options-not-implemented"),
    (with_header("X-Content-Type-Options", "sniff"), "x-content-type-options-header-invalid"),
    (with_header(CSP, "default-src 'none'"), "x-frame-options-sameorigin-or-deny"),
    (with_header("Cross-Origin-Resource-Policy"), "corp-not-implemented"),
    (with_header("Cross-Origin-Resource-Policy", "cross-origin"), "corp-cross-origin"),
    (with_header("Cross-Origin-Resource-Policy", "us"), "corp-header-invalid"),
]


@pytest.mark.parametrize(("answer", "finding"), FINDINGS, ids=[finding for _, finding in FINDINGS])
def test_each_rule_finds_what_it_looks_for(answer, finding):
    assert finding in examine(answer)
    assert finding in MODIFIERS


def test_bonuses_do_not_outweigh_a_fault():
    letter, score, faults = grade(with_header(CSP, "default-src 'none'; connect-src http://127.0.0.1:8002"))

    assert (letter, score, faults) == ("B+", 80, ["csp-insecure-scheme"])


# ---------- the portal ----------


@pytest.fixture
def https(settings):
    for name, value in https_settings().items():
        setattr(settings, name, value)
    settings.ROOT_URLCONF = "tests.flows.house_urls"
    return Client(headers=FORWARDED, raise_request_exception=False)


ADDRESSES = [
    ("/", 200),
    ("/console/", 302),
    ("/console/login/", 200),
    ("/help", 301),
    ("/static/portal/outpost.css", 200),
    ("/static/portal/pay.js", 200),
    ("/static/portal/logo.svg", 200),
    ("/static/no-such-file.js", 404),
    ("/api/v1/payments/", 404),
    ("/api/v1/payments", 401),
    ("/api/schema/", 200),
    ("/api/docs/reference/", 200),
    ("/api/errors/limit_exceeded/", 200),
    ("/healthz", 200),
    ("/readyz", 200),
    ("/pay/PAY-NOSUCH/secret/", 410),
    ("/error/400/", 400),
    ("/error/403/", 403),
    ("/error/429/", 429),
    ("/error/500/", 500),
    ("/error/503/", 503),
    ("/no-such-page/", 404),
    ("/%00", 400),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), ADDRESSES)
def test_every_kind_of_answer_gets_the_best_grade(https, address, status):
    answer = https.get(address)

    body = "" if answer.streaming else answer.content.decode()
    lines = [*answer.items(), *(("Set-Cookie", morsel.OutputString()) for morsel in answer.cookies.values())]
    letter, _, faults = grade(Answer(f"https://testserver{address}", lines, body, from_http(address)))
    assert answer.status_code == status
    assert (letter, faults) == ("A+", [])


def from_http(address):
    """Where the same address leads without the proxy's word for https; who watches us asks two of them in plain http."""
    if address in {"/healthz", "/readyz"}:
        return ""
    answer = Client().get(address)
    return answer.get("Location") if answer.status_code == 301 else None


@pytest.mark.django_db
def test_plain_http_leads_to_https_but_for_whoever_watches_us(https):
    assert Client().get("/help/")["Location"] == "https://testserver/help/"
    assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db
def test_cookies_belong_to_this_very_host(https):
    https.get("/was-i-charged/")
    answer = https.post("/language/setlang/", {"language": "en", "next": "/"})
    set_here = {**https.cookies, **answer.cookies}

    assert sorted(set_here) == ["__Host-csrftoken", "__Host-language"]
    for cookie in set_here.values():
        assert (cookie["path"], cookie["domain"]) == ("/", "")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
def test_a_script_needs_the_nonce_of_its_page_and_no_two_pages_share_one(https):
    nonces = set()
    for _ in range(2):
        answer = https.get("/api/docs/reference/")
        policy = answer["Content-Security-Policy"]
        nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
        assert answer.content.decode().count(f'nonce="{nonce}"') == answer.content.decode().count("<script ") == 3
        nonces.add(nonce)

    assert len(nonces) == 2
    assert "script-src 'self'" not in policy


@pytest.mark.django_db
def test_no_device_of_the_customer_is_open_to_a_page(https):
    policy = https.get("/")["Permissions-Policy"]

    assert "camera=()" in policy
    assert "local-network-access" not in policy
    assert https.get("/")["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_preload_is_somebodys_decision(https, settings):
    assert https.get("/")["Strict-Transport-Security"] == "max-age=31536000"

    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    allowed = Client(headers=FORWARDED).get("/")["Strict-Transport-Security"]
    assert allowed == "max-age=31536000; includeSubDomains; preload"
