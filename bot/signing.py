"""People's own sign-in, put together: off by default, by an OAuth connection, or by our own exchange."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp.web

from bot.clock import Clock
from bot.graph.backend import GraphEdge, open_people
from bot.graph.config import GraphConfig
from bot.graph.doctor import diagnosis
from bot.graph.emulator_tokens import APP_ID, EmulatorSignIn
from bot.graph.identity import acting_as
from bot.graph.people import OwnPeople, PeopleSignIn, PlayedPeople, ServicePeople, is_of
from bot.graph.tokens import GraphTokens
from bot.settings import Settings
from bot.store.contacts import SqlContacts
from bot.store.effects import SqlLedger
from bot.store.engine import Database
from bot.store.grants import SqlGrants
from bot.store.visits import SqlVisitStore
from bot.store.waiting import SIGN_IN_CODES
from bot.teams.answers import Answer
from bot.teams.token_service import TokenService
from bot.teams.turns import Bot, Turn
from bot.visits.errors import CalendarRefused
from bot.visits.models import EffectState, Person
from bot.web.sign_in_pages import END, START, add_sign_in_pages, authorize_url
from bot.work.service import VisitWork

log = logging.getLogger(__name__)

OWN_CONNECTION = "own"
"""The name on the card where no connection stands behind it: Teams only hands it back."""
AHEAD = timedelta(days=60)


@dataclass
class Signing:
    """Where people sign in. Implements ``SignInDesk``; ``graph``, ``work`` and the stores come once they are there."""

    people: PeopleSignIn
    tenant_id: str
    connection: str
    resource: str
    page: str = ""
    """Our own window's address, where there is one."""
    service: TokenService | None = None
    graph: GraphEdge | None = field(default=None, repr=False)
    store: SqlVisitStore | None = field(default=None, repr=False)
    ledger: SqlLedger | None = field(default=None, repr=False)
    work: VisitWork | None = field(default=None, repr=False)
    clock: Clock | None = field(default=None, repr=False)

    async def exchange(self, person: Person, token: str) -> bool:
        """See ``SignIns``. Raises CalendarBusy while sign-in is away."""
        if not is_of(token, person.id, self.tenant_id):
            log.warning("sign_in.another_person")
            return False
        try:
            await self.people.take(person.id, token)
        except CalendarRefused as refused:
            log.info("sign_in.refused", extra={"code": refused.code})
            return False
        self._forget(person)
        return True

    async def redeem(self, person: Person, code: str) -> bool:
        """See ``SignIns``."""
        try:
            await self.people.redeem(person.id, code)
        except CalendarRefused as refused:
            log.info("sign_in.refused", extra={"code": refused.code})
            return False
        self._forget(person)
        return True

    async def link(self, turn: Turn) -> str:
        """See ``SignInDesk``."""
        if self.service is None:
            return self.page
        reference = {
            "activityId": turn.id,
            "bot": {"id": turn.reference.bot_id},
            "user": {"id": turn.reference.user_id, "aadObjectId": turn.person.id},
            "conversation": {"id": turn.conversation_id, "conversationType": "personal", "tenantId": turn.tenant_id},
            "channelId": turn.reference.channel_id,
            "serviceUrl": turn.reference.service_url,
        }
        return await self.service.sign_in_link(reference)

    async def is_signed_in(self, person: Person) -> bool:
        """See ``SignInDesk``."""
        return await self.people.has_grant(person.id)

    async def sign_out(self, person: Person) -> None:
        """See ``SignInDesk``."""
        await self.people.sign_out(person.id)
        self._forget(person)

    async def resume(self, person: Person) -> int:
        """Go on with the coming visits whose effects were refused for want of this person's sign-in."""
        if self.store is None or self.ledger is None or self.work is None or self.clock is None:
            return 0
        now = self.clock.now()
        resumed = 0
        for visit in await self.store.between(now - timedelta(hours=2), now + AHEAD):
            if person.id not in (visit.organizer.id, visit.requested_by):
                continue
            for each in await self.ledger.effects_of(visit.id):
                if each.state is EffectState.refused and each.code in SIGN_IN_CODES:
                    resumed += await self.work.retry(visit.id, each.key)
        return resumed

    def _forget(self, person: Person) -> None:
        if self.graph is not None and isinstance(self.graph.graph.tokens, GraphTokens):
            self.graph.graph.tokens.forget(person.id)


class ActingBot:
    """Each turn's reads are made for the person whose turn it is, in the Bookings calendar they chose."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def on_turn(self, turn: Turn) -> Answer | None:
        """Take part in one turn."""
        with acting_as(turn.person.id or None, business=turn.preferences.business):
            return await self._bot.on_turn(turn)


def open_signing(
    settings: Settings,
    config: GraphConfig,
    clock: Clock,
    *,
    database: Database,
    contacts: SqlContacts,
    played: EmulatorSignIn | None,
    service: TokenService | None,
    web: aiohttp.web.Application,
) -> Signing | None:
    """People's sign-in as the settings want it; None where everything is done by the app itself.

    Raises ValueError, naming a setting.
    """
    resource = f"api://botid-{settings.app_id or APP_ID}"
    connection = settings.oauth_connection or OWN_CONNECTION
    if played is not None:
        if settings.graph_identity != "delegated":
            return None
        return Signing(PlayedPeople(played), config.tenant_id, connection, resource)
    keys = [each.strip() for each in settings.token_cache_key.get_secret_value().split(",") if each.strip()]
    if keys:
        root = settings.public_url.rstrip("/")
        own = OwnPeople(open_people(config, clock, SqlGrants(database, clock), keys), redirect=root + END)
        if root:
            add_sign_in_pages(web, _authorize(config, root))
        return Signing(own, config.tenant_id, connection, resource, page=root + START if root else "")
    if service is not None:

        async def user_id_of(object_id: str) -> str | None:
            chat = await contacts.personal_chat_of(object_id)
            return chat.reference.user_id if chat is not None else None

        people = ServicePeople(service, user_id_of, clock)
        return Signing(people, config.tenant_id, connection, resource, service=service)
    return None


def _authorize(config: GraphConfig, root: str) -> str:
    wanted: Sequence[str] = diagnosis(config).delegated
    scopes = config.cloud.scopes(*wanted)
    return authorize_url(config.cloud.login, config.tenant_id, config.client_id, scopes, root + END)
