"""Who came to a visit."""

from datetime import timedelta

from bot.visits.models.values import Frozen, Instant


class Attended(Frozen):
    """What Teams says of a visit that is over."""

    began_at: Instant
    ended_at: Instant
    lasted: timedelta
    """While staff and client were both there."""
    clients_came: bool


class Presence(Frozen):
    """Who came to a visit, as far as anybody told: its subscription, staff by hand, and the report afterwards."""

    waiting_since: Instant | None = None
    """The client is in the lobby now, and has been since."""
    admitted_at: Instant | None = None
    left_at: Instant | None = None
    """The client is no longer there, and the visit may go on."""
    waited: timedelta | None = None
    """How long the client was in the lobby before somebody let them in."""
    staff_is_in: bool = False
    ended_at: Instant | None = None
    lasted: timedelta | None = None
    nobody_came: bool = False

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the client, or of the end."""
        return any((self.waiting_since, self.admitted_at, self.left_at, self.ended_at, self.nobody_came))
