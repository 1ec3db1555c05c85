"""Makes a turn of an activity, lets the bot take part in it, and saves what the turn changed."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from botbuilder.core import BotAdapter, TurnContext
from botbuilder.schema import Activity

from bot.clock import Clock
from bot.logs import trace_of
from bot.strings.translate import Translator
from bot.teams import arrivals
from bot.teams.answers import Failed, Say, Show, text_message
from bot.teams.deliveries import Ending, crashed_over_http, put_in_chat
from bot.teams.invokes import Invokes
from bot.teams.ports import Contacts, Firsts, Reference, StateConflict, StateStore, StoredAnswer
from bot.teams.runs import Run, RunOutbox, TurnLost
from bot.teams.sender import IN_TURN, Sender
from bot.teams.sign_in import SignInInvokes
from bot.teams.state import DIALOG_VERSION, DialogStateOfTurn, JsonStorage
from bot.teams.turns import Bot, Turn, TurnKind
from bot.visits.errors import VisitError
from bot.visits.models.people import Person, Preferences

log = logging.getLogger(__name__)

TURN = "bot.teams.turn"
"""Where a TurnContext keeps the turn: ``context.turn_state[TURN]``."""

WELCOME = "welcome"
MOST_TRIES = 3


@dataclass(frozen=True)
class Stores:
    """What taking part needs stored."""

    contacts: Contacts
    states: StateStore
    firsts: Firsts


class Participation:
    """The bot's part in one turn, from the activity to what it ended with."""

    def __init__(
        self,
        bot: Bot,
        stores: Stores,
        sender: Sender,
        clock: Clock,
        *,
        time_zone: str,
        invokes: Invokes | None = None,
        sign_in: SignInInvokes | None = None,
        dialog_version: int = DIALOG_VERSION,
    ) -> None:
        """``time_zone`` is the clinic's: what people's typed times mean until they choose their own."""
        self._bot = bot
        self._stores = stores
        self._sender = sender
        self._clock = clock
        self._time_zone = time_zone
        self._invokes = invokes or Invokes(sign_in.handlers() if sign_in else None)
        self._sign_in = sign_in
        self._dialog_version = dialog_version

    async def ended(self, run: Run, sdk_activity: Activity, adapter: BotAdapter) -> tuple[Turn, Ending] | None:
        """Note who was heard and let the bot take part. None for what is no turn."""
        activity = run.activity
        if arrivals.is_farewell(activity):
            await self._stores.contacts.mark_uninstalled(run.conversation_id)
            return None
        reference = arrivals.reference_in(activity, now=self._clock.now())
        preferences = await self._stores.contacts.seen(reference)
        run.locale = preferences.language or reference.locale
        if not await self._concerns_bot(arrivals.kind_of(activity), reference, run):
            return None
        for attempt in range(1, MOST_TRIES + 1):
            turn, state = self._turn(run, TurnContext(adapter, sdk_activity), reference, preferences)
            try:
                return turn, await self._answer(turn, state, run)
            except StateConflict:
                log.info("turn.conflict", extra={"conversation_id": run.conversation_id, "attempt": attempt})
                if turn.has_posted or attempt == MOST_TRIES:
                    return turn, Say(turn.t("turn.conflict"))
            except TurnLost:
                raise
            except Exception as failed:
                return turn, _in_words(failed, turn)
        return None

    async def apologize(self, run: Run, crash: Exception) -> StoredAnswer:
        """Say that there is not even a turn, as when the store is away; 500 when that cannot be said either."""
        words = _words_of(crash, run.t) or run.t("turn.failed")
        if (answer := crashed_over_http(run, words)) is not None:
            return answer
        if arrivals.kind_of(run.activity) in (TurnKind.message, TurnKind.verb):
            reference = arrivals.reference_in(run.activity, now=self._clock.now())
            with contextlib.suppress(Exception):
                await self._sender.send(reference, text_message(words), IN_TURN)
                return StoredAnswer(status=200)
        return StoredAnswer(status=500)

    async def _answer(self, turn: Turn, state: DialogStateOfTurn, run: Run) -> Ending:
        """What the turn ends with; its state is saved before anything is told of it."""
        async with _typing_meanwhile(turn, run), asyncio.timeout(run.timing.limit):
            ending = await self._took_part(turn)
        await state.save(turn.context)
        return ending

    async def _took_part(self, turn: Turn) -> Ending:
        if turn.kind is not TurnKind.invoke:
            if turn.kind is TurnKind.verb and self._sign_in and (refusal := await self._sign_in.comes_with(turn)):
                return refusal
            return await self._bot.on_turn(turn)
        answer = await self._invokes.answer(turn)
        if turn.has_signed_in:
            await self._go_on(turn)
        return answer

    async def _go_on(self, turn: Turn) -> None:
        """The person has just signed in: the talk goes on, whatever HTTP is answered."""
        ending = await self._bot.on_turn(turn)
        if isinstance(ending, Show):
            await turn.post(ending.card, summary=ending.line)
        elif isinstance(ending, Say):
            await turn.say(ending.text)

    def _turn(
        self, run: Run, context: TurnContext, reference: Reference, preferences: Preferences
    ) -> tuple[Turn, DialogStateOfTurn]:
        kind = arrivals.kind_of(run.activity)
        state = DialogStateOfTurn(JsonStorage(self._stores.states, self._clock, dialog_version=self._dialog_version))
        verb, data = arrivals.pressed(run.activity) if kind is TurnKind.verb else ("", {})

        async def show_now(turn: Turn, show: Show) -> None:
            if not run.show_now(show):
                await put_in_chat(turn, run, show)

        turn = Turn(
            kind=kind,
            activity=run.activity,
            context=context,
            reference=reference,
            person=Person(
                id=reference.object_id,
                tenant_id=reference.tenant_id,
                name=reference.name,
                locale=run.locale,
                time_zone=preferences.time_zone or self._time_zone,
                teams_time_zone=reference.teams_time_zone,
            ),
            preferences=preferences,
            state=state,
            outbox=RunOutbox(self._sender, run),
            show_now=show_now,
            text=arrivals.said(run.activity) if kind is TurnKind.message else "",
            verb=verb,
            data=data,
        )
        context.turn_state[TURN] = turn
        return turn, state

    async def _concerns_bot(self, kind: TurnKind, reference: Reference, run: Run) -> bool:
        """Whether the bot takes part: not in edits, reactions and comings and goings, and in a welcome once."""
        if kind is TurnKind.install:
            chat = f"{reference.tenant_id}:{reference.conversation_id.partition(';')[0]}"
            return await self._stores.firsts.first(WELCOME, chat, now=self._clock.now())
        return kind is not TurnKind.event or arrivals.text_at(run.activity, "type") == "event"


