"""The people in the tests. Conversations name them; a fixture searches every log for their data."""

from typing import NamedTuple

TENANT_ID = "00000000-0000-4000-8000-0000000000aa"
ANOTHER_TENANT_ID = "00000000-0000-4000-8000-0000000000bb"


class Persona(NamedTuple):
    """Someone who talks to the bot, as Teams describes them."""

    speaks_as: str
    """The name in transcripts."""
    name: str
    object_id: str
    locale: str = "en-US"
    teams_zone: str = "America/Los_Angeles"
    tenant_id: str = TENANT_ID

    @property
    def teams_id(self) -> str:
        """The id Teams gives this person towards this bot."""
        return f"29:{self.object_id}"


def _object_id(last: int) -> str:
    return f"00000000-0000-4000-8000-{last:012d}"


KIM = Persona("Kim", "Min Kim", _object_id(1))
PATEL = Persona("Patel", "Asha Patel", _object_id(2))
LOPEZ = Persona("Maria", "Maria Lopez", _object_id(3))
BECKER = Persona("Tom", "Tom Becker", _object_id(4))
JORDAN = Persona("Jordan", "Jordan Lee", _object_id(5))
"""The receptionist: not on the staff list, but a scheduler."""
SOFIA = Persona("Sofía", "Sofía Vega", _object_id(6), locale="es-MX", teams_zone="America/Los_Angeles")
"""A receptionist who reads Spanish."""
NADIA = Persona("Nadia", "Nadia Frost", _object_id(7), teams_zone="America/New_York")
"""A receptionist whose device is in New York."""
VISITOR = Persona("Vic", "Vic Stone", _object_id(8), tenant_id=ANOTHER_TENANT_ID)
"""Somebody from another tenant: entitled to nothing."""

CLIENT_NAMES = ("Ana Ruiz", "Ruiz", "Ben Okafor", "Okafor", "Lucía", "O'Neill", "Nguyen")
CLIENT_PHONES = ("555-0142", "5550142", "555-0117", "5550117", "555-0199", "5550199")
