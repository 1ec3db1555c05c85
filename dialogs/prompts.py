"""Waiting for an answer, and what was heard in this turn."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from botbuilder.core import TurnContext
from botbuilder.dialogs import Dialog, DialogContext, DialogInstance, DialogTurnResult

from bot.understanding.reading import Reading
from dialogs.talk import Talk, talk_of

_HEARD = "heard"
_WORDS = "words"

Put = Callable[[Talk, Mapping[str, Any]], Awaitable[None]]
"""Puts a question to the person: a short sentence, or a card. Receives the prompt's options, which are JSON."""


def hear(context: TurnContext, reading: Reading | None, words: str | None = None) -> None:
    """Note what this turn says; None when a button was pressed and its verb has changed the draft already.

    ``words`` are those it goes on with, where they are not this turn's own.
    """
    context.turn_state[_HEARD] = reading
    if words is not None:
        context.turn_state[_WORDS] = words


def words_heard(talk: Talk) -> str:
    """The words that this turn goes on with: those typed, or those of an earlier message that it answers for."""
    return str(talk.context.turn_state.get(_WORDS, talk.text))


def heard_in(context: TurnContext) -> Reading | None:
    """What this turn says."""
    reading: Reading | None = context.turn_state.get(_HEARD)
    return reading


class CardPrompt(Dialog):  # type: ignore[misc]
    """Puts a question and waits for its answer: in words, or by a button of its card.

    The card is made when it is put, and again after an interruption; the state holds the options only. A button's
    verb has done its part before the dialogs run, so that whatever arrives here ends the prompt with what was heard.
    """

    def __init__(self, dialog_id: str, put: Put) -> None:
        """``put`` makes and shows the question."""
        super().__init__(dialog_id)
        self._put = put

    async def begin_dialog(self, dialog_context: DialogContext, options: object = None) -> DialogTurnResult:
        """Put the question."""
        kept = dict(options) if isinstance(options, Mapping) else {}
        dialog_context.active_dialog.state["options"] = kept
        await self._put(talk_of(dialog_context.context), kept)
        return Dialog.end_of_turn

    async def continue_dialog(self, dialog_context: DialogContext) -> DialogTurnResult:
        """End with what was heard."""
        return await dialog_context.end_dialog(heard_in(dialog_context.context))

    async def reprompt_dialog(self, context: TurnContext, instance: DialogInstance) -> None:
        """Put the question again, after help for example."""
        await self._put(talk_of(context), instance.state["options"])
