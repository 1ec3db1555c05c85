"""What a message is read against: the clinic, the person, and the visit that is being talked about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.understanding.questions import Ask
from bot.understanding.visit_parts import VisitParts
from bot.visits.models.clinic import AppointmentType, Clinic, OfficeHours, StaffMember
from bot.visits.models.draft import Draft
from bot.visits.models.people import Person
from bot.visits.models.values import Frozen
from bot.visits.models.visit import Visit


class Slots(VisitParts):
    """The parts of a visit, as far as they are known: a draft's, or a booked visit's.

    ``time_zone`` is what ``day`` and ``at`` mean; None means the context's zone.
    """

    booked: bool = False
    """Whether these are a booked visit's, not a draft's: then a bare "today" asks for the list of visits."""

    @classmethod
    def of_draft(cls, draft: Draft) -> "Slots":
        """What a draft holds."""
        return cls(
            client_name=draft.client_name,
            phone=draft.phone,
            email=draft.email,
            type_name=draft.type_name,
            staff_id=draft.staff_id,
            day=draft.day,
            at=draft.at,
            fold=draft.fold,
            duration=draft.duration,
            time_zone=draft.time_zone,
            client_time_zone=draft.client_time_zone,
            client_language=draft.client_language,
            notes=draft.notes or None,
        )

    @classmethod
    def of_visit(cls, visit: Visit, zone: str | None = None) -> "Slots":
        """What a visit holds, its start as the wall clock of ``zone`` (its own by default)."""
        here = visit.starts_at.astimezone(ZoneInfo(zone or visit.time_zone))
        return cls(
            client_name=visit.client.name,
            phone=visit.client.phone,
            email=visit.client.email,
            type_name=visit.type_name,
            staff_id=visit.organizer.id,
            day=here.date(),
            at=here.time().replace(tzinfo=None, fold=0),
            fold=1 if here.fold else 0,
            duration=visit.duration,
            time_zone=zone or visit.time_zone,
            client_time_zone=visit.client.time_zone,
            client_language=visit.client.language,
            notes=visit.notes or None,
            booked=True,
        )


class Context(Frozen):
    """What a message is read against. ``now`` is aware; its wall clock in ``time_zone`` is "today"."""

    now: datetime
    time_zone: str
    locale: str = "en-US"
    office_hours: OfficeHours
    clinic_time_zone: str | None = None
    """The zone of the office hours, where it is not ``time_zone``."""
    staff: tuple[StaffMember, ...] = ()
    types: tuple[AppointmentType, ...] = ()
    phone_region: str = "US"
    about: Slots | None = None
    """The draft or visit being talked about: makes the message a follow-up ("half an hour later")."""
    asked: Ask | None = None
    """The question last put to the person: "the second", "pm", or a bare name after "Who is it for?" answer it."""
    speaker_id: str | None = None
    """The speaker's object id: where they are staff, "my" and "me" mean them."""

    @classmethod
    def of(
        cls,
        clinic: Clinic,
        person: Person,
        now: datetime,
        *,
        about: Slots | None = None,
        asked: Ask | None = None,
    ) -> "Context":
        """The context of a person's message at a clinic."""
        return cls(
            now=now,
            time_zone=person.time_zone,
            locale=person.locale,
            office_hours=clinic.office_hours,
            clinic_time_zone=clinic.time_zone,
            staff=clinic.staff,
            types=clinic.types,
            phone_region=clinic.phone_region,
            about=about,
            asked=asked,
            speaker_id=person.id,
        )
