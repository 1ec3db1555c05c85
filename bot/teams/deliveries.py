"""Puts what a turn ended with where it belongs: into the HTTP answer, in the place of the pressed card, or the chat."""

import logging
from collections.abc import Mapping

from bot.teams.answers import (
    CARD_TYPE,
    MESSAGE_TYPE,
    Answer,
    Failed,
    Reply,
    Say,
    Show,
    action_answer,
    action_body,
    text_card,
)
from bot.teams.arrivals import text_at
from bot.teams.invokes import failed_answer, late_answer
from bot.teams.ports import StoredAnswer
from bot.teams.runs import Run
from bot.teams.turns import Turn, TurnKind
from bot.visits.errors import MessageGone
from bot.visits.ports.messages import MessageRef

log = logging.getLogger(__name__)

Ending = Answer | Failed | StoredAnswer | None
"""What a turn ended with; a StoredAnswer is the whole answer of an invoke."""

DONE = StoredAnswer(status=200)


async def put_in_chat(turn: Turn, run: Run, ending: Ending) -> None:
    """Show it in the chat: what was typed gets a message, a pressed card is replaced.

    Words take the place of a "working" card too, so that none is left without a button for ever.
    """
    if ending is None or isinstance(ending, Reply | StoredAnswer) or turn.is_automatic:
        return
    if turn.kind is not TurnKind.verb:
        await _as_message(turn, ending)
    elif isinstance(ending, Show):
        await _in_place(turn, ending)
    elif run.early or run.put_up is not None:
        await _in_place(turn, Show(text_card(ending.text)))
    else:
        await _as_message(turn, ending)


def over_http(turn: Turn, run: Run, ending: Ending) -> StoredAnswer:
    """The HTTP answer of a turn that ended so; kept for later deliveries.

    Where work goes on behind a card that the bot put up, that card is what the turn ended with.
    """
    if isinstance(ending, StoredAnswer):
        return ending
    if isinstance(ending, Reply):
        return StoredAnswer(status=ending.status, body=ending.body)
    if run.is_execute:
        done = run.put_up or Say("" if turn.is_automatic else turn.t("turn.done"))
        return action_answer(ending if ending is not None else done)
    if isinstance(ending, Failed) and text_at(run.activity, "type") == "invoke" and turn.kind is TurnKind.invoke:
        return failed_answer(turn.name, ending.text)
    return DONE


def goes_over_http(turn: Turn, run: Run) -> bool:
    """Whether the HTTP answer alone tells the person, as long as it is in time."""
    return run.is_execute or turn.kind is TurnKind.invoke


def card_under(run: Run, answer: StoredAnswer) -> MessageRef | None:
    """The message whose card an answer hides from whoever pressed; None where it hides none."""
    body = answer.body
    is_card = run.is_execute and isinstance(body, Mapping) and body.get("type") == CARD_TYPE
    activity_id = text_at(run.activity, "replyToId")
    if not is_card or not activity_id:
        return None
    return MessageRef(conversation_id=run.conversation_id, activity_id=activity_id)


def while_working(run: Run) -> StoredAnswer:
    """What HTTP is answered when its time is over and the turn goes on."""
    if text_at(run.activity, "type") != "invoke":
        return StoredAnswer(status=202)
    if not run.is_execute:
        return late_answer(text_at(run.activity, "name"), run.activity.get("value"), run.t)
    if text_at(run.activity, "value", "trigger") == "automatic":
        return action_body(200, MESSAGE_TYPE, "")
    return action_answer(Show(text_card(run.t("turn.working"))))


def crashed_over_http(run: Run, words: str) -> StoredAnswer | None:
    """What HTTP is answered when there is not even a turn; None where only the chat can say it."""
    if text_at(run.activity, "type") != "invoke" or run.early:
        return None
    if run.is_execute:
        return action_answer(Failed(words))
    return failed_answer(text_at(run.activity, "name"), words)


async def _in_place(turn: Turn, show: Show) -> None:
    if turn.card_message_id:
        try:
            await turn.edit(turn.card_message_id, show.card, summary=show.line)
            return
        except MessageGone:
            log.info("turn.card_gone", extra={"conversation_id": turn.conversation_id})
    await turn.post(show.card, summary=show.line)


async def _as_message(turn: Turn, ending: Show | Say | Failed) -> None:
    if isinstance(ending, Show):
        await turn.post(ending.card, summary=ending.line)
    else:
        await turn.say(ending.text)
