"""Which language a message is written in."""

from collections.abc import Sequence

from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary, vocabularies, vocabulary


def _weight(word: str, words: Vocabulary) -> float:
    """How much a word tells of a language: its commonest words most. A word of several languages tells nothing."""
    if word in words.detect:
        return 1.0
    return 0.5 if word in words.stopwords or word in words.verbs else 0.0


def written_in(tokens: Sequence[Token], expected: str) -> str:
    """The language most of its telling words belong to; the expected one where nothing tells."""
    known = vocabularies()
    default = expected if expected in known else "en"
    words = [each.norm for each in tokens[:200] if each.kind == "word"]
    hits = dict.fromkeys(known, 0.0)
    for word in words:
        weights = {language: _weight(word, vocabulary(language)) for language in known}
        telling = [language for language, weight in weights.items() if weight]
        if len(telling) == 1:
            hits[telling[0]] += weights[telling[0]]
    best = max(known, key=lambda language: (hits[language], language == default))
    return best if hits[best] > hits[default] else default
