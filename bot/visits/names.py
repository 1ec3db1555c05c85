"""When two names, or two clients, are the same: case, accents and spaces aside."""

import unicodedata

from bot.visits.models.people import Client

_PLAIN = str.maketrans(
    {
        **{"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"},
        **dict.fromkeys("'’‘ʼ`´"),
        **dict.fromkeys("-‐‑–_.,", " "),
    }
)
"""Letters that Unicode does not take apart into a plain letter and a mark; apostrophes are left out and hyphens part
words, as people type them or do not.
"""


def folded(text: str) -> str:
    """Text as it is compared and searched: ``"José  O’NEILL-Nguyễn"`` -> ``"jose oneill nguyen"``.

    Accents are dropped in the Latin, Greek and Cyrillic scripts only: elsewhere they make another letter.
    """
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    kept = (" " if unicodedata.category(each) == "Cc" else each for each in apart if not "\u0300" <= each <= "\u036f")
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def same_client(one: Client, other: Client) -> bool:
    """Whether two are the same client: by phone, by e-mail, or by name where no phone contradicts it."""
    if one.phone is not None and one.phone == other.phone:
        return True
    if one.email and other.email and one.email.casefold() == other.email.casefold():
        return True
    both_have_phones = one.phone is not None and other.phone is not None
    return not both_have_phones and folded(one.name) == folded(other.name)
