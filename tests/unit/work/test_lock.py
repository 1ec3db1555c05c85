"""A data folder has one process."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.work.engine import EngineError
from bot.work.lock import hold_folder

HOLDS_AND_WAITS = """
import sys
from pathlib import Path
from bot.work.lock import hold_folder
lock = hold_folder(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_holder_is_told_which_folder_and_what_to_do(tmp_path: Path) -> None:
    lock = hold_folder(tmp_path)
    with pytest.raises(EngineError, match=f"The data folder {tmp_path} is in use by another bot .*--database"):
        hold_folder(tmp_path)
    lock.release()


def test_a_released_folder_can_be_held_again(tmp_path: Path) -> None:
    hold_folder(tmp_path).release()
    hold_folder(tmp_path).release()


def test_releasing_twice_is_releasing_once(tmp_path: Path) -> None:
    lock = hold_folder(tmp_path)
    lock.release()
    lock.release()
    hold_folder(tmp_path).release()


def test_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    hold_folder(tmp_path / "new" / "folder").release()
    assert (tmp_path / "new" / "folder").is_dir()


def test_the_folder_of_a_killed_process_is_free(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS_AND_WAITS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(EngineError, match=f"process {other.pid}"):
            hold_folder(tmp_path)
        other.kill()
        other.wait()
        hold_folder(tmp_path).release()
