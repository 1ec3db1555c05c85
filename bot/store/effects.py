"""The effect ledger's rows: what the outside world was told, or is about to be. And what administrators ask of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from bot.clock import Clock
from bot.store.engine import Database, hold
from bot.store.rows import insert_into, lock_number
from bot.store.tables import Moment, effect_requests, effects, visits
from bot.store.visits import read_visit, write_results
from bot.visits.errors import lacked
from bot.visits.models.effects import EffectKind, EffectState, EffectStatus
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.store import VisitResults

OPEN = (EffectState.waiting, EffectState.working, EffectState.provisioning, EffectState.retrying)
SIGN_IN_CODES = ("sign_in_needed", "not_signed_in")
REQUESTS_HELD = timedelta(minutes=1)
NEEDS_SOMEBODY = (EffectState.unknown, EffectState.failed, EffectState.refused)


@dataclass(frozen=True)
class EffectRow:
    """One effect. ``key`` is ``{op}:{visit id}:{number}``; ``version`` the schedule version it is for."""

    key: str
    visit_id: str | None
    kind: EffectKind
    state: EffectState
    version: int
    created_at: datetime
    updated_at: datetime
    code: str | None = None
    provider_ref: str | None = None
    """What the provider calls it; of one that waits for a sign-in, the object id of whoever has to sign in; of one
    without permission, what it lacked.
    """
    attempts: int = 0
    """Since a person last had it tried again: how patient to be."""
    begun: int = 0
    """How many calls were ever begun under this key. Never less than before, so it says which call an outcome is of."""
    owner: str | None = None
    """The process that has just written the intent and is making the call."""
    claimed_until: datetime | None = None
    """From then on somebody else may take the call over."""
    until: datetime | None = None
    requested_by: str | None = None
    payload: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def lacks(self) -> str:
        """What ``CalendarRefused.lacks`` said, if that was the reason."""
        return lacked(self.code, self.provider_ref)

    @property
    def status(self) -> EffectStatus:
        """The effect as cards show it."""
        return EffectStatus(
            key=self.key,
            kind=self.kind,
            state=self.state,
            code=self.code,
            until=self.until,
            at=self.updated_at,
            version=self.version,
            begun=self.begun,
        )


@dataclass(frozen=True)
class LedgerChanges:
    """What one transaction writes: rows, each whole, and results beside the visit."""

    rows: Sequence[EffectRow] = ()
    results: VisitResults = field(default_factory=VisitResults)


@dataclass(frozen=True)
class EffectRequest:
    """Somebody at the command line wants an effect retried or dropped."""

    id: str
    effect_key: str
    action: Literal["retry", "drop"]
    begun: int | None
    """Of the effect as it was when this was asked for."""


Decide = Callable[[Visit | None, Sequence[EffectRow]], LedgerChanges]
Revise = Callable[[EffectRow | None], EffectRow | None]


class SqlLedger:
    """Each method is one transaction. Implements ``bot.visits.ports.store.EffectReader``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def transact(self, visit_id: VisitId, decide: Decide) -> Visit | None:
        """Read the visit and its effects, let ``decide`` say what to write, write it; returns the visit as it is then.

        Nobody else changes the visit or its effects meanwhile. ``decide`` is pure: it may be called again.
        """

        def work(connection: Connection) -> Visit | None:
            visit = read_visit(connection, visit_id, lock=True)
            changes = decide(visit, _rows_of(connection, visit_id))
            for row in changes.rows:
                _write(connection, row)
            if changes.results:
                write_results(connection, visit_id, changes.results)
                visit = read_visit(connection, visit_id)
            return visit

        return await self._database.run(work)

    async def effects_of(self, visit_id: VisitId) -> Sequence[EffectStatus]:
        """All effects of a visit, oldest first."""
        rows = await self._database.read(lambda connection: _rows_of(connection, visit_id))
        return [each.status for each in rows]

    async def effect(self, key: str) -> EffectRow | None:
        """One effect."""
        query = select(effects).where(effects.c.key == key)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _row(row)

    async def rows_of(self, visit_id: VisitId) -> Sequence[EffectRow]:
        """All effects of a visit as rows, oldest first."""
        return await self._database.read(lambda connection: _rows_of(connection, visit_id))

    async def revise(self, key: str, change: Revise) -> EffectRow | None:
        """Read one effect, let ``change`` say what it becomes (None: it stays), write it; returns it as it is then.

        Nobody else changes it meanwhile, also where it is not there yet. ``change`` is pure: it may be called again.
        """

        def work(connection: Connection) -> EffectRow | None:
            hold(connection, lock_number("effect", key))
            found = connection.execute(select(effects).where(effects.c.key == key)).one_or_none()
            before = None if found is None else _row(found)
            after = change(before)
            if after is not None:
                _write(connection, after)
            return after or before

        return await self._database.run(work)

    async def open_or_amiss(self, *, limit: int = 500) -> Sequence[EffectRow]:
        """Effects that are pending, failed or unknown, the latest first."""
        states = [*OPEN, *NEEDS_SOMEBODY]
        query = select(effects).where(effects.c.state.in_(states)).order_by(effects.c.updated_at.desc()).limit(limit)
        return await self._database.read(lambda connection: [_row(each) for each in connection.execute(query)])

    async def with_open(self, kind: EffectKind) -> frozenset[VisitId]:
        """The visits for which an effect of this kind is not yet done, given up or left."""
        query = select(effects.c.visit_id).where(effects.c.kind == kind, effects.c.state.in_(OPEN)).distinct()
        found = await self._database.read(lambda connection: list(connection.execute(query).scalars()))
        return frozenset(VisitId(each) for each in found if each is not None)

    async def waiting_for_sign_in(
        self, since: datetime, *, person: str | None = None, limit: int = 500
    ) -> Sequence[EffectRow]:
        """Effects refused since then because somebody, or this person, has to sign in first."""
        query = select(effects).where(
            effects.c.state == EffectState.refused,
            effects.c.code.in_(SIGN_IN_CODES),
            effects.c.updated_at >= bindparam("since", since, Moment),
            effects.c.visit_id.is_not(None),
        )
        if person is not None:
            query = query.where(or_(effects.c.provider_ref == person, effects.c.provider_ref.is_(None)))
        query = query.order_by(effects.c.updated_at).limit(limit)
        return await self._database.read(lambda connection: [_row(each) for each in connection.execute(query)])

    async def overdue(self, since: datetime, *, limit: int = 500) -> Sequence[EffectRow]:
        """Open effects that should have gone on before ``since``, the longest first."""
        due = func.coalesce(effects.c.claimed_until, effects.c.until, effects.c.updated_at)
        query = select(effects).where(effects.c.state.in_(OPEN), due < bindparam("since", since, Moment))
        query = query.order_by(effects.c.updated_at).limit(limit)
        return await self._database.read(lambda connection: [_row(each) for each in connection.execute(query)])

    async def changed_visits(self, since: datetime, *, limit: int = 5000) -> Sequence[tuple[VisitId, int]]:
        """Visits that people changed since, with their version: a sweep looks whether their work was begun."""
        query = select(visits.c.id, visits.c.version).where(visits.c.updated_at >= since)
        query = query.order_by(visits.c.updated_at.desc()).limit(limit)
        return await self._database.read(
            lambda connection: [(VisitId(each.id), each.version) for each in connection.execute(query)]
        )

    # --- requests from the command line -----------------------------------------------------------

    async def ask_for(
        self, effect_key: str, action: Literal["retry", "drop"], *, begun: int | None, requested_by: str
    ) -> str:
        """Leave a request that the running bot picks up; returns the request's id. ``begun`` is what was seen."""
        request_id = uuid4().hex
        statement = insert(effect_requests).values(
            id=request_id,
            effect_key=effect_key,
            action=action,
            begun=begun,
            requested_by=requested_by,
            created_at=self._clock.now(),
        )
        await self._database.run(lambda connection: connection.execute(statement).close())
        return request_id

    async def take_requests(self) -> Sequence[EffectRequest]:
        """Requests nobody took yet, or took and never answered; they are this caller's for a minute."""
        now = self._clock.now()
        untaken = effect_requests.c.outcome.is_(None) & or_(
            effect_requests.c.taken_at.is_(None), effect_requests.c.taken_at < now - REQUESTS_HELD
        )

        def work(connection: Connection) -> Sequence[EffectRequest]:
            found = connection.execute(select(effect_requests).where(untaken).order_by(effect_requests.c.created_at))
            mine = []
            for each in found.all():
                taken = (
                    update(effect_requests)
                    .where(effect_requests.c.id == each.id, untaken)
                    .values(taken_at=now)
                    .returning(effect_requests.c.id)
                )
                if connection.execute(taken).first() is not None:
                    mine.append(EffectRequest(each.id, each.effect_key, each.action, each.begun))
            return mine

        return await self._database.run(work)

    async def answer_request(self, request_id: str, outcome: str) -> None:
        """Note what became of a request."""
        statement = update(effect_requests).where(effect_requests.c.id == request_id).values(outcome=outcome)
        await self._database.run(lambda connection: connection.execute(statement).close())

    async def outcome_of_request(self, request_id: str) -> str | None:
        """What became of a request; None while nobody answered."""
        query = select(effect_requests.c.outcome).where(effect_requests.c.id == request_id)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())


def _rows_of(connection: Connection, visit_id: VisitId) -> list[EffectRow]:
    query = select(effects).where(effects.c.visit_id == visit_id).order_by(effects.c.created_at, effects.c.key)
    return [_row(each) for each in connection.execute(query)]


def _row(row: Row[Any]) -> EffectRow:
    values = dict(row._mapping)
    return EffectRow(
        **{
            **values,
            "kind": EffectKind(values["kind"]),
            "state": EffectState(values["state"]),
            "version": values["version"] or 0,
        }
    )


def _write(connection: Connection, row: EffectRow) -> None:
    values = {**asdict(row), "kind": str(row.kind), "state": str(row.state)}
    statement = insert_into(connection, effects).values(**values)
    changed = {name: value for name, value in values.items() if name not in ("key", "created_at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed))
