"""The language of conversation tests: what each person says or presses, and what the bot must answer.

    Jordan: book a visit for Ana Ruiz
    Jordan: (taps Book)
    Jordan: (fills Phone = 206-555-0142; Text the client = off; taps Check times)
    Bot: Which day and time?
    Bot: [card] Book Ana Ruiz on …?
        shows (206) 555-0142
        hides Discarded
        offers Book, Change, Discard
    Bot: [same card] Visit with Ana Ruiz …

``[card]`` is the line that stands in for a card (its notification text). ``[same card]`` waits until the card pressed
last, or else the last one, reads so. ``…`` stands for any words. ``(taps old Book)`` presses a button that was there
once, as somebody does whose screen lags behind.
"""

import re
from typing import NamedTuple

_SPEECH = re.compile(r"^(?P<who>[^\W\d_][\w'’ -]{0,30}): ?(?P<words>.*)$")
_DETAIL = re.compile(r"^(?P<verb>shows|hides|offers) (?P<words>.+)$")


class Says(NamedTuple):
    """A person types."""

    who: str
    words: str


class Presses(NamedTuple):
    """A person fills inputs, by label, and presses a button."""

    who: str
    title: str
    fills: dict[str, str]
    is_old: bool


class Expects(NamedTuple):
    """What the bot must answer next."""

    kind: str
    """``text``, ``card`` or ``same card``."""
    words: str
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    offers: tuple[str, ...] | None = None


Line = Says | Presses | Expects


def parse(script: str) -> list[Line]:
    """The lines of a script. A line that fits nothing is an error of the test."""
    lines: list[Line] = []
    for raw in script.strip().splitlines():
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        detail = _DETAIL.match(text)
        if detail and lines and isinstance(lines[-1], Expects):
            lines[-1] = _with_detail(lines[-1], detail["verb"], detail["words"])
            continue
        speech = _SPEECH.match(text)
        if speech is None:
            raise ValueError(f"not a line of a conversation: {text!r}")
        lines.append(_line(speech["who"], speech["words"]))
    return lines


def _line(who: str, words: str) -> Line:
    if who == "Bot":
        kind = re.match(r"^\[(card|same card)\] ?(.*)$", words)
        return Expects(kind[1], kind[2]) if kind else Expects("text", words)
    gesture = re.match(r"^\((?:fills (?P<fills>.*); )?taps (?P<old>old )?(?P<title>.+)\)$", words)
    if gesture is None:
        return Says(who, words)
    pairs = (each.split("=", 1) for each in (gesture["fills"] or "").split(";") if each.strip())
    fills = {label.strip(): value.strip() for label, value in pairs}
    return Presses(who, gesture["title"], fills, is_old=bool(gesture["old"]))


def _with_detail(line: Expects, verb: str, words: str) -> Expects:
    if verb == "offers":
        return line._replace(offers=tuple(each.strip() for each in re.split(r",(?! [\d(])", words)))
    if verb == "shows":
        return line._replace(shows=(*line.shows, words))
    return line._replace(hides=(*line.hides, words))


def fits(pattern: str, words: str) -> bool:
    """Whether words read as the pattern, where ``…`` stands for any; spaces and line breaks count alike."""
    parts = (re.escape(_plain(part)) for part in _plain(pattern).split("…"))
    return re.fullmatch(".*".join(parts), _plain(words), re.DOTALL) is not None


def holds(pattern: str, words: str) -> bool:
    """Whether words contain the pattern somewhere."""
    return fits(f"…{pattern}…", words)


def _plain(words: str) -> str:
    return " ".join(words.split())
