"""What the bot is for and what can be asked of it: the welcome, the menu, help."""

from datetime import datetime

from bot.strings.words import zone_in_words
from cards.elements import Card, Element, actions, card, execute, heading, lines, run, small, text
from cards.keeping_lines import keeping_lines
from cards.menu_verbs import (
    MenuBook,
    MenuHelp,
    MenuToday,
    ShowSettings,
)
from cards.reader import Reader
from cards.typed_text import typed

_TOPICS = ("book", "move", "cancel", "list", "free", "correct", "undo", "stop")


def welcome_card(reader: Reader) -> Card:
    """Once a chat: what this is and how to begin."""
    t = reader.t
    clinic = typed(reader.clinic.name)
    return card(
        t("welcome.summary", clinic=clinic),
        [
            heading(t("welcome.title")),
            text(t("welcome.hello", clinic=clinic)),
            text(t("welcome.how")),
            text(run(t("welcome.example"), tone="accent"), spacing="small"),
            small(t("welcome.asks_first")),
            _menu(reader),
        ],
        language=t.language,
    )


def menu_card(reader: Reader, *, said: str | None = None) -> Card:
    """What is possible, as buttons. ``said`` replaces the question above them: "I did not understand that. ..."."""
    t = reader.t
    return card(
        said or t("menu.summary"),
        [
            text(said) if said else heading(t("menu.title"), size="medium"),
            small(t("menu.hint")),
            _menu(reader),
        ],
        language=t.language,
    )


def not_understood_card(reader: Reader, *guesses: Element) -> Card:
    """Never a dead end: what is possible, with a low-confidence guess as a button before the others."""
    t = reader.t
    said = t("menu.not_understood")
    return card(
        said,
        [text(said), actions(*guesses), small(t("menu.hint")), _menu(reader)],
        language=t.language,
    )


def help_card(reader: Reader, *, now: datetime) -> Card:
    """What one can write, by example."""
    t = reader.t
    return card(
        t("help.summary"),
        [
            heading(t("help.title")),
            lines([(t(f"help.{each}"), t(f"help.{each}_example")) for each in _TOPICS]),
            small(t("help.times", zone=zone_in_words(now, reader.zone, t))),
            *keeping_lines(reader),
            actions(
                execute(t("menu.book"), MenuBook()),
                execute(t("menu.today"), MenuToday()),
                execute(t("menu.settings"), ShowSettings()),
            ),
        ],
        language=t.language,
    )


def _menu(reader: Reader) -> Element | None:
    t = reader.t
    return actions(
        execute(t("menu.book"), MenuBook(), style="positive"),
        execute(t("menu.today"), MenuToday()),
        execute(t("menu.help"), MenuHelp()),
    )
