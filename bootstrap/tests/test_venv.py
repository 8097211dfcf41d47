"""The virtual environment, really made and filled with a wheel of our own, by a pip that is not installed."""

import base64
import hashlib
import subprocess
import zipfile

import pytest

from bootstrap.messages import CannotStart
from bootstrap.venv import Environment

pytestmark = pytest.mark.processes

LOCK = "requirements.txt"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with a lock that names one wheel; the folder of wheels is the only index."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    wheel = make_wheel(wheels / "tiny-1.0-py3-none-any.whl")
    (folder / LOCK).write_text(lock_of(wheel))
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return folder


def make_wheel(path):
    files = {
        "tiny.py": "WORD = 'here'\n",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}"
        for name, text in files.items()
    ]
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("tiny-1.0.dist-info/RECORD", "\n".join([*record, "tiny-1.0.dist-info/RECORD,,", ""]))
    return path


def lock_of(wheel):
    return f"tiny==1.0 \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def test_an_empty_folder_becomes_an_environment_and_the_second_time_nothing_is_done(checkout, capsys):
    environment = Environment(checkout)
    environment.prepare([LOCK])
    assert (environment.site_packages / "tiny.py").exists()
    capsys.readouterr()

    environment.prepare([LOCK])

    assert capsys.readouterr().out == ""


def test_another_file_than_the_locked_one_is_refused(checkout):
    (checkout / LOCK).write_text((checkout / LOCK).read_text()[:-5] + "0000\n")

    with pytest.raises(CannotStart, match="HASH"):
        Environment(checkout).prepare([LOCK])


def test_a_changed_lock_is_installed_again(checkout, capsys):
    environment = Environment(checkout)
    environment.prepare([LOCK])
    (checkout / LOCK).write_text(f"# changed\n{(checkout / LOCK).read_text()}")
    capsys.readouterr()

    environment.prepare([LOCK])

    assert "packages of requirements.txt" in capsys.readouterr().out


def test_an_environment_of_another_python_is_made_anew(checkout):
    environment = Environment(checkout)
    environment.prepare([LOCK])
    environment.python.unlink()

    environment.prepare([LOCK])

    assert (environment.site_packages / "tiny.py").exists()


def test_what_ships_by_itself_is_imported_from_the_checkout(checkout):
    environment = Environment(checkout)
    environment.prepare([LOCK])
    (environment.site_packages / "outpost-sources.pth").unlink()  # as in an environment from before
    package = checkout / "clients" / "python" / "src" / "outpost"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("WORD = 'from the checkout'\n")

    environment.prepare([LOCK])

    done = subprocess.run(
        [environment.python, "-I", "-c", "import outpost; print(outpost.WORD, outpost.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"from the checkout {package / '__init__.py'}\n"
