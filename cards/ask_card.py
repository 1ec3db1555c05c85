"""One short question, with the answers that fit as buttons."""

from collections.abc import Sequence

from cards.elements import Card, card, execute, small, stacked, text
from cards.payload import VerbPayload
from cards.reader import Reader
from cards.typed_text import typed

MOST_OPTIONS = 10


def ask_card(question: str, options: Sequence[tuple[str, VerbPayload]], reader: Reader) -> Card:
    """The question and its options, each (words, what pressing it does). It may always be answered in writing."""
    t = reader.t
    return card(
        question,
        [
            text(question),
            stacked(execute(typed(words, 120), payload) for words, payload in options[:MOST_OPTIONS]),
            small(t("ask.or_write")),
        ],
        language=t.language,
    )
