"""One log line an event: its name and ids, never a person's words. Libraries that tell more are kept quiet."""

import logging
import sys
import time
import traceback
from collections.abc import Mapping
from itertools import islice
from pathlib import PurePath

OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

TALKATIVE: Mapping[str, int] = {
    "httpx": logging.WARNING,  # its INFO lines hold whole URLs, and with them join links
    "httpcore": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "alembic": logging.WARNING,
    "dbos": logging.WARNING,
    "msal": logging.WARNING,
    "msrest": logging.ERROR,  # warns of every field it does not know, with the activity
    "botbuilder": logging.WARNING,
    "botframework": logging.WARNING,
    "urllib3": logging.WARNING,
}

MOST_FRAMES = 12
"""So many places of an exception are told."""


class EventFormatter(logging.Formatter):
    """``2026-11-26T22:30:00Z INFO visit.booked visit_id=...``: the event's name, then what was given as ``extra``."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """The line, with where an exception came from: neither its words nor a library's quoting of them.

        A message of several lines is one line: asyncio shows the exception of a task on the second.
        """
        given = {name: value for name, value in vars(record).items() if name not in OWN_FIELDS}
        facts = "".join(f" {name}={value}" for name, value in given.items())
        error = record.exc_info[1] if record.exc_info else None
        trace = f" trace={trace_of(error)}" if error is not None else ""
        said = record.getMessage().partition("\n")[0]
        return f"{self.formatTime(record)} {record.levelname} {said}{facts}{trace}"


def configure_logs(level: str) -> None:
    """Send events to standard error; call once, at the start."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = EventFormatter()
    formatter.converter = _utc
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in TALKATIVE.items():
        logging.getLogger(name).setLevel(least)


def _utc(seconds: float | None) -> time.struct_time:
    return time.gmtime(seconds)


def trace_of(error: BaseException) -> str:
    """Where an exception came from, without what it says: messages of exceptions quote what people typed.

    ``KeyError at service.py:41 book < drafts.py:80 press``, the innermost place first; causes after ``from``.
    """
    frames = reversed(traceback.extract_tb(error.__traceback__))
    places = " < ".join(
        f"{PurePath(each.filename).name}:{each.lineno} {each.name}" for each in islice(frames, MOST_FRAMES)
    )
    told = f"{type(error).__name__} at {places}" if places else type(error).__name__
    if isinstance(error, BaseExceptionGroup):
        told += " of (" + "; ".join(trace_of(each) for each in error.exceptions[:3]) + ")"
    return f"{told} from {trace_of(error.__cause__)}" if error.__cause__ is not None else told
