"""Which package index is asked for pip, and how its page is read."""

import http.server
import threading

import pytest

from bootstrap import pip_wheel
from bootstrap.messages import CannotStart
from bootstrap.pip_wheel import PIP_WHEEL, IndexSettings, find_link, find_pip, read_settings


@pytest.fixture
def settings_file(tmp_path):
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://global.example/simple\ncert = /global.pem\n"
        "extra-index-url = file:///one\n  file:///two\n[install]\nindex-url = https://install.example/simple\n"
    )
    return file


def test_the_settings_file_is_followed(settings_file):
    assert read_settings({}, [settings_file]) == IndexSettings(
        indexes=("https://install.example/simple", "file:///one", "file:///two"), certificates="/global.pem"
    )


def test_the_environment_wins_over_the_settings_file(settings_file):
    environ = {"PIP_INDEX_URL": "https://env.example/simple", "PIP_CERT": "/env.pem", "PIP_FIND_LINKS": "/wheels"}

    settings = read_settings(environ, [settings_file])

    assert settings.indexes[0] == "https://env.example/simple"
    assert settings.certificates == "/env.pem"
    assert settings.folders == ("/wheels",)


def test_no_index_asks_no_index(settings_file):
    assert read_settings({"PIP_NO_INDEX": "1"}, [settings_file]).indexes == ()


@pytest.mark.parametrize(
    ("href", "found"),
    [
        (f"../../files/{PIP_WHEEL}#sha256=00", f"https://index.example/files/{PIP_WHEEL}"),
        (f"https://files.example/a/{PIP_WHEEL}", f"https://files.example/a/{PIP_WHEEL}"),
        (f"https://files.example/a/{PIP_WHEEL}?a=1&amp;b=2", f"https://files.example/a/{PIP_WHEEL}?a=1&b=2"),
        (f"https://files.example/a/{PIP_WHEEL}.metadata", None),
        (f"https://files.example/a/not{PIP_WHEEL}", None),
    ],
)
def test_a_file_is_found_on_an_index_page(href, found):
    page = f'<html><a href="other-1.whl">x</a><a data-requires-python="&gt;=3" href="{href}">y</a></html>'

    assert find_link(page, "https://index.example/simple/pip/", PIP_WHEEL) == found


@pytest.fixture
def index():
    """A package index that offers a file with pip's name and other contents, and remembers who asked."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization")))
            body = b"forged" if self.path.endswith(".whl") else f'<a href="{PIP_WHEEL}">pip</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_another_file_under_the_same_name_is_refused_and_no_password_is_shown(index, tmp_path, monkeypatch):
    address, asked = index
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://me:secret@{address}/simple")
    monkeypatch.setattr(pip_wheel.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(CannotStart, match="is not the file we know") as refused:
        find_pip(tmp_path / "cache")

    assert "secret" not in str(refused.value)
    assert asked == [("/simple/pip/", "Basic bWU6c2VjcmV0"), (f"/simple/pip/{PIP_WHEEL}", "Basic bWU6c2VjcmV0")]
    assert list((tmp_path / "cache").iterdir()) == []
