"""The dialogs' door: a message comes in, or a button leaves something to ask."""

from typing import Any

from botbuilder.dialogs import DialogContext, DialogSet, DialogTurnStatus

from bot.understanding.reading import Reading
from bot.visits.models.draft import Draft
from dialogs.book_visit import BOOK_VISIT, about
from dialogs.main_dialog import MAIN, MainDialog
from dialogs.prompts import hear
from dialogs.talk import Talk


class Conversation:
    """Runs the main dialog over the state of the turn's conversation."""

    def __init__(self, main: MainDialog) -> None:
        """``main`` serves every conversation."""
        self._main = main

    async def hears(self, talk: Talk, reading: Reading) -> None:
        """Go on with a message: it answers what is being asked, or begins something."""
        dc = await self._context(talk)
        hear(dc.context, reading)
        result = await dc.continue_dialog()
        if result.status is DialogTurnStatus.Empty:
            await dc.begin_dialog(MAIN)

    async def go_on(self, talk: Talk, draft: Draft) -> None:
        """A button has changed the draft: ask what is still open, or read it back."""
        await self.begin(talk, BOOK_VISIT, about(draft))

    async def begin(self, talk: Talk, dialog_id: str, options: dict[str, Any]) -> None:
        """Leave what was being asked, and begin a dialog."""
        dc = await self._context(talk)
        await dc.cancel_all_dialogs()
        await dc.begin_dialog(MAIN, {"dialog": dialog_id, "options": options})

    async def leave(self, talk: Talk) -> None:
        """Leave what was being asked."""
        await (await self._context(talk)).cancel_all_dialogs()

    async def _context(self, talk: Talk) -> DialogContext:
        dialogs = DialogSet(talk.dialogs)
        dialogs.add(self._main)
        return await dialogs.create_context(talk.context)
