"""Every button on a card reaches something."""

from typing import Any, cast

from bot.teams.bot import VisitsBot
from cards import verbs


def test_every_verb_reaches_a_function_of_its_own() -> None:
    bot = VisitsBot(cast(Any, None), cast(Any, None), cast(Any, None))
    assert set(verbs.ALL) == set(bot.verbs)
    assert len(set(bot.verbs.values())) == len(bot.verbs)
