"""What may be pressed without a draft or a visit: the menu, questions about a wish, lists, one's own settings."""

from typing import Literal

from pydantic import Field

from cards.payload import Inputs, Typed, VerbPayload
from cards.verb_fields import Id


class MenuBook(VerbPayload):
    """Open an empty booking form."""

    verb: Literal["menu.book.v1"] = "menu.book.v1"


class MenuToday(VerbPayload):
    """List today's visits."""

    verb: Literal["menu.today.v1"] = "menu.today.v1"


class MenuHelp(VerbPayload):
    """Say what is possible."""

    verb: Literal["menu.help.v1"] = "menu.help.v1"


class AnswerQuestion(VerbPayload):
    """Choose an option of a question about a wish, if that question is still open. What it is stays in the chat."""

    verb: Literal["ask.answer.v1"] = "ask.answer.v1"
    question_id: Id
    option: int = Field(ge=0, le=9)


class WordsInputs(Inputs):
    """The words looked for. A name is never in a payload; it stays in the card's search field."""

    words: Typed = ""


class ListPage(VerbPayload):
    """Show one page of a list: a day's visits (``argument`` is the date) or those that match the words typed."""

    verb: Literal["list.page.v1"] = "list.page.v1"
    kind: Literal["day", "find"]
    argument: str = Field(default="", pattern=r"^[A-Za-z0-9:_.-]{0,80}$")
    page: int = Field(default=1, ge=1, le=10_000)
    inputs: WordsInputs = Field(default=WordsInputs(), exclude=True, repr=False)


class SettingsInputs(Inputs):
    """A person's own settings. ``reminders`` are minutes before the visit, ``"60 15"``."""

    time_zone: Typed = ""
    language: Typed = ""
    reminders: Typed = ""
    business: Typed = ""


class ShowSettings(VerbPayload):
    """Show the person's own settings."""

    verb: Literal["settings.show.v1"] = "settings.show.v1"


class SaveSettings(VerbPayload):
    """Keep the person's own settings."""

    verb: Literal["settings.save.v1"] = "settings.save.v1"
    inputs: SettingsInputs = Field(default=SettingsInputs(), exclude=True, repr=False)
