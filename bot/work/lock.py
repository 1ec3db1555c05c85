"""One process for each data folder. Two on one SQLite folder would both take up the same work after a restart."""

import os
import sys
from pathlib import Path
from typing import IO

from bot.work.engine import EngineError

LOCK_FILE = "work.lock"


class FolderLock:
    """A folder that is held until ``release``. The system frees it when the process dies."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def release(self) -> None:
        """Give it back. The file stays: were it removed, two processes could hold two files of one name."""
        if not self._file.closed:
            _unlock(self._file)
            self._file.close()


def hold_folder(folder: Path) -> FolderLock:
    """Hold a data folder, from before the engine starts until after it stopped. Raises EngineError at once.

    Not for network file systems: neither this lock nor SQLite is safe there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / LOCK_FILE).open("a+", encoding="utf-8")
    try:
        _lock(file)
    except OSError as reason:
        file.seek(0)
        holder = file.read(20).strip()
        file.close()
        who = f"another bot (process {holder})" if holder else "another bot"
        raise EngineError(
            f"The data folder {folder} is in use by {who}. Stop that one, name another folder with --database, "
            "or use PostgreSQL, which several may share."
        ) from reason
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return FolderLock(file)


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 20  # locks there are mandatory: beyond the text, so that the number can be read

    def _lock(file: IO[str]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: IO[str]) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
