"""The embedded PostgreSQL and Valkey, really started, stopped and killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bootstrap import places
from bootstrap.children import Child
from bootstrap.messages import CannotStart
from bootstrap.places import CHECKOUT, remove_homes_of, socket_folder
from bootstrap.services import Services, database_is_given
from bootstrap.stack import Stack
from bootstrap.venv import Environment

pytestmark = pytest.mark.processes

SITE_PACKAGES = Environment().site_packages


@pytest.fixture
def data(tmp_path):
    yield tmp_path / "data"
    remove_homes_of(tmp_path)


def services_in(data):
    return Services(data=data, site_packages=SITE_PACKAGES, given={})


def wait_until(true, seconds_max=20):
    deadline = time.monotonic() + seconds_max
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()


def test_what_was_committed_outlives_a_kill_of_the_database_and_of_redis(data):
    with services_in(data) as services:
        services.cluster.sql("CREATE TABLE kept (n int)", "INSERT INTO kept SELECT generate_series(1, 1000)")
        assert services.valkey.ask("SET kept yes") == "+OK"

        for child in services.children.values():
            child.kill()
        services.start()

        assert services.cluster.sql("SELECT count(*) FROM kept", "SHOW fsync").split() == ["1000", "on"]
        assert services.valkey.ask("GETRANGE kept 0 2") == "$3"


def test_the_next_start_finds_the_data(data):
    with services_in(data) as services:
        services.cluster.sql("CREATE TABLE kept (n int)")

    with services_in(data) as services:
        assert services.cluster.sql("SELECT count(*) FROM kept") == "0"


def test_the_application_role_owns_nothing_and_the_owner_may_make_databases(data):
    with services_in(data) as services:
        roles = services.cluster.sql(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname LIKE 'outpost%' ORDER BY 1"
        )
        owners = services.cluster.sql(
            "SELECT datname, datdba::regrole FROM pg_database WHERE datname LIKE 'outpost%' ORDER BY 1"
        )

    assert roles.split() == ["outpost_app|f|f|f", "outpost_owner|f|t|f"]
    assert owners.split() == ["outpost|outpost_owner", "outpost_sandbox|outpost_owner"]


def test_a_killed_launcher_leaves_no_process_and_the_next_one_starts(data):
    script = (
        "import sys, time; from pathlib import Path; from bootstrap.services import Services;"
        "s = Services(data=Path(sys.argv[1]), site_packages=Path(sys.argv[2]), given={}); s.start();"
        "print(*(c.pid for c in s.children.values()), flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, str(data), str(SITE_PACKAGES)]
    launcher = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    pids = launcher.stdout.readline().split()

    launcher.kill()
    launcher.wait()
    launcher.stdout.close()

    assert len(pids) == 2
    wait_until(lambda: not any(is_running(pid) for pid in pids))
    with services_in(data) as services:
        assert services.cluster.sql("SELECT 1") == "1"


def test_a_leftover_postmaster_is_ended_and_the_cluster_started_anew(data):
    first = services_in(data)
    first.start()
    left = first.children["postgres"].pid

    with services_in(data) as second:
        assert second.children["postgres"].pid != left
        assert not first.children["postgres"].alive
        assert second.cluster.sql("SELECT 1") == "1"


def test_a_number_that_another_program_has_now_is_not_taken_for_the_database(data):
    with services_in(data) as services:
        cluster = services.cluster.cluster
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n")

    with services_in(data) as services:
        assert services.cluster.sql("SELECT 1") == "1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_without_var_lib_runs_the_database_in_a_user_namespace(data, monkeypatch):
    if subprocess.run(["unshare", "--user", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel has no user namespaces for us")
    monkeypatch.setattr(places, "ROOT_HOME", Path("/proc/not-writable"))

    with services_in(data) as services:
        services.cluster.sql("CREATE TABLE kept (n int)")
        services.children["postgres"].kill()
        services.start()

        assert services.cluster.home.folder == data / "postgresql"
        assert services.cluster.sql("SELECT count(*) FROM kept") == "0"


def test_sockets_of_a_deep_folder_lie_in_a_short_private_one(tmp_path):
    deep = tmp_path / ("long" * 30)

    folder = socket_folder(deep)

    assert len(str(folder)) < 90
    assert folder.stat().st_mode & 0o777 == 0o700
    assert socket_folder(deep) == folder
    assert socket_folder(tmp_path / ("else" * 30)) != folder
    for path in (folder, socket_folder(tmp_path / ("else" * 30))):
        path.rmdir()


def test_a_part_of_the_database_addresses_names_the_missing_ones():
    with pytest.raises(CannotStart, match=r"DATABASE_OWNER_URL(.|\n)*SANDBOX_DATABASE_URL"):
        database_is_given({"DATABASE_URL": "postgresql://x"})

    assert not database_is_given({})
    assert database_is_given({"DATABASE_URL": "a", "DATABASE_OWNER_URL": "b", "SANDBOX_DATABASE_URL": "c"})


def test_a_process_that_dies_at_its_start_is_named_with_its_last_words(tmp_path):
    command = [sys.executable, "-c", "import sys; sys.exit('the cupboard is bare')"]
    child = Child(name="web", command=command, env=os.environ, log=tmp_path / "web.log", ready=lambda _: False)

    child.launch()
    with pytest.raises(CannotStart, match=r"web ended while it started(.|\n)*the cupboard is bare"):
        child.wait_until_ready()


def test_a_process_that_does_not_listen_is_ended_by_force_with_all_its_children(tmp_path):
    script = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen(['sleep', '600']).pid, 'ready', flush=True); time.sleep(600)"
    )
    child = Child(
        name="deaf", command=[sys.executable, "-c", script], env=os.environ, log=tmp_path / "log",
        ready=lambda child: "ready" in child.output(),
    )  # fmt: skip
    child.launch()
    child.wait_until_ready()
    grandchild = child.output().split()[0]

    child.end(seconds_max=0.1)

    assert not child.alive
    wait_until(lambda: not is_running(grandchild))


def test_two_launchers_do_not_share_a_data_folder(data):
    first, second = Stack(data=data, members=()), Stack(data=data, members=())
    first._take_lock()

    with pytest.raises(CannotStart, match=f"runs already.*process {os.getpid()}"):
        second._take_lock()
    first.stop()
    second._take_lock()
    second.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_another_user_is_left_alone(data):
    data.mkdir()
    os.chown(data, 1, 1)

    with pytest.raises(CannotStart, match="belongs to another user"):
        Stack(data=data).claim()

    assert list(data.iterdir()) == []


def test_reset_deletes_the_data_and_nothing_else(data):
    with services_in(data) as services:
        services.cluster.sql("CREATE TABLE gone (n int)")
    (data / "keys.json").write_text("{}")
    (data / "beat-schedule.dir").write_text("")
    (data / "mine.txt").write_text("not yours")

    stack = Stack(data=data)
    stack.reset()
    stack.stop()

    assert sorted(path.name for path in data.iterdir()) == ["lock", "mine.txt"]
    with services_in(data) as services:
        assert services.cluster.sql("SELECT count(*) FROM pg_tables WHERE tablename = 'gone'") == "0"


def is_running(pid):
    """Neither gone nor a zombie that nobody waits for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_end_signal_reaches_the_process_itself(tmp_path):
    # A shell's background job has SIGINT ignored, and its children inherit that.
    heard = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"import signal, time; {heard}; print('ready', flush=True); time.sleep(600)"
    child = Child(
        name="one", command=[sys.executable, "-c", script], env=os.environ, log=tmp_path / "log",
        ready=lambda child: "ready" in child.output(), end_signal=signal.SIGINT,
    )  # fmt: skip
    child.launch()
    child.wait_until_ready()

    child.end()

    assert "KeyboardInterrupt" in child.output()
