"""Every text of ours has its Traditional Chinese, and what is compiled is what is written."""

import functools
import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
CATALOGUES = sorted(ROOT.glob("*/locale/zh_Hant/LC_MESSAGES/django.po"))
APPS = sorted(path.parent for path in ROOT.glob("*/__init__.py"))
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "gettext_noop": None,
}
# A name, a number or a format that is the same in every language.
SAME_IN_BOTH = re.compile(
    r"(?:%\([a-z_0-9]+\)[sd]|[^A-Za-z%]|Outpost|NT\$|CNY|USD|TWD|API|SMS|IP|JSON|JCIC|UTF-8|CSV|ID|TAC|URL)*"
)


@functools.cache
def asked_for():
    """Each text that code or templates ask gettext for → where."""
    found = {}
    for path in sorted(path for app in APPS for path in app.rglob("*.py") if "tests" not in path.parts):
        for _, message, _, _ in extract("python", io.BytesIO(path.read_bytes()), keywords=KEYWORDS):
            found.setdefault(first(message), path.relative_to(ROOT))
    for path in sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]):
        source = templatize(path.read_text(), origin=str(path))
        for _, message, _, _ in extract("javascript", io.BytesIO(source.encode()), keywords=KEYWORDS):
            found.setdefault(first(message), path.relative_to(ROOT))
    return {text: place for text, place in found.items() if text}


def first(message):
    return message[0] if isinstance(message, tuple | list) else message


def catalogue(path):
    with path.open("rb") as file:
        return read_po(file)


def translated():
    """msgid → its Chinese, as gettext would find it: in our catalogues, or in Django's."""
    ours = {}
    for path in CATALOGUES:
        for message in catalogue(path):
            if message.id and not message.fuzzy and all(strings(message)):
                ours[first(message.id)] = strings(message)[0]
    return ours


def strings(message):
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def test_every_text_that_is_asked_for_has_its_chinese():
    known = translated()

    missing = {text: str(place) for text, place in asked_for().items() if text not in known}

    assert missing == {}


def test_the_search_finds_texts_of_code_and_of_templates():
    places = {path.suffix for path in asked_for().values()}

    assert places == {".py", ".html"}
    assert len(asked_for()) > 500


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(ROOT).parts[0])
def test_a_translation_is_chinese_and_keeps_its_placeholders(path):
    wrong = []
    for message in catalogue(path):
        text = first(message.id)
        if not text:
            continue
        for string in strings(message):
            if not SAME_IN_BOTH.fullmatch(text) and not re.search("[\u3400-\u9fff]", string):
                wrong.append(text)
            if placeholders(text) != placeholders(string):
                wrong.append((text, string))

    assert wrong == []


def placeholders(text):
    return sorted(set(re.findall(r"%\([a-z_0-9]+\)[sd]|%%", text)))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(ROOT).parts[0])
def test_what_is_compiled_is_what_is_written(path):
    with path.with_suffix(".mo").open("rb") as file:
        compiled = {first(message.id): strings(message) for message in read_mo(file) if message.id}
    written = {first(message.id): strings(message) for message in catalogue(path) if message.id and not message.fuzzy}

    assert compiled == {text: chinese for text, chinese in written.items() if any(chinese)}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(ROOT).parts[0])
def test_no_translation_is_left_over(path):
    asked = asked_for()

    assert [first(message.id) for message in catalogue(path) if message.id and first(message.id) not in asked] == []


def test_one_text_has_one_translation():
    """The portal's catalogues are merged into one: two translations of one text would hide each other."""
    seen, twice = {}, []
    for path in (path for path in CATALOGUES if "sandbox" not in path.parts):
        for message in catalogue(path):
            if message.id and seen.setdefault(first(message.id), message.string) != message.string:
                twice.append((first(message.id), seen[first(message.id)], message.string))

    assert twice == []
