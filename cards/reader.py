"""Who reads a card: their words, their zone, and the links they may be given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from urllib.parse import urlsplit

from bot.strings.translate import Translator
from bot.strings.words import day_in_words, local, moment_in_words, phone_in_words, time_in_words, zone_in_words
from bot.visits.models.clinic import Clinic
from bot.visits.models.people import Person
from bot.visits.models.slots import Slot

TEAMS_HOSTS = (
    "teams.microsoft.com",
    "teams.live.com",
    "teams.cloud.microsoft",
    "teams.microsoft.us",
    "teams.microsoftonline.cn",
)
"""Hosts, with their subdomains, on which Microsoft serves meetings and the clients' join page."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Keeping:
    """How visits are kept here: said in settings and help, so that nobody has to guess."""

    backend: str
    """A key under ``graph.backend``."""
    acts_as: Literal["app", "delegated"] = "app"
    lacks: frozenset[str] = frozenset()
    """What the cloud does not offer, as keys under ``backend.lacks``."""
    notices: tuple[str, ...] = ()
    """What an administrator should know, as keys under ``graph.notice``."""
    is_played: bool = False
    """Whether an emulator plays Microsoft's part."""


@dataclass(frozen=True)
class Reader:
    """What a card needs to know of the person it is for. Made by ``Readers.of``."""

    t: Translator
    clinic: Clinic
    zone: str
    teams_zone: str | None = None
    link_origins: frozenset[str] = frozenset()
    can_text: bool = True
    """Whether Microsoft's text messages exist where this clinic is; not in every cloud."""
    can_mail: bool = True
    """Whether the client of a visit is mailed when it is booked, moved or cancelled; not by every backend."""
    keeping: Keeping | None = None

    def in_language(self, language: str | None) -> "Reader":
        """The same reader, written to in another language; as they are where it is theirs or not known."""
        if language is None or language == self.t.language:
            return self
        return replace(self, t=Translator(language))

    def when(self, moment: datetime) -> str:
        """Thu 26 Nov 2026, 2:30 PM Pacific."""
        return moment_in_words(moment, self.zone, self.t)

    def when_in(self, moment: datetime, zone: str) -> str | None:
        """The moment in another zone, where its clock says something else: ``5:30 PM Eastern``, with the day if that
        differs too.
        """
        here, there = local(moment, self.zone), local(moment, zone)
        if here.utcoffset() == there.utcoffset():
            return None
        words = f"{time_in_words(there, self.t)} {zone_in_words(moment, zone, self.t)}"
        if here.date() != there.date():
            words = f"{day_in_words(there.date(), self.t, with_year=False)}, {words}"
        return words

    def your_time(self, moment: datetime) -> str | None:
        """The moment on the person's own device, where that shows another time than the card."""
        return self.when_in(moment, self.teams_zone) if self.teams_zone else None

    def day(self, moment: datetime, *, with_year: bool = True) -> str:
        """Thu 26 Nov 2026."""
        return day_in_words(local(moment, self.zone).date(), self.t, with_year=with_year)

    def at(self, moment: datetime) -> str:
        """2:30 PM."""
        return time_in_words(local(moment, self.zone), self.t)

    def on(self, day: date | str) -> str:
        """Thu 26 Nov 2026, of a date or its ISO text."""
        return day_in_words(date.fromisoformat(day) if isinstance(day, str) else day, self.t)

    def wall_time(self, at: time | str) -> str:
        """2:30 PM, of a wall time or its ISO text."""
        return time_in_words(time.fromisoformat(at) if isinstance(at, str) else at, self.t)

    def slot(self, slot: Slot) -> str:
        """Thu 26 Nov, 2:30 PM: short enough for a button."""
        return f"{self.day(slot.starts_at, with_year=False)}, {self.at(slot.starts_at)}"

    def clock(self, moment: datetime, now: datetime) -> str:
        """When something goes out or went out: to the second while it is close, with the day when it is not today."""
        here = local(moment, self.zone)
        words = time_in_words(here, self.t)
        if here.date() != local(now, self.zone).date():
            return f"{day_in_words(here.date(), self.t, with_year=False)}, {words}"
        if timedelta(0) <= moment - now < 2 * _MINUTE:
            words = _with_seconds(words, here)
        return words

    def phone(self, number: str) -> str:
        """(206) 555-0142."""
        return phone_in_words(number, self.clinic.phone_region)

    def type_name(self, name: str) -> str:
        """The appointment type in the reader's language."""
        kind = self.clinic.type_named(name)
        return kind.name_in(self.t.language) if kind else name

    def allows(self, url: str | None) -> bool:
        """Whether a link may stand behind a button: https on Microsoft's hosts, or an origin of the settings."""
        if not url:
            return False
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return False
        if parts.username or parts.password:
            return False
        if f"{parts.scheme}://{parts.netloc}".lower() in self.link_origins:
            return True
        return parts.scheme == "https" and any(host == each or host.endswith(f".{each}") for each in TEAMS_HOSTS)


def _with_seconds(words: str, here: datetime) -> str:
    """2:30 PM -> 2:30:20 PM."""
    head, minutes, tail = words.rpartition(f"{here:%M}")
    return f"{head}{here:%M:%S}{tail}" if minutes else words


class Readers:
    """Makes readers for one clinic."""

    def __init__(
        self,
        clinic: Clinic,
        link_origins: Iterable[str] = (),
        *,
        can_text: bool = True,
        can_mail: bool = True,
        keeping: Callable[[], Keeping] | None = None,
    ) -> None:
        """``link_origins`` are further origins whose links may be buttons: the emulator's ``http://127.0.0.1:3978``."""
        self.clinic = clinic
        self._can_text, self._can_mail = can_text, can_mail
        self._keeping = keeping
        self._origins = frozenset(each.rstrip("/").lower() for each in link_origins)

    def of(self, person: Person | None) -> Reader:
        """The reader a person is; someone never met reads the clinic's language in the clinic's zone."""
        return Reader(
            t=Translator(person.locale if person else self.clinic.language),
            clinic=self.clinic,
            zone=person.time_zone if person else self.clinic.time_zone,
            teams_zone=person.teams_time_zone if person else None,
            link_origins=self._origins,
            can_text=self._can_text,
            can_mail=self._can_mail,
            keeping=self._keeping() if self._keeping else None,
        )

    def at_clinic(self) -> Reader:
        """Whoever reads a shared chat: the clinic's language and zone."""
        return self.of(None)
