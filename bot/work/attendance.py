"""Reads when a visit that is over began and ended, as soon as Teams has written it down. Nobody says when that is."""

import logging
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.store.arrivals import ReportDue, SqlArrivals
from bot.visits.errors import CalendarError, CalendarRefused
from bot.visits.models.presence import Attended
from bot.visits.models.visit import Visit
from bot.visits.ports.store import VisitStore
from bot.work.visit_cards import CardsOfVisits

log = logging.getLogger(__name__)

PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 15, 30, 60, 120, 240, 480))
"""Between one asking and the next; then no more. A call that overran has its report by then."""
SINCE = timedelta(hours=12)
AFTER_END = timedelta(minutes=2)
MOST_AT_ONCE = 20


class Report(Protocol):
    """What the Graph edge tells of a visit that is over."""

    @property
    def began_at(self) -> datetime:
        """When the first person joined."""
        ...

    @property
    def ended_at(self) -> datetime:
        """When the last left."""
        ...

    @property
    def lasted(self) -> timedelta:
        """While staff and client were both there."""
        ...

    @property
    def clients_came(self) -> bool:
        """Whether anybody from outside was there."""
        ...


class Reports(Protocol):
    """The Graph edge, as far as this needs it."""

    async def attendance(self, visit: Visit) -> Report | None:
        """The report; None while there is none. Raises as ``Calendar`` does."""
        ...


class AttendanceReader:
    """One round: which visits have ended, and whose report is due."""

    def __init__(
        self, reports: Reports, rows: SqlArrivals, visits: VisitStore, cards: CardsOfVisits, clock: Clock
    ) -> None:
        self._reports = reports
        self._rows = rows
        self._visits = visits
        self._cards = cards
        self._clock = clock

    async def look(self) -> None:
        """Ask for what is due. Where reports are not granted, nothing of a visit changes."""
        now = self._clock.now()
        for visit in await self._visits.between(now - SINCE, now):
            if _took_place(visit) and visit.ends_at + AFTER_END <= now:
                await self._rows.report_due(visit.id, now)
        for due in await self._rows.reports_due(limit=MOST_AT_ONCE):
            await self._read(due)

    async def _read(self, due: ReportDue) -> None:
        visit = await self._visits.visit(due.visit_id)
        if visit is None or not _took_place(visit):
            await self._rows.report_read(due.visit_id, None, tries=due.tries, due_at=None)
            return
        report, is_over = None, False
        try:
            report = await self._reports.attendance(visit)
        except CalendarRefused as refused:
            is_over = refused.status in (401, 403)  # not granted: asking again is of no use
            log.info("attendance.refused", extra={"visit_id": visit.id, "status": refused.status})
        except CalendarError as error:
            log.info("attendance.not_read", extra={"visit_id": visit.id, "code": error.code})
        found = report is not None and report.ended_at >= visit.starts_at - timedelta(hours=3)
        attended = _attended(report) if report is not None and found else None
        again = None if is_over else self._again(visit, due.tries, found=found)
        await self._rows.report_read(visit.id, attended, tries=due.tries + 1, due_at=again)
        if attended is not None:
            log.info("attendance.read", extra={"visit_id": visit.id})
            await self._cards.bring_up_to_date(visit.id)

    def _again(self, visit: Visit, tries: int, *, found: bool) -> datetime | None:
        """When to ask again. A report read before the visit was to end may have been of a first, short call."""
        now = self._clock.now()
        if found:
            return visit.ends_at + timedelta(minutes=30) if now < visit.ends_at else None
        return now + PAUSES[tries] if tries < len(PAUSES) else None


def _took_place(visit: Visit) -> bool:
    return not visit.is_cancelled and visit.meeting_id is not None


def _attended(report: Report) -> Attended:
    return Attended(
        began_at=report.began_at, ended_at=report.ended_at, lasted=report.lasted, clients_came=report.clients_came
    )
