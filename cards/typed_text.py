"""What people typed, made fit to stand in a card: one line, no overlong tail, nothing a client could act on."""

import re
import unicodedata

NAME = 80
REASON = 200
NOTES = 400
LONGEST_WORD = 20
LONGEST_LETTER = 32
"""Characters: a letter with more marks than this, or a longer family of emoji, may be cut apart."""

_MENTION = re.compile(r"</?at\b[^>]*>", re.IGNORECASE)
_BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_ZERO_WIDTH_SPACE = "\u200b"
_WORD_JOINER = "\u2060"
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_ZERO_WIDTH_JOINER = 0x200D
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def typed(words: str, limit: int = NAME) -> str:
    """One line of typed text. Mentions and direction controls are taken out, right-to-left text is set apart.

    ``{{`` is broken up: some clients expand ``{{DATE(...)}}`` in places where the reference renderer does not.
    """
    line = " ".join(_MENTION.sub("", words).translate(_BIDI_CONTROLS).split())
    line = "".join(each for each in line if unicodedata.category(each) not in {"Cc", "Cs"})
    line = " ".join(_breakable(each) for each in cut(line, limit).split(" "))
    for pair in ("{{", "}}"):
        line = line.replace(pair, _WORD_JOINER.join(pair))
    if any(unicodedata.bidirectional(each) in {"R", "AL"} for each in line):
        return f"{_FIRST_STRONG_ISOLATE}{line}{_POP_ISOLATE}"
    return line


def _breakable(word: str) -> str:
    """A word with places to break it where it is too long for a phone's line: the renderer breaks none by itself."""
    parts: list[str] = []
    since = 0
    for at in range(1, len(word)):
        if at - since >= LONGEST_WORD and not _continues(word, at):
            parts.append(word[since:at])
            since = at
    return _ZERO_WIDTH_SPACE.join([*parts, word[since:]])


def cut(words: str, limit: int) -> str:
    """At most ``limit`` characters, the last an ellipsis where it was cut; never inside an emoji or accented letter."""
    if len(words) <= limit:
        return words
    end = limit - 1
    while end > max(0, limit - 1 - LONGEST_LETTER) and _continues(words, end):
        end -= 1
    return words[: end or limit - 1].rstrip() + "…"


def _continues(words: str, at: int) -> bool:
    """Whether the character at this place belongs to the one before it."""
    here, before = ord(words[at]), ord(words[at - 1])
    if unicodedata.category(words[at]).startswith("M") or here in _VARIATION_SELECTORS or here in _SKIN_TONES:
        return True
    if _ZERO_WIDTH_JOINER in (here, before):
        return True
    return here in _FLAG_LETTERS and _flag_letters_before(words, at) % 2 == 1


def _flag_letters_before(words: str, at: int) -> int:
    count = 0
    while count < at and ord(words[at - count - 1]) in _FLAG_LETTERS:
        count += 1
    return count
