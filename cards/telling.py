"""Whether the client hears of what is done to a visit, and by which way."""

from bot.strings.phones import may_be_texted
from bot.visits.models.people import Client
from bot.visits.models.visit import Visit
from cards.reader import Reader


def hears(visit: Visit, reader: Reader) -> bool:
    """Whether the client is told when the visit is moved or cancelled, unless somebody decides otherwise."""
    return is_texted(visit, reader) or is_mailed(visit.client, reader)


def is_texted(visit: Visit, reader: Reader) -> bool:
    """Whether text messages go to the client."""
    return reader.can_text and visit.is_to_be_texted and may_be_texted(visit.client.phone)


def is_mailed(client: Client, reader: Reader) -> bool:
    """Whether the calendar mails the client."""
    return reader.can_mail and client.email is not None
