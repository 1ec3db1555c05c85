"""Visits and drafts as rows. Implements ``bot.visits.ports.store.VisitStore``.

What a slot may collide with stays the domain's rule; that nothing collides is the database's fact.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Unpack

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from bot.clock import Clock
from bot.store.engine import Database, hold
from bot.store.rows import facts_of, has_written, insert_into, lock_number, model_of
from bot.store.tables import drafts, visit_versions, visits
from bot.visits.errors import DraftChanged, SlotTaken, VisitChanged, VisitNotFound
from bot.visits.models.draft import Draft
from bot.visits.models.objections import SlotVerdict
from bot.visits.models.people import Client
from bot.visits.models.slots import Slot
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Told, Visit
from bot.visits.names import folded
from bot.visits.ports.store import VisitResults
from bot.visits.rules import Surroundings, Wanted, collisions

DRAFTS_LAST = timedelta(hours=24)
RESULTS = frozenset(VisitResults.__annotations__)
"""The columns that effects write, each by itself, and no change by a person."""
NEIGHBOURS = timedelta(days=2)
"""A visit and its buffers are shorter, so one that collides starts within this of the other."""
DIGITS_TO_MATCH = 4


class SqlVisitStore:
    """Each method is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save_draft(self, draft: Draft) -> None:
        """Insert or replace a draft; those that expired are forgotten on the way.

        Raises DraftChanged when a newer or different one is stored under its version.
        """
        now = self._clock.now()
        await self._database.run(lambda connection: _save_draft(connection, draft, now, now + DRAFTS_LAST))

    async def draft(self, draft_id: VisitId) -> Draft | None:
        """The draft, unless it expired or was discarded."""
        query = select(drafts.c.facts).where(drafts.c.id == draft_id, drafts.c.expires_at > self._clock.now())
        facts = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if facts is None else model_of(Draft, facts)

    async def discard_draft(self, draft_id: VisitId) -> None:
        """Forget a draft."""
        query = delete(drafts).where(drafts.c.id == draft_id)
        await self._database.run(lambda connection: connection.execute(query).close())

    async def insert(self, visit: Visit, *, check_overlap: bool, except_with: Collection[VisitId] = ()) -> Visit:
        """Reserve the slot and forget the draft. The same visit again returns the stored one. Raises SlotTaken."""
        return await self._database.run(lambda connection: _insert(connection, visit, check_overlap, except_with))

    async def update(
        self,
        visit: Visit,
        *,
        expected_version: int,
        check_overlap: bool = False,
        except_with: Collection[VisitId] = (),
    ) -> Visit:
        """Replace what people decide; results stay as stored. Raises VisitChanged, VisitNotFound, SlotTaken."""
        return await self._database.run(
            lambda connection: _update(connection, visit, expected_version, check_overlap, except_with)
        )

    async def record(self, visit_id: VisitId, **results: Unpack[VisitResults]) -> Visit:
        """Write these results and no other column; no version rises. Raises VisitNotFound."""

        def work(connection: Connection) -> Visit:
            write_results(connection, visit_id, results)
            visit = read_visit(connection, visit_id)
            if visit is None:
                raise VisitNotFound()
            return visit

        return await self._database.run(work)

    async def visit(self, visit_id: VisitId) -> Visit | None:
        """The visit as it stands."""
        return await self._database.read(lambda connection: read_visit(connection, visit_id))

    async def between(self, since: datetime, until: datetime, *, staff_id: StaffId | None = None) -> Sequence[Visit]:
        """Visits that start in the stretch, cancelled ones too, by start."""
        query = _starting(since, until)
        if staff_id is not None:
            query = query.where(visits.c.organizer_id == staff_id)
        return await self._database.read(lambda connection: _all(connection, query))

    async def of_client(self, client: Client, since: datetime, until: datetime) -> Sequence[Visit]:
        """Visits that start in the stretch and share the client's phone, e-mail or name, by start."""
        shared = [visits.c.client_name == folded(client.name)]
        if client.phone is not None:
            shared.append(visits.c.client_phone == client.phone)
        if client.email:
            shared.append(visits.c.client_email == _email(client.email))
        query = _starting(since, until).where(or_(*shared))
        return await self._database.read(lambda connection: _all(connection, query))

    async def matching(
        self, words: str, *, since: datetime, limit: int = 50, latest_first: bool = False
    ) -> Sequence[Visit]:
        """Visits from ``since`` on whose client's name contains each word, or phone these digits, by start."""
        parts = folded(words).split()
        if not parts:
            return []
        named = and_(*(visits.c.client_name.contains(each, autoescape=True) for each in parts))
        fits = or_(named, visits.c.client_phone.contains(digits)) if (digits := _digits(words)) else named
        by_start = visits.c.starts_at.desc() if latest_first else visits.c.starts_at.asc()
        query = select(visits).where(visits.c.starts_at >= since, fits).order_by(by_start, visits.c.id)
        return await self._database.read(lambda connection: _all(connection, query.limit(limit)))

    async def versions(self, visit_id: VisitId) -> Sequence[Visit]:
        """Every version of the visit, oldest first, each as it was when it was made."""
        query = (
            select(visit_versions.c.facts)
            .where(visit_versions.c.visit_id == visit_id)
            .order_by(visit_versions.c.version)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).scalars().all())
        return [model_of(Visit, each) for each in rows]


