"""Reader doctor and install page: every diagnosis has its words, and no file but the package's is handed out."""

import re

import pytest
from django.conf import settings

from portal import install_words, reader_words

SCRIPT = (settings.BASE_DIR / "portal/static/portal/diagnose.js").read_text()


def test_every_diagnosis_has_words_and_every_problem_a_remedy():
    keys = set(re.findall(r'"([a-z]+-[a-z_]+)"', SCRIPT))
    keys |= {f"component-{kind}" for kind in ("missing", "foreign", "unproved")}
    keys |= {f"card-{kind}" for kind in ("none", "unreadable", "locked")}
    problems = set(re.findall(r'"problem", "([a-z_-]+)"', SCRIPT)) | {
        key for key in keys if re.match("card-[nul]", key)
    }

    assert keys | {"later"} == set(reader_words.SAYS)
    assert problems | {"component-missing", "component-foreign", "component-unproved"} == set(reader_words.REMEDIES)


@pytest.mark.parametrize("key", reader_words.REMEDIES)
def test_a_remedy_has_steps_for_every_system(key):
    steps = reader_words.REMEDIES[key]

    assert set(steps) in ({"all"}, set(reader_words.SYSTEMS))
    assert all(steps.values())


def test_without_packages_the_bank_is_named(client, settings):
    settings.READER_PACKAGES = ""

    page = client.get("/reader/install/", headers={"Accept-Language": "en"}).content.decode()

    assert "You get it from the bank" in page
    assert "sudo apt install" not in page


@pytest.mark.django_db
def test_only_files_of_the_package_are_handed_out(client, settings, tmp_path):
    for name in ("outpost-reader-2.0.0.pyz", "SHA256SUMS", "notes.txt"):
        (tmp_path / name).write_bytes(b"content")
    settings.READER_PACKAGES = str(tmp_path)

    asked = ("outpost-reader-2.0.0.pyz", "SHA256SUMS", "notes.txt", "no.pyz")
    found = {name: client.get(f"/reader/download/{name}").status_code for name in asked}

    assert found == {"outpost-reader-2.0.0.pyz": 200, "SHA256SUMS": 200, "notes.txt": 404, "no.pyz": 404}


def test_sums_are_read_as_sha256sum_writes_them():
    assert install_words.sums_of("ab  one.pyz\ncd *two.deb\n\n") == {"one.pyz": "ab", "two.deb": "cd"}
