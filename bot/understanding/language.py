"""Which language a message is written in, and whether words of another stand among its own."""

from collections.abc import Sequence

from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary, mixed, vocabularies, vocabulary

_MOST = 200
"""Words of a message that are looked at."""
_TELLS = 1.0
"""What a word weighs that surely is of one language."""


def _weight(word: str, words: Vocabulary) -> float:
    """How much a word tells of a language: its commonest words and its verbs most."""
    if word in words.detect or word in words.verbs or word in words.short:
        return _TELLS
    return _TELLS / 2 if word in words.stopwords else 0.0


def written_in(tokens: Sequence[Token], expected: str) -> Vocabulary:
    """The words to read a message with: those of the language most of its telling words belong to.

    The expected language where nothing tells; with the other's words beside them where both are spoken: "book a Carlos
    mañana at 10". A word of several languages tells nothing.
    """
    known = vocabularies()
    default = expected if expected in known else "en"
    hits = dict.fromkeys(known, 0.0)
    lent: dict[str, bool] = {}
    for token in [each for each in tokens[:_MOST] if each.kind == "word"]:
        weights = {language: _weight(token.norm, vocabulary(language)) for language in known}
        telling = [language for language, weight in weights.items() if weight]
        if len(telling) != 1:
            continue
        language = telling[0]
        hits[language] += weights[language]
        lent[language] = lent.get(language, False) or (weights[language] >= _TELLS and not _may_be_name(token))
    best = max(known, key=lambda language: (hits[language], language == default))
    best = best if hits[best] > hits[default] else default
    others = tuple(language for language in known if language != best and lent.get(language))
    return mixed(best, others[0]) if others else vocabulary(best)


def _may_be_name(token: Token) -> bool:
    """Whether a word of another language may as well be a piece of a name: Ana de la Cruz, Julio."""
    every = [vocabulary(each) for each in vocabularies()]
    if any(token.norm in words.particles for words in every):
        return True
    return token.capital and not any(token.norm in words.weekdays or token.norm in words.verbs for words in every)