@contextlib.asynccontextmanager
async def _typing_meanwhile(turn: Turn, run: Run) -> AsyncIterator[None]:
    """Show that the bot is busy while someone who typed waits. It always stops, also when the turn fails."""
    if turn.kind is not TurnKind.message:
        yield
        return

    async def keep_typing() -> None:
        await asyncio.sleep(run.timing.typing_after)
        while not turn.has_posted:
            with contextlib.suppress(VisitError):
                await turn.typing()
            await asyncio.sleep(run.timing.typing_every)

    task = asyncio.create_task(keep_typing())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _in_words(failed: Exception, turn: Turn) -> Ending:
    """An exception, told to the person: an error of the domain in its own words, any other plainly."""
    extra = {"conversation_id": turn.conversation_id, "kind": turn.kind, "reason": type(failed).__name__}
    if isinstance(failed, TimeoutError):
        log.error("turn.too_long", extra=extra)
        return Failed(turn.t("turn.too_long"))
    if words := _words_of(failed, turn.t):
        log.info("turn.objection", extra=extra)
        return Say(words)
    log.error("turn.failed", extra={**extra, "trace": trace_of(failed)})
    return Failed(turn.t("turn.failed"))


def _words_of(failed: Exception, t: Translator) -> str:
    """The words of an error of the domain; empty for any other, or where its sentence lacks a fact."""
    if not isinstance(failed, VisitError) or not t.has(f"error.{failed.code}"):
        return ""
    try:
        return t(f"error.{failed.code}", **failed.facts)
    except (KeyError, IndexError):
        log.error("turn.error_words_incomplete", extra={"code": failed.code})
        return ""
