"""People's own sign-in, put together: off by default, by an OAuth connection, or by our own exchange."""

import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp.web

from bot.clock import Clock
from bot.graph.backend import GraphEdge, open_people
from bot.graph.config import GraphConfig
from bot.graph.delegated import GrantStore, MemoryGrants, Sealed, new_key
from bot.graph.emulator_tokens import APP_ID
from bot.graph.identity import acting_as
from bot.graph.people import OwnPeople, PeopleSignIn, ServicePeople, is_of
from bot.graph.played_login import PlayedLogin
from bot.graph.sign_in_by_hand import SignInByHand
from bot.graph.tokens import GraphTokens
from bot.played import own_address_of, with_played_app
from bot.settings import Settings
from bot.store.contacts import SqlContacts
from bot.store.effects import SqlLedger
from bot.store.engine import Database
from bot.store.grants import SqlGrants
from bot.store.handovers import SqlHandovers
from bot.store.visits import SqlVisitStore
from bot.teams.answers import Answer
from bot.teams.token_service import TokenService
from bot.teams.turns import Bot, Turn
from bot.visits.errors import CalendarRefused, SignInNeeded
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.web.sign_in_pages import END, START, add_sign_in_pages
from bot.work.service import VisitWork

log = logging.getLogger(__name__)

OWN_CONNECTION = "own"
"""The name on the card where no connection stands behind it: Teams only hands it back."""
WAITED_AT_MOST = timedelta(days=60)
STILL_MATTERS = timedelta(hours=2)
"""So long after a visit what waited is still done, so that its calendar and card end as they should."""


@dataclass(frozen=True)
class WaysIn:
    """How people sign in here."""

    people: PeopleSignIn
    tenant_id: str
    connection: str
    resource: str
    by_hand: SignInByHand | None = field(default=None, repr=False)
    """Our own pages, where there are some."""
    page: str = ""
    """The first page's address."""
    service: TokenService | None = None


class Signing:
    """Where people sign in. Implements ``SignInDesk``."""

    def __init__(
        self, ways: WaysIn, graph: GraphEdge, store: SqlVisitStore, ledger: SqlLedger, work: VisitWork, clock: Clock
    ) -> None:
        self.connection, self.resource = ways.connection, ways.resource
        self._ways = ways
        self._graph = graph
        self._store = store
        self._ledger = ledger
        self._work = work
        self._clock = clock

    async def exchange(self, person: Person, token: str) -> bool:
        """See ``SignIns``. Raises CalendarBusy while sign-in is away."""
        if not is_of(token, person.id, self._ways.tenant_id):
            log.warning("sign_in.another_person")
            return False
        return await self._granted(person, self._ways.people.take(person.id, token))

    async def redeem(self, person: Person, code: str) -> bool:
        """See ``SignIns``."""
        return await self._granted(person, self._ways.people.redeem(person.id, code))

    async def link(self, turn: Turn) -> str:
        """See ``SignInDesk``."""
        if self._ways.by_hand is not None:
            return f"{self._ways.page}?ask={await self._ways.by_hand.ask(turn.person.id, turn.person.locale)}"
        if self._ways.service is None:
            return ""
        reference = {
            "activityId": turn.id,
            "bot": {"id": turn.reference.bot_id},
            "user": {"id": turn.reference.user_id, "aadObjectId": turn.person.id},
            "conversation": {"id": turn.conversation_id, "conversationType": "personal", "tenantId": turn.tenant_id},
            "channelId": turn.reference.channel_id,
            "serviceUrl": turn.reference.service_url,
        }
        return await self._ways.service.sign_in_link(reference)

    async def awaits_code(self, person: Person) -> bool:
        """See ``SignInDesk``."""
        return self._ways.by_hand is not None and await self._ways.by_hand.awaits_code(person.id)

    async def is_signed_in(self, person: Person) -> bool:
        """See ``SignInDesk``. A grant that is kept but holds no longer is found out now."""
        try:
            await self._ways.people.for_person(person.id, None)
        except SignInNeeded:
            return False
        return True

    async def sign_out(self, person: Person) -> None:
        """See ``SignInDesk``."""
        await self._ways.people.sign_out(person.id)
        self._forget(person)

    async def resume(self, person: Person) -> int:
        """Go on with the coming visits whose effects were refused for want of this person's sign-in."""
        now = self._clock.now()
        resumed = 0
        for each in await self._ledger.waiting_for_sign_in(now - WAITED_AT_MOST, person=person.id):
            visit = await self._store.visit(VisitId(each.visit_id or ""))
            if visit is not None and visit.ends_at > now - STILL_MATTERS:
                resumed += await self._work.retry(visit.id, each.key, begun=each.begun)
        return resumed

    async def _granted(self, person: Person, asking: Awaitable[None]) -> bool:
        try:
            await asking
        except CalendarRefused as refused:
            log.info("sign_in.refused", extra={"code": refused.code})
            return False
        self._forget(person)
        return True

    def _forget(self, person: Person) -> None:
        tokens = self._graph.graph.tokens
        if isinstance(tokens, GraphTokens):
            tokens.forget(person.id)


class ActingBot:
    """Each turn's reads are made for the person whose turn it is, in the Bookings calendar they chose."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def on_turn(self, turn: Turn) -> Answer | None:
        """Take part in one turn."""
        with acting_as(turn.person.id or None, business=turn.preferences.business):
            return await self._bot.on_turn(turn)


def ways_in(
    settings: Settings,
    config: GraphConfig,
    clock: Clock,
    *,
    database: Database,
    contacts: SqlContacts,
    played: PlayedLogin | None,
    service: TokenService | None,
    web: aiohttp.web.Application,
) -> WaysIn | None:
    """People's sign-in as the settings want it; None where everything is done by the app itself.

    Raises ValueError, naming a setting.
    """
    resource = f"api://botid-{settings.app_id or APP_ID}"
    connection = settings.oauth_connection or OWN_CONNECTION
    keys = settings.token_cache_keys
    root = settings.public_url.rstrip("/")
    store: GrantStore = SqlGrants(database, clock)
    if played is not None:
        if settings.graph_identity != "delegated":
            return None
        config = with_played_app(config)
        root = root or own_address_of(settings)
        if not keys:  # what the emulator grants ends with this process, and so does the key
            keys, store = [new_key()], MemoryGrants()
    if keys:
        sealed = Sealed(*keys)
        tokens = open_people(config, clock, store, sealed, http=played)
        by_hand = SignInByHand(
            tokens,
            sealed,
            SqlHandovers(database),
            clock,
            redirect=root + END,
            in_browser=played.in_browser if played else str,
        )
        own = OwnPeople(tokens, by_hand)
        if not root:
            return WaysIn(own, config.tenant_id, connection, resource)
        add_sign_in_pages(web, by_hand)
        return WaysIn(own, config.tenant_id, connection, resource, by_hand=by_hand, page=root + START)
    if service is not None:

        async def user_id_of(object_id: str) -> str | None:
            chat = await contacts.personal_chat_of(object_id)
            return chat.reference.user_id if chat is not None else None

        people = ServicePeople(service, user_id_of, clock)
        return WaysIn(people, config.tenant_id, connection, resource, service=service)
    return None
