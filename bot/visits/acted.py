"""With whose sign-in an effect was carried out: noted where the calendar is asked, read where that is recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Acted = Literal["for_person", "in_stead"]
"""For a signed-in person; by the app in the stead of one who is not signed in. Neither where the app acts anyway."""

_notes: ContextVar[list[Acted] | None] = ContextVar("acted", default=None)


@contextmanager
def noting() -> Iterator[list[Acted]]:
    """Inside, each write is noted in what this gives, in order."""
    notes: list[Acted] = []
    before = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(before)


def note(acted: Acted | None) -> None:
    """Note a write. Nobody may be listening."""
    notes = _notes.get()
    if acted is not None and notes is not None:
        notes.append(acted)
