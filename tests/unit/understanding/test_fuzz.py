"""Messages put together at random from the desk's own words, the same ones on every run: no turn of them raises."""

import random
from collections.abc import Iterator

import pytest

from bot.understanding.vocabulary import vocabularies, vocabulary
from tests.unit.understanding.desk import READER, context

_CUT = ("DrKim", "DrP", "kims", "patels", "lopezs", "beckers", "whens", "wheres", "theres", "whos")
"""Words the reader cuts in two before it goes on."""
_NAMES = ("Dr Kim", "Dr Patel", "Dr Okafor", "nurse Lopez", "Tom", "Dr Smith", "Ana Ruiz", "gonzalez", "José", "Will")
_SAID_BESIDE = """
book move cancel show free find hand over out and or not no actually , . ? - : ' 2:30pm 3 14:30 12/3 2027 206-555-0142
tomorrow friday thurs tomorrw nxt wk mañana el viernes a las 3 con with for at on to her phone ana@example.org note:
"""
_MESSAGES, _SEED, _LONGEST = 1_500, 20261118, 9


def messages(seed: int) -> Iterator[str]:
    """Random messages: cut words, names, parts of a visit, and the words that slips are mended to."""
    chance = random.Random(seed)
    vocabulary_words = sorted({word for language in vocabularies() for word in vocabulary(language).mendable})
    beside = _SAID_BESIDE.split()
    kinds = (_CUT, _NAMES, beside, beside, vocabulary_words)
    for _ in range(_MESSAGES):
        yield " ".join(chance.choice(chance.choice(kinds)) for _ in range(chance.randint(1, _LONGEST)))


@pytest.mark.parametrize("locale", ["en-US", "es-MX"])
def test_no_message_raises(locale: str) -> None:
    raised: dict[str, str] = {}
    for text in messages(_SEED):
        try:
            READER.read(text, context(locale=locale))
        except Exception as fault:
            raised[text] = repr(fault)
    assert raised == {}
