"""`install` and `uninstall`, for three systems: what is written, which commands are run, and that nothing stays."""

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from reader.autostart import Computer, install, uninstall, unit_text


@pytest.fixture
def package(tmp_path):
    file = tmp_path / "Downloads" / "outpost-reader-2.0.0.pyz"
    file.parent.mkdir()
    file.write_bytes(b"the package")
    return file


@pytest.fixture
def computer_of(tmp_path):
    def make(platform, *, works=True, **more):
        ran = []

        def run(command):
            ran.append(list(command))
            return 0 if works else 1

        facts = {"environ": {}, "python": "/usr/bin/python3", "user_id": 501} | more
        return Computer(platform=platform, home=tmp_path / "home", run=run, **facts), ran

    return make


def files_of(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_on_linux_a_unit_of_this_person_starts_it(computer_of, package):
    computer, ran = computer_of("linux")

    failed = install(package, ["--allow-origin", "https://pay.example"], computer)

    kept = computer.home / ".local/share/outpost-reader/outpost-reader.pyz"
    assert failed == []
    assert kept.read_bytes() == b"the package"
    assert f"ExecStart=/usr/bin/python3 -I {kept} --allow-origin https://pay.example\n" in computer.unit.read_text()
    assert ran == [
        ["systemctl", "--user", "daemon-reload"],
        ["systemctl", "--user", "enable", "outpost-reader.service"],
        ["systemctl", "--user", "restart", "outpost-reader.service"],
    ]


def test_on_macos_an_agent_of_this_person_starts_it(computer_of, package):
    computer, ran = computer_of("darwin")

    failed = install(package, ["--allow-origin", "https://pay.example"], computer)

    kept = computer.home / "Library/Application Support/outpost-reader/outpost-reader.pyz"
    agent = plistlib.loads(computer.agent.read_bytes())
    assert failed == []
    assert kept.read_bytes() == b"the package"
    assert agent["ProgramArguments"] == ["/usr/bin/python3", "-I", str(kept), "--allow-origin", "https://pay.example"]
    assert agent["RunAtLoad"] is True
    assert ran == [
        ["launchctl", "bootout", "gui/501/tw.outpost.reader"],
        ["launchctl", "bootstrap", "gui/501", str(computer.agent)],
    ]


def test_on_windows_the_run_key_of_this_person_starts_it_without_a_window(computer_of, package, tmp_path):
    local = tmp_path / "Local Data"
    computer, ran = computer_of(
        "win32", environ={"LOCALAPPDATA": str(local)}, python=r"C:\Program Files\Python\python.exe"
    )

    failed = install(package, ["--allow-origin", "https://pay.example"], computer)

    kept = local / "outpost-reader/outpost-reader.pyz"
    windowless = r"C:\Program Files\Python\pythonw.exe"
    assert failed == []
    assert kept.read_bytes() == b"the package"
    assert ran == [
        [
            *(
                "reg.exe",
                "add",
                r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run",
                "/v",
                "OutpostReader",
                "/t",
                "REG_SZ",
                "/d",
            ),
            f'"{windowless}" -I "{kept}" --allow-origin https://pay.example',
            "/f",
        ],
        ["cmd.exe", "/c", "start", "", windowless, "-I", str(kept), "--allow-origin", "https://pay.example"],
    ]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_after_uninstall_nothing_stays(computer_of, package, platform):
    computer, ran = computer_of(platform)
    install(package, [], computer)
    (computer.folder / "pairings").mkdir()
    (computer.folder / "pairings" / "one.json").write_text("{}")
    ran.clear()

    failed = uninstall(computer)

    assert failed == []
    assert files_of(computer.home) == []
    assert (
        ran
        == {
            "linux": [
                ["systemctl", "--user", "disable", "--now", "outpost-reader.service"],
                ["systemctl", "--user", "daemon-reload"],
            ],
            "darwin": [["launchctl", "bootout", "gui/501/tw.outpost.reader"]],
            "win32": [
                [
                    "reg.exe",
                    "delete",
                    r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run",
                    "/v",
                    "OutpostReader",
                    "/f",
                ]
            ],
        }[platform]
    )


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_what_the_system_refuses_is_named(computer_of, package, platform):
    computer, ran = computer_of(platform, works=False)

    failed = install(package, [], computer)

    assert failed == [subprocess.list2cmdline(command) for command in ran if command[1] != "bootout"]


def test_installed_twice_is_installed_once(computer_of, package):
    computer, _ = computer_of("linux")
    install(package, [], computer)
    before = files_of(computer.home)

    install(computer.folder / "outpost-reader.pyz", [], computer)

    assert files_of(computer.home) == before
    assert (computer.folder / "outpost-reader.pyz").read_bytes() == b"the package"


def test_a_missing_command_is_a_failure_and_no_crash():
    assert Computer().run(["no-such-command-here"]) == 127


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/home/lin/a.pyz", "/home/lin/a.pyz"),
        ("/home/my cards/a.pyz", '"/home/my cards/a.pyz"'),
        ("100%", "100%%"),
        ("$HOME", "$$HOME"),
        ('say "x"', '"say \\"x\\""'),
        ("back\\slash", "back\\\\slash"),
    ],
)
def test_a_unit_s_command_means_what_it_says(word, written):
    assert f"ExecStart=/bin/python3 {written}\n" in unit_text(["/bin/python3", word])


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="this system has no systemd-analyze to check units with"
)
def test_systemd_finds_no_fault_with_the_unit(tmp_path):
    unit = tmp_path / "outpost-reader.service"
    unit.write_text(unit_text(["/bin/sh", "-c", "true"]))

    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    checked = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)},
    )

    assert [line for line in checked.stderr.splitlines() if "outpost-reader" in line] == []


def test_the_state_is_where_the_package_is_kept(computer_of):
    computer, _ = computer_of("linux", environ={"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/config"})

    assert computer.folder == Path("/data/outpost-reader")
    assert computer.unit == Path("/config/systemd/user/outpost-reader.service")
