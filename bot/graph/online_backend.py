"""What the backends share: free and busy, and what is done with the Teams meeting behind a visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.graph import calls, wire
from bot.graph.client import GraphClient
from bot.graph.clouds import Features
from bot.graph.identity import Seating
from bot.graph.online import Attendance, OnlineMeetings, late_join_url
from bot.graph.refs import Ref, read_ref
from bot.graph.schedules import Schedules
from bot.strings.phones import may_be_texted
from bot.visits.errors import CalendarRefused
from bot.visits.models.clinic import StaffMember
from bot.visits.models.objections import PlaceRules, no_place_rules
from bot.visits.models.slots import BusySpan, Slot
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import Calendar, Mailer, SmsKind


class VisitBackend(Calendar, Mailer, Protocol):
    """A calendar, and what else the Graph edge knows of its visits."""

    @property
    def features(self) -> Features:
        """What cards and help may offer here."""
        ...

    @property
    def notices(self) -> Sequence[str]:
        """What an administrator should know of this backend, as keys under ``graph.notice``."""
        ...

    async def attendance(self, visit: Visit) -> Attendance | None:
        """When a finished visit began and ended."""
        ...

    async def whereabouts(self, visits: Sequence[Visit]) -> Mapping[VisitId, Slot | None]:
        """When the calendar holds these visits now; None for one that is gone."""
        ...


@dataclass(frozen=True)
class Footing:
    """What every backend stands on."""

    graph: GraphClient
    seating: Seating
    meetings: OnlineMeetings
    schedules: Schedules


class OnlineBackend:
    """Half of ``bot.visits.ports.calendar.Calendar``; the other half is where the visit itself is kept."""

    def __init__(self, on: Footing) -> None:
        self._graph = on.graph
        self._seating = on.seating
        self._meetings = on.meetings
        self._schedules = on.schedules

    @property
    def features(self) -> Features:
        """What cards and help may offer here."""
        return self._graph.cloud.features

    @property
    def notices(self) -> Sequence[str]:
        """What an administrator should know of this backend, as keys under ``graph.notice``."""
        return ()

    def tells(self, visit: Visit) -> bool:
        """Whether texts or Outlook's mail reach the client."""
        by_text = self.features.sms and visit.is_to_be_texted and may_be_texted(visit.client.phone)
        return by_text or (self.features.invitations and visit.client.email is not None)

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        """See ``Schedules.busy``."""
        return await self._schedules.busy(staff, since, until)

    async def place_rules(
        self, type_name: str, staff: StaffMember, time_zone: str, *, own: Visit | None = None
    ) -> PlaceRules:
        """Outlook and Teams have no rules of their own about when."""
        return no_place_rules

    async def meeting_of(self, visit: Visit) -> str:
        """The id of the online meeting behind the join URL.

        Raises: CalendarBusy while the join URL has not come, CalendarRefused where Teams knows no such meeting.
        """
        if visit.join_url is None:
            raise late_join_url()
        meeting = await self._meetings.find(self._owner(visit), visit.join_url)
        if meeting is None:
            raise CalendarRefused(404, "no_meeting", reason="not_found")
        return meeting.id

    async def keep_clients_waiting(self, visit: Visit) -> None:
        """Set the lobby. In a cloud without online meetings there is nobody to keep waiting."""
        if self.features.online_meetings:
            await self._meetings.keep_clients_waiting(self._owner(visit), await self._meeting_id(visit))

    async def client_link(self, visit: Visit) -> str:
        """The link with which the client joins in a browser; the join URL in clouds that have no other."""
        meeting_id = await self._meeting_id(visit) if self.features.client_link else ""
        return await self._meetings.client_link(self._owner(visit), meeting_id, visit.join_url, visit.client.language)

    async def send_sms(self, visit: Visit, kind: SmsKind) -> None:
        """See ``OnlineMeetings.send_sms``."""
        await self._meetings.send_sms(visit, kind, self._owner(visit), await self._meeting_id(visit))

    async def attendance(self, visit: Visit) -> Attendance | None:
        """See ``OnlineMeetings.attendance``. None in a cloud that has no reports."""
        if not self.features.attendance:
            return None
        return await self._meetings.attendance(self._owner(visit), await self._meeting_id(visit))

    async def whereabouts(self, visits: Sequence[Visit]) -> Mapping[VisitId, Slot | None]:
        """When the calendar holds these visits now; None for one that is gone. One read for each visit."""
        return {each.id: await self._slot(each) for each in visits}

    async def _slot(self, visit: Visit) -> Slot | None:
        """Where the visit lies now."""
        raise NotImplementedError

    async def email_client(self, visit: Visit, *, subject: str, text: str) -> None:
        """Mail the client from the organizer's mailbox. Never repeated by itself: there is no key.

        Raises: OutcomeUnknown when the answer was lost, CalendarRefused where the client has no address.
        Source: POST /users/{id}/sendMail, learn.microsoft.com/graph/api/user-sendmail
        """
        if not visit.client.email:
            raise CalendarRefused(400, "no_email", reason="no_email")
        seat = await self._seating.seat(calls.SEND_MAIL, self._mail_from(visit))
        to = wire.EmailAddress(address=visit.client.email, name=visit.client.name)
        message = wire.Message(
            subject=subject,
            body=wire.ItemBody(content_type="text", content=text),
            to_recipients=[wire.Recipient(email_address=to)],
        )
        await self._graph.ask(calls.SEND_MAIL, seat, body=wire.Mail(message=message).to_json())

    # --- where a visit lies ---------------------------------------------------------------------------

    def _new_owner(self, visit: Visit) -> str:
        """With whom a new visit is kept: the staff member, or delegated whoever books it."""
        delegated = self._seating.identities.preferred(calls.CREATE_EVENT) == "delegated"
        return visit.requested_by if delegated else visit.organizer.id

    def _mail_from(self, visit: Visit) -> str:
        """Whose mailbox writes to the client: whoever booked it, delegated; else the organizer's."""
        return self._new_owner(visit)

    def _ref(self, visit: Visit) -> Ref:
        if visit.event_id is None:
            raise CalendarRefused(404, "no_event", reason="not_found")
        return read_ref(visit.event_id, visit)

    def _owner(self, visit: Visit) -> str:
        return self._ref(visit).owner if visit.event_id else self._new_owner(visit)

    async def _meeting_id(self, visit: Visit) -> str:
        return visit.meeting_id or await self.meeting_of(visit)
