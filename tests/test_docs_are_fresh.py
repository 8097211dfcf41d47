"""The generated documents say what the code says, and the written ones name things that exist."""

import re
from pathlib import Path

import pytest

from portal.documents import documents

ROOT = Path(__file__).parent.parent
WRITTEN = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("docs/*/**/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


@pytest.mark.parametrize("path", [path.name for path in documents()])
def test_a_generated_document_is_as_new_as_the_code(path):
    found = {document.name: (document, text) for document, text in documents().items()}
    document, text = found[path]

    assert document.read_text() == text, "run: manage.py write_docs"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_a_written_document_links_only_to_files_that_exist(path):
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_a_written_document_names_only_source_files_that_exist(path):
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.(?:py|md|js|css|yaml))`", path.read_text())
    missing = [name for name in named if not (ROOT / name).exists() and not (path.parent / name).exists()]

    assert missing == []
