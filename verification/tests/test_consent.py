"""The text of the consent is pinned: who changes a word gives it a new version."""

import pytest
from django.utils.translation import override

from verification.rules.consent import CONSENT_VERSION, consent_text, consent_text_hash

# version and language → the first 16 characters of the text's hash. Rows are added, never changed.
TEXTS = {
    ("2026-11", "en"): "4a441e0928d6ede2",
    ("2026-11", "zh-hant"): "c18e0b767ce7bbed",
}


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_changed_text_has_a_new_version(language):
    with override(language):
        assert consent_text_hash()[:16] == TEXTS[CONSENT_VERSION, language]


def test_the_two_languages_are_two_texts():
    with override("en"):
        english = consent_text()
    with override("zh-hant"):
        chinese = consent_text()

    assert "Joint Credit Information Center" in english
    assert "財團法人金融聯合徵信中心" in chinese
    assert len(english.split("\n\n")) == len(chinese.split("\n\n"))
