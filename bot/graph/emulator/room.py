"""How many calls one mailbox serves at once.

Source: learn.microsoft.com/graph/throttling-limits (Outlook: four concurrent requests)
"""

from collections import Counter

from bot.graph.emulator.exchange import GraphError
from bot.graph.emulator.parts import User

AT_ONCE_PER_MAILBOX = 4
OUTLOOK = {"events", "calendar", "calendarview", "findmeetingtimes", "sendmail", "mailboxsettings"}


class Room:
    """A place among the calls of a mailbox; anything but Outlook needs none."""

    def __init__(self, at_work: Counter[str], segments: tuple[str, ...], subject: User | None) -> None:
        self._at_work = at_work
        is_outlook = len(segments) > 1 and segments[1].casefold() in OUTLOOK
        self._mailbox = subject.id if subject is not None and is_outlook else None

    async def __aenter__(self) -> None:
        if self._mailbox is None:
            return
        if self._at_work[self._mailbox] >= AT_ONCE_PER_MAILBOX:
            self._mailbox = None
            message = "Application is over its MailboxConcurrency limit."
            raise GraphError(429, "ApplicationThrottled", message, headers={"Retry-After": "1"})
        self._at_work[self._mailbox] += 1

    async def __aexit__(self, *failure: object) -> None:
        if self._mailbox is not None:
            self._at_work[self._mailbox] -= 1