# --- inside a transaction -------------------------------------------------------------------------


def read_visit(connection: Connection, visit_id: VisitId, *, lock: bool = False) -> Visit | None:
    """The visit as it stands; ``lock`` lets nobody else change it before this transaction ends."""
    query = select(visits).where(visits.c.id == visit_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _visit(row)


def write_results(connection: Connection, visit_id: VisitId, results: VisitResults) -> None:
    """Write these results of effects, beside whatever people change. A visit that is not there is no error."""
    values: dict[str, Any] = dict(results)
    unknown = set(values) - RESULTS
    if unknown:
        raise TypeError(f"not results of effects: {', '.join(sorted(unknown))}")
    if isinstance(told := values.get("told"), Told):
        values["told"] = facts_of(told)
    if values:
        connection.execute(update(visits).where(visits.c.id == visit_id).values(**values))


def _save_draft(connection: Connection, draft: Draft, now: datetime, expires_at: datetime) -> None:
    connection.execute(delete(drafts).where(drafts.c.expires_at <= now))
    values = {
        "id": draft.id,
        "version": draft.version,
        "requested_by": draft.requested_by,
        "expires_at": expires_at,
        "facts": facts_of(draft),
    }
    statement = insert_into(connection, drafts).values(values)
    newer = statement.on_conflict_do_update(
        index_elements=[drafts.c.id], set_=values, where=drafts.c.version < draft.version
    )
    if not has_written(connection, newer):
        stored = connection.execute(select(drafts.c.facts).where(drafts.c.id == draft.id)).scalar_one_or_none()
        if stored != values["facts"]:
            raise DraftChanged()


def _insert(connection: Connection, visit: Visit, check_overlap: bool, except_with: Collection[VisitId]) -> Visit:
    hold(connection, lock_number("visit", visit.id))
    stored = read_visit(connection, visit.id)
    if stored is None:
        if check_overlap:
            _refuse_overlap(connection, visit, except_with)
        connection.execute(insert(visits).values(**_decided(visit), **_results(visit)))
        _keep_version(connection, visit)
        stored = visit
    connection.execute(delete(drafts).where(drafts.c.id == visit.id))
    return stored


def _update(
    connection: Connection, visit: Visit, expected_version: int, check_overlap: bool, except_with: Collection[VisitId]
) -> Visit:
    stored = read_visit(connection, visit.id, lock=True)
    if stored is None:
        raise VisitNotFound()
    if stored.version != expected_version:
        raise VisitChanged(stored)
    if check_overlap and not visit.is_cancelled:
        _refuse_overlap(connection, visit, except_with)
    results: dict[str, Any] = {name: getattr(stored, name) for name in RESULTS}
    changed = visit.model_copy(update={**results, "backend": stored.backend})
    connection.execute(update(visits).where(visits.c.id == visit.id).values(**_decided(changed)))
    _keep_version(connection, changed)
    return changed


def _refuse_overlap(connection: Connection, visit: Visit, except_with: Collection[VisitId]) -> None:
    """Raise SlotTaken when another visit of the organizer collides.

    One transaction at a time may ask this for an organizer and then write, so the answer holds until it commits.
    """
    hold(connection, lock_number("organizer", visit.organizer.id))
    guarded = visit.guarded
    nearby = select(visits).where(
        visits.c.organizer_id == visit.organizer.id,
        visits.c.starts_at > guarded.starts_at - NEIGHBOURS,
        visits.c.starts_at < guarded.ends_at + NEIGHBOURS,
        visits.c.guarded_from < guarded.ends_at,
        visits.c.guarded_until > guarded.starts_at,
        visits.c.cancelled_at.is_(None),
        visits.c.id != visit.id,
    )
    others = tuple(each for each in _all(connection, nearby) if each.id not in except_with)
    wanted = Wanted(
        slot=Slot(starts_at=visit.starts_at, duration=visit.duration),
        staff=visit.organizer,
        buffer_before=visit.buffer_before,
        buffer_after=visit.buffer_after,
        own=visit,
    )
    objections = tuple(collisions(wanted, Surroundings(now=visit.starts_at, visits=others)))
    if objections:
        raise SlotTaken(SlotVerdict(objections=objections))


def _keep_version(connection: Connection, visit: Visit) -> None:
    connection.execute(
        insert(visit_versions).values(
            visit_id=visit.id,
            version=visit.version,
            requested_by=visit.requested_by,
            changed_at=visit.changed_at or visit.created_at,
            facts=facts_of(visit),
        )
    )


def _decided(visit: Visit) -> dict[str, Any]:
    """The columns that people's changes write."""
    guarded = visit.guarded
    return {
        "id": visit.id,
        "version": visit.version,
        "schedule_version": visit.schedule_version,
        "organizer_id": visit.organizer.id,
        "client_name": folded(visit.client.name),
        "client_phone": visit.client.phone,
        "client_email": _email(visit.client.email) if visit.client.email else None,
        "starts_at": visit.starts_at,
        "ends_at": visit.ends_at,
        "guarded_from": guarded.starts_at,
        "guarded_until": guarded.ends_at,
        "cancelled_at": visit.cancelled_at,
        "requested_by": visit.requested_by,
        "created_at": visit.created_at,
        "updated_at": visit.changed_at or visit.created_at,
        "facts": facts_of(visit, but=RESULTS),
    }


def _results(visit: Visit) -> dict[str, Any]:
    """The columns that effects write."""
    results = {name: getattr(visit, name) for name in RESULTS}
    return {**results, "told": facts_of(visit.told) if visit.told else None}


def _visit(row: Row[Any]) -> Visit:
    columns = row._mapping
    return model_of(Visit, {**columns["facts"], **{name: columns[name] for name in RESULTS}})


def _all(connection: Connection, query: Any) -> list[Visit]:
    return [_visit(row) for row in connection.execute(query)]


def _starting(since: datetime, until: datetime) -> Any:
    return (
        select(visits)
        .where(visits.c.starts_at >= since, visits.c.starts_at < until)
        .order_by(visits.c.starts_at, visits.c.id)
    )


def _email(email: str) -> str:
    return email.casefold().replace("\0", "")


def _digits(words: str) -> str | None:
    """The digits of what is a phone number, or the end of one; without a trunk zero, which E.164 drops."""
    if not set(words) <= set("0123456789+()-./ \u00a0"):
        return None
    digits = "".join(each for each in words if each.isdigit()).lstrip("0")
    return digits if len(digits) >= DIGITS_TO_MATCH else None
