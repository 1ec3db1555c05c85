"""The visit itself."""

from datetime import datetime, timedelta

from pydantic import Field

from bot.visits.models.clinic import StaffMember
from bot.visits.models.people import Client
from bot.visits.models.slots import Slot
from bot.visits.models.values import Frozen, IanaZone, Instant, VisitId


class Told(Frozen):
    """What the client was last told, so that the next message to them is the right one, or none."""

    starts_at: Instant | None
    """None once they were told that it is cancelled."""
    at: Instant


class Visit(Frozen):
    """One agreed visit. ``version`` rises by one with every change people can see; ``schedule_version`` only
    when start, organizer or cancellation changes, so a join URL that arrives late silences no reminder.
    """

    id: VisitId
    client: Client
    organizer: StaffMember
    type_name: str
    starts_at: Instant
    duration: timedelta
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    time_zone: IanaZone
    """Where the visit is held: what "half past nine" means."""
    notes: str = Field(default="", repr=False)
    text_client: bool
    requested_by: str
    """Entra object id of whoever asked for the latest change."""
    override_reason: str | None = Field(default=None, repr=False)
    """Why it stands against the slot rules; None where nothing objected."""
    override_seen: tuple[str, ...] = ()
    """The keys of the objections that the reason went over."""
    version: int = 1
    schedule_version: int = 1
    created_at: Instant
    cancelled_at: Instant | None = None
    cancel_reason: str | None = Field(default=None, repr=False)
    tell_client: bool = True
    """Whether the client is told of the latest change (the switch on the cancel card)."""

    backend: str = "outlook"
    event_id: str | None = None
    join_url: str | None = Field(default=None, repr=False)
    """Opens the meeting for staff; None until the calendar has answered."""
    meeting_id: str | None = None
    client_join_url: str | None = Field(default=None, repr=False)
    """The browser link for the client."""
    client_invited: bool = False
    """Whether the client is an attendee of the event, so that Outlook mails them at every change."""
    quiet_until: Instant | None = None
    """Until when what the client would be told waits, and Undo leaves no trace."""
    told: Told | None = None
    calendar_starts_at: Instant | None = None
    """The start the calendar holds now; None while it holds nothing."""
    calendar_duration: timedelta | None = None
    """The length the calendar holds now, beside ``calendar_starts_at``."""
    changed_at: Instant | None = None
    """When this version was made."""
    undoes: int | None = None
    """The version this change took back; None when it is no Undo. What was undone is not undone again."""

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.cancelled_at is not None

    @property
    def is_to_be_texted(self) -> bool:
        """Whether text messages are wanted, and there is a number for them."""
        return self.text_client and self.client.phone is not None

    @property
    def client_can_be_told(self) -> bool:
        """Whether the client left a way to be told of a change: a number for texts, or an address."""
        return self.is_to_be_texted or self.client.email is not None

    def is_quiet(self, now: datetime) -> bool:
        """Whether the quiet window of its latest change is still open."""
        return self.quiet_until is not None and now < self.quiet_until

    @property
    def slot(self) -> Slot:
        """Its start and length."""
        return Slot(starts_at=self.starts_at, duration=self.duration)

    @property
    def ends_at(self) -> datetime:
        """When it is over, in UTC."""
        return self.starts_at + self.duration

    @property
    def guarded(self) -> Slot:
        """Its slot together with the buffers around it: what must stay free of other visits."""
        return Slot(
            starts_at=self.starts_at - self.buffer_before,
            duration=self.buffer_before + self.duration + self.buffer_after,
        )
