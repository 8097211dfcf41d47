"""The API explained: each code has its page, each guide its place, and what no view answers is a problem document too."""

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client

from portal import guides
from portal.documents import refusals

pytestmark = pytest.mark.django_db
CODES = sorted(refusal.code for refusal in refusals())


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_page_that_says_it_in_both_languages(code):
    (refusal,) = (found for found in refusals() if found.code == code)

    page = Client().get(f"/api/errors/{code}/")

    html = page.content.decode()
    assert page.status_code == 200
    assert f"<h1><code>{code}</code></h1>" in html
    assert re.search(r'<section class="card" lang="zh-Hant-TW"><h2>[^<]*[\u4e00-\u9fff]', html)
    assert f"<dd>{refusal.http_status}</dd>" in html


def test_a_code_that_there_is_not_has_no_page():
    assert Client().get("/api/errors/no_such_code/").status_code == 404


@pytest.mark.parametrize("slug", guides.GUIDES)
def test_each_guide_is_a_page_with_a_title_and_a_lead(slug):
    page = Client().get(f"/api/docs/guides/{slug}/")

    html = page.content.decode()
    assert page.status_code == 200
    assert html.count("<h1>") == 1
    assert re.search(r'<p class="lead">.{40,}</p>', html)
    assert f'href="/api/docs/guides/{slug}/" aria-current="page"' in html


def test_a_guide_names_the_addresses_that_it_is_served_from(settings):
    settings.PORTAL_URL, settings.SANDBOX_URL = "https://pay.example", "https://town.example"
    guides.guide.cache_clear()

    body = guides.guide("first-payment").body
    guides.guide.cache_clear()

    assert "https://pay.example/api/v1" in body
    assert "https://town.example/sandbox" in body
    assert "127.0.0.1:800" not in body


def test_no_guide_lies_outside_the_list():
    folder = Path(settings.BASE_DIR) / "docs/api"

    assert {str(path.relative_to(folder)) for path in folder.rglob("*.md")} == set(guides.GUIDES.values())


def test_the_guides_link_to_each_other_and_to_nothing_that_is_not_there():
    linked = set()
    for guide in guides.guides():
        linked |= set(re.findall(r'href="\.\./([a-z-]+)/', guide.body))
        for href in re.findall(r'href="([^"]+)"', guide.lead + guide.body):
            if not href.startswith("#"):
                page = Client().get(urljoin(f"/api/docs/guides/{guide.slug}/", href))
                assert page.status_code == 200, (guide.slug, href)

    assert linked <= set(guides.GUIDES)


def test_the_start_of_the_documentation_lists_every_guide():
    html = Client().get("/api/docs/").content.decode()

    assert [slug for slug in guides.GUIDES if f"/api/docs/guides/{slug}/" not in html] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/", 404, "not_found"),
        ("/api/v1/nothing", 404, "not_found"),
        ("/api/v1/payments/", 404, "not_found"),
        ("/api/v2/payments", 404, "not_found"),
        ("/api/v1/%00", 400, "bad_request"),
        ("/api/v1/payments?cursor=%00", 400, "bad_request"),
    ],
)
def test_under_the_api_what_no_view_answers_is_a_problem_document(path, status, code):
    answer = Client().get(path, headers={"accept-language": "en"})

    problem = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert problem["code"] == code
    assert problem["type"] == f"{settings.PORTAL_URL}/api/errors/{code}/"
    assert (problem["money_moved"], problem["retryable"], problem["retry_after"]) == ("no", False, None)
    assert problem["request_id"] == answer["X-Request-Id"]
