"""The booking form's typed inputs, read into a draft. What cannot be read is told beside its field. Pure."""

import re
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import available_timezones

from bot.strings.translate import languages
from bot.strings.words import local
from bot.understanding.questions import Ask, Option
from bot.understanding.reading import Reading
from bot.visits.drafts import DraftParts, Part, changed
from bot.visits.models.clinic import Clinic
from bot.visits.models.draft import Draft
from bot.visits.models.values import EARLIEST, LATEST
from bot.visits.slots import wall_clock_says
from cards.draft_verbs import FormInputs
from cards.payload import typed_day
from dialogs.drafting import wall_clock

LONGEST_NAME = 120
LONGEST_NOTES = 2000
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=8)
_EMAIL = re.compile(r"^[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}$")

FIELD_OF: dict[Part, str] = {
    "client": "client_name",
    "phone": "phone",
    "type": "type_name",
    "staff": "staff_id",
    "date": "day",
    "time": "time",
}

Read = Callable[[str, Part], Reading]
"""Reads what was typed in one field: the words, and the part of the visit they are about."""


class Filled(NamedTuple):
    """A form as it was read."""

    draft: Draft
    """With everything that could be read; a field that was not on the form is as it was."""
    problems: dict[str, str]
    """By field: what is wrong, as a key under ``chat.problem``."""
    doubts: tuple[Ask, ...] = ()
    """What was typed and still means two things."""


def filled(draft: Draft, inputs: FormInputs, clinic: Clinic, read: Read) -> Filled:
    """Read a form."""
    form = _Form(draft, inputs, clinic, read)
    after = changed(draft, form.parts())
    if form.is_twice:
        options = tuple(Option(day=after.day, at=after.at, fold=each) for each in (0, 1))
        doubt = Ask(about=("time",), why="clock_repeats", options=options, said=inputs.time)
        return Filled(changed(after, {"at": None}), form.problems, (doubt,))
    return Filled(after, form.problems)


def with_missing(problems: dict[str, str], missing: Collection[Part]) -> dict[str, str]:
    """The problems, together with the fields that are still empty."""
    return {FIELD_OF[part]: f"{part}_missing" for part in missing} | problems


class _Form:
    """One form while it is read. A field that was not on the card changes nothing."""

    def __init__(self, draft: Draft, inputs: FormInputs, clinic: Clinic, read: Read) -> None:
        self._draft, self._inputs, self._clinic, self._read = draft, inputs, clinic, read
        self._given = inputs.model_fields_set
        self.problems: dict[str, str] = {}
        self.is_twice = False

    def parts(self) -> DraftParts:
        """What the form says."""
        inputs, parts = self._inputs, DraftParts()
        if "client_name" in self._given:
            parts["client_name"] = self._name()
        if "phone" in self._given:
            parts["phone"] = self._phone()
        if "email" in self._given:
            parts["email"] = self._email()
        if "type_name" in self._given:
            kind = self._clinic.type_named(inputs.type_name)
            parts["type_name"] = kind.name if kind else None
        if "staff_id" in self._given:
            member = self._clinic.staff_member(inputs.staff_id)
            parts["staff_id"] = member.id if member else None
        if "notes" in self._given:
            parts["notes"] = inputs.notes[:LONGEST_NOTES]
        if inputs.text_client is not None:
            parts["text_client"] = inputs.text_client
        if inputs.client_time_zone in available_timezones():
            parts["client_time_zone"] = inputs.client_time_zone
        if inputs.client_language in languages():
            parts["client_language"] = inputs.client_language
        if "duration" in self._given:
            self._duration(parts)
        self._moment(parts)
        return parts

    def _name(self) -> str | None:
        name = " ".join(self._inputs.client_name.split())
        if len(name) > LONGEST_NAME:
            self.problems["client_name"] = "name_too_long"
            return None
        return name or None

    def _phone(self) -> str | None:
        if not self._inputs.phone:
            return None
        phone = self._read(self._inputs.phone, "phone").phone
        if phone is None:
            self.problems["phone"] = "phone_unreadable"
        return phone

    def _email(self) -> str | None:
        email = self._inputs.email
        if email and (len(email) > 254 or not _EMAIL.match(email)):
            self.problems["email"] = "email_unreadable"
            return None
        return email or None

    def _duration(self, parts: DraftParts) -> None:
        """A length that is the type's own is not kept apart, so that another type brings its own."""
        if not self._inputs.duration:
            parts["duration"] = None
            return
        try:
            length = timedelta(minutes=float(self._inputs.duration))
        except (ValueError, OverflowError):
            length = timedelta(0)
        if not SHORTEST <= length <= LONGEST:
            self.problems["duration"] = "duration_unreadable"
            return
        kind = self._clinic.type_named(parts.get("type_name", self._draft.type_name) or "")
        parts["duration"] = None if kind is not None and kind.duration == length else length

    def _moment(self, parts: DraftParts) -> None:
        draft, inputs = self._draft, self._inputs
        day = typed_day(inputs.day) if "day" in self._given else draft.day
        at = self._time() if "time" in self._given else draft.at
        if inputs.day and day is None:
            self.problems["day"] = "day_unreadable"
        slot = _instant(inputs.slot)
        if slot is not None and _slot_was_chosen(draft, slot, day, at):
            day, at, fold = wall_clock(slot, draft.time_zone)
            parts.update({"day": day, "at": at, "fold": fold})
            return
        if inputs.time and at is None:
            self.problems["time"] = "time_unreadable"
        is_as_before = (day, at) == (draft.day, draft.at)
        parts.update({"day": day, "at": at, "fold": draft.fold if is_as_before else 0})
        if day is None or at is None or is_as_before:
            return
        times = wall_clock_says(day, at, draft.time_zone)
        self.is_twice = times == "twice"
        if times == "never":
            self.problems["time"] = "time_skipped"
            parts["at"] = None

    def _time(self) -> time | None:
        typed = self._inputs.time
        try:
            return time.fromisoformat(typed).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            return self._read(typed, "time").at if typed else None


def _slot_was_chosen(draft: Draft, slot: datetime, day: date | None, at: time | None) -> bool:
    """Whether the choice, and not what was typed, says what is meant.

    A choice that stood there already gives way to a day or time typed anew, and one of another day to a new day.
    """
    typed_anew = (day is not None and day != draft.day) or (at is not None and at != draft.at)
    if slot == draft.starts_at():
        return not typed_anew
    return day is None or day == draft.day or local(slot, draft.time_zone).date() == day


def _instant(typed: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and EARLIEST <= moment.date() <= LATEST else None
