"""What a message wished for and is not done is said plainly, before what is done begins."""

from bot.understanding.reading import Intent, Reading
from dialogs.memory import remembered
from dialogs.talk import Talk

_LONGEST = 200
"""Characters of what is left that are repeated."""


async def tell_what_is_left(talk: Talk, reading: Reading) -> None:
    """That only the first of two visits goes on, and that a visit is not repeated by itself."""
    if reading.left and reading.client_name:
        left = reading.left if len(reading.left) <= _LONGEST else f"{reading.left[:_LONGEST]}…"
        await talk.say(talk.t("chat.one_at_a_time", client=reading.client_name, left=left))
    if reading.repeats and _is_wished(talk, reading):
        await talk.say(talk.t("chat.does_not_repeat"))


def _is_wished(talk: Talk, reading: Reading) -> bool:
    """Whether a visit is spoken of at all: "every" stands in other sentences, too."""
    if reading.intent in (Intent.book, Intent.move):
        return True
    topic = remembered(talk).topic
    return reading.intent is Intent.none and reading.says_parts and topic is not None and topic.kind == "draft"
