"""Names that are also words for days and hours: Rose Wednesday Addams, Mercedes Domingo, Grace Noon."""

from collections.abc import Sequence

from bot.understanding.mentions import Mention
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_FAMILIES = {"day": "day", "clock": "time", "part": "time", "range": "time"}


def without_names(mentions: Sequence[Mention], tokens: Sequence[Token], words: Vocabulary) -> list[Mention]:
    """The mentions without those that are part of a name.

    Only a capital word of one token beside another name counts, and only where the message says its day or hour once
    more: "Ana Ruiz Wednesday 10am" means Wednesday.
    """
    named = [each for each in mentions if _in_name(each, tokens, words)]
    if not named:
        return list(mentions)
    said = {_FAMILIES.get(each.kind) for each in mentions if each not in named}
    return [each for each in mentions if each not in named or _FAMILIES.get(each.kind) not in said]


def _in_name(mention: Mention, tokens: Sequence[Token], words: Vocabulary) -> bool:
    at = mention.start
    if mention.end - at != 1 or mention.kind not in _FAMILIES or not tokens[at].capital:
        return False
    if tokens[at].norm not in words.phrases("names_too").single_words():
        return False
    return any(_is_name(tokens, place, words) for place in (at - 1, at + 1))


def _is_name(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    if not 0 < at < len(tokens) or not tokens[at].capital:
        return False
    plain = tokens[at].norm in words.stopwords or tokens[at].norm in words.weekdays or tokens[at].norm in words.months
    return not plain or tokens[at].norm in words.phrases("names_too").single_words()
