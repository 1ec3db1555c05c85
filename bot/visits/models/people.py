"""Who speaks to the bot, what they chose for themselves, and who is visited."""

from datetime import time, timedelta

from pydantic import Field

from bot.visits.models.values import Frozen, IanaZone, PhoneNumber


class Person(Frozen):
    """Who is speaking to the bot in Teams. ``id`` is their Entra object id."""

    id: str
    tenant_id: str
    name: str = Field(repr=False)
    locale: str = "en-US"
    time_zone: IanaZone
    """The zone their typed times and cards are in: their own choice, or the clinic's."""
    teams_time_zone: IanaZone | None = None
    """What Teams says of their device; shown beside where it differs."""


class Preferences(Frozen):
    """What a person chose for themselves in the chat. None means nobody chose: the clinic's or Teams' own holds."""

    time_zone: IanaZone | None = None
    language: str | None = None
    """A locale tag, as ``es-MX``."""
    reminders: tuple[timedelta, ...] | None = None
    """How long before a visit they are reminded; an empty tuple means not at all."""
    agenda_at: time | None = None
    """When the morning agenda comes, on their own wall clock."""
    business: str | None = None
    """The Bookings business their visits are booked with; None means the one of the settings."""


class Client(Frozen):
    """Who is visited. Reached by SMS in their own zone and language."""

    name: str = Field(min_length=1, max_length=120, repr=False)
    phone: PhoneNumber | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    time_zone: IanaZone
    language: str = "en"
