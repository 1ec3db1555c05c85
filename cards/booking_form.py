"""The form with which a visit is booked: every field at once, what is wrong beside it, everything typed kept."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.strings.translate import languages
from bot.strings.words import duration_in_words, time_in_words, zone_in_words
from bot.visits.models.draft import Draft
from bot.visits.models.slots import Slot
from cards.draft_verbs import CheckTimes, DiscardDraft, SubmitForm
from cards.elements import (
    Card,
    Element,
    actions,
    box,
    card,
    choice,
    date_input,
    execute,
    heading,
    run,
    side_by_side,
    text,
    text_input,
    toggle,
)
from cards.reader import Reader
from cards.typed_text import typed

LENGTHS = tuple(timedelta(minutes=each) for each in (10, 15, 20, 30, 45, 60, 90, 120))
CLIENT_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
CLIENT_FIELDS = ("client_name", "phone", "email", "client_time_zone", "client_language")
MOST_SLOTS = 60
MOST_IN_VIEW = 8
"""More free times than this open as a list."""


def booking_form(
    draft: Draft,
    reader: Reader,
    *,
    typed_inputs: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    free: Sequence[Slot] | None = None,
    notice: str | None = None,
) -> Card:
    """The form over a draft.

    ``typed_inputs`` are the fields as last typed: shown where the draft holds nothing or the field is in error, so that
    nothing is lost that could not be read. ``errors`` are sentences by field. ``free`` are the free times of the
    draft's day: None when they were not asked for, empty when there are none.
    """
    t = reader.t
    form = _Form(draft, reader, typed_inputs or {}, errors or {})
    visit = [
        form.field("type_name"),
        form.field("staff_id"),
        side_by_side(form.field("day"), form.field("time")),
        form.free_times(free),
        form.field("duration"),
    ]
    return card(
        t("book.summary"),
        [
            heading(t("book.title")),
            text(run(notice, tone="attention")) if notice else None,
            text(run(t("book.fix"), tone="attention")) if errors and not notice else None,
            box([form.field(each) for each in CLIENT_FIELDS]),
            box([heading(t("book.visit"), size="medium"), *visit], separator=True),
            box([form.field("notes"), form.field("text_client") if reader.can_text else None], separator=True),
            actions(
                execute(t("book.continue"), SubmitForm(draft_id=draft.id, version=draft.version), style="positive"),
                execute(t("book.check_times"), CheckTimes(draft_id=draft.id, version=draft.version)),
                execute(t("book.discard"), DiscardDraft(draft_id=draft.id, version=draft.version)),
            ),
        ],
        language=t.language,
    )


class _Form:
    """The fields of one form."""

    def __init__(
        self, draft: Draft, reader: Reader, typed_inputs: Mapping[str, str], errors: Mapping[str, str]
    ) -> None:
        self._draft, self._reader, self._typed, self._errors = draft, reader, typed_inputs, errors
        self._t = reader.t

    def field(self, name: str) -> Element:
        """One field, with what was typed or what the draft holds, and what is wrong with it."""
        make = {
            "client_name": lambda: self._text(name, max_length=120, placeholder=True),
            "phone": lambda: self._text(name, max_length=40, placeholder=True, style="tel"),
            "email": lambda: self._text(name, max_length=254, placeholder=True, style="email"),
            "client_time_zone": self._client_zone,
            "client_language": self._client_language,
            "type_name": self._type,
            "staff_id": self._staff,
            "day": self._day,
            "time": self._time,
            "duration": self._duration,
            "notes": lambda: self._text(name, max_length=2000, placeholder=True, multiline=True),
            "text_client": self._text_client,
        }
        return make[name]()

    def free_times(self, free: Sequence[Slot] | None) -> Element | None:
        """The free times of the day as choices, or that there are none."""
        if free is None or self._draft.day is None:
            return None
        t = self._t
        staff = self._reader.clinic.staff_member(self._draft.staff_id or "")
        about = {"day": self._reader.on(self._draft.day), "staff": typed(staff.display_name) if staff else ""}
        if not free:
            return text(run(t("book.no_free_times", **about), tone="attention"))
        options = [(self._reader.at(each.starts_at), instant_value(each.starts_at)) for each in free[:MOST_SLOTS]]
        meant = self._draft.starts_at()
        value = instant_value(meant) if meant else ""
        return choice(
            "slot",
            t("book.free_times", **about),
            options,
            value=value,
            expanded=len(options) <= MOST_IN_VIEW,
            placeholder=t("book.pick_time"),
        )

    def _value(self, name: str, held: str | None) -> str:
        if held and name not in self._errors:
            return held
        return self._typed.get(name, held or "")

    def _text(
        self, name: str, *, max_length: int, placeholder: bool, multiline: bool = False, style: str = "text"
    ) -> Element:
        held = self._draft.phone and self._reader.phone(self._draft.phone) if name == "phone" else None
        held = held or (getattr(self._draft, name) if name != "phone" else None)
        return text_input(
            name,
            self._t(f"book.{name}"),
            value=self._value(name, held)[:max_length],
            placeholder=self._t(f"book.{name}_hint") if placeholder else "",
            max_length=max_length,
            multiline=multiline,
            style="tel" if style == "tel" else "email" if style == "email" else "text",
            error=self._errors.get(name),
        )

    def _type(self) -> Element:
        t = self._t
        options = [
            (
                t(
                    "book.type_option",
                    type=typed(each.name_in(t.language)),
                    duration=duration_in_words(each.duration, t),
                ),
                each.name,
            )
            for each in self._reader.clinic.types
        ]
        return self._choice("type_name", options, self._draft.type_name)

    def _staff(self) -> Element:
        options = [(typed(each.display_name), str(each.id)) for each in self._reader.clinic.staff]
        return self._choice("staff_id", options, self._draft.staff_id)

    def _day(self) -> Element:
        held = self._draft.day.isoformat() if self._draft.day else None
        return date_input("day", self._t("book.day"), value=self._value("day", held), error=self._errors.get("day"))

    def _time(self) -> Element:
        zone = zone_in_words(self._near(), self._draft.time_zone, self._t)
        held = time_in_words(self._draft.at, self._t) if self._draft.at else None
        return text_input(
            "time",
            self._t("book.time", zone=zone),
            value=self._value("time", held)[:40],
            placeholder=self._t("book.time_hint"),
            max_length=40,
            error=self._errors.get("time"),
        )

    def _near(self) -> datetime:
        """An instant near the visit, for zone names."""
        day = self._draft.day or datetime.now(UTC).date()
        return datetime.combine(day, time(12), ZoneInfo(self._draft.time_zone))

    def _duration(self) -> Element:
        t = self._t
        kind = self._reader.clinic.type_named(self._typed.get("type_name") or self._draft.type_name or "")
        preset = self._draft.duration or (kind.duration if kind else None)
        lengths = sorted({*LENGTHS, *([preset] if preset else [])})
        return choice(
            "duration",
            t("book.duration"),
            [(duration_in_words(each, t), _minutes(each)) for each in lengths],
            value=self._value("duration", _minutes(preset) if preset else None),
            placeholder=t("book.duration_usual"),
            error=self._errors.get("duration"),
        )

    def _client_zone(self) -> Element:
        t = self._t
        clinic_zone = self._reader.clinic.time_zone
        near = self._near()
        held = self._draft.client_time_zone
        zones = dict.fromkeys([*CLIENT_ZONES, *([held] if held else [])])
        options = [(zone_in_words(near, each, t), each) for each in zones if each != clinic_zone]
        same = t("book.zone_same", zone=zone_in_words(near, clinic_zone, t))
        return choice(
            "client_time_zone",
            t("book.client_time_zone"),
            [(same, clinic_zone), *options],
            value=self._value("client_time_zone", held or clinic_zone) or clinic_zone,
            error=self._errors.get("client_time_zone"),
        )

    def _client_language(self) -> Element:
        """Each language by its own name, as whoever speaks it knows it."""
        options = [(self._t(f"settings.languages.{each}"), each) for each in languages()]
        return choice(
            "client_language",
            self._t("book.client_language"),
            options,
            value=self._value("client_language", self._draft.client_language),
        )

    def _text_client(self) -> Element:
        on = self._value("text_client", "true" if self._draft.text_client else "false").lower() == "true"
        return toggle("text_client", self._t("book.text_client"), self._t("book.text_client_switch"), on=on)

    def _choice(self, name: str, options: Sequence[tuple[str, str]], held: str | None) -> Element:
        return choice(
            name,
            self._t(f"book.{name}"),
            options,
            value=self._value(name, held),
            placeholder=self._t("book.pick"),
            error=self._errors.get(name),
        )


def _minutes(length: timedelta) -> str:
    return str(int(length.total_seconds() // 60))


def instant_value(moment: datetime) -> str:
    """An instant as a choice's value: ``2026-11-26T22:30:00+00:00``."""
    return moment.astimezone(UTC).isoformat()
