"""How visits are kept here, in quiet lines: for settings and help."""

from cards.elements import Element, small
from cards.reader import Reader

_LACKS = ("online_meetings", "client_link", "sms", "attendance", "arrivals")
"""Without online meetings there is nothing of the others, and one sentence says so."""


def keeping_lines(reader: Reader) -> list[Element | None]:
    """Which backend is in force and who acts, what this cloud does not offer, what an administrator should know."""
    t, keeping = reader.t, reader.keeping
    if keeping is None:
        return []
    backend = t("backend.in_force", backend=t(f"graph.backend.{keeping.backend}"))
    lacks = [each for each in _LACKS if each in keeping.lacks]
    return [
        small(f"{backend} {t(f'graph.acts_as.{keeping.acts_as}')}"),
        *(small(t(f"backend.lacks.{each}")) for each in (lacks[:1] if "online_meetings" in lacks else lacks)),
        *(small(t(f"graph.notice.{each}")) for each in keeping.notices),
        small(t("backend.played")) if keeping.is_played else None,
    ]
