"""Each message to the client has one sender: whatever the table names is sent once, and nothing else is."""

from collections import Counter

from bot.visits.models.people import Person
from bot.work.ops import SENDER_TO_CLIENT
from tests.office import Office
from tests.personas import JORDAN, KIM

DR_KIM = Person(id=KIM.object_id, tenant_id=KIM.tenant_id, name=KIM.name, time_zone="America/Los_Angeles")

KINDS_OF_MAIL = {"invitation": "confirmation", "update": "reschedule", "cancellation": "cancellation"}


def heard(office: Office) -> Counter[tuple[str, str]]:
    """What the client got: of which message, over which channel."""
    world = office.world()
    texts = ((each["type"], "sms") for each in world["sms"])
    mails = ((KINDS_OF_MAIL.get(each["kind"], "running late"), "e-mail") for each in world["mails"])
    return Counter([*texts, *mails])


async def test_a_client_with_phone_and_address_hears_each_thing_once_over_each_channel(office: Office) -> None:
    chat = office.chat_with(KIM)
    await chat.plays("""
        Kim: book Ana Ruiz 206-555-0142 ana@example.org follow-up with Dr Kim today at 11
        Bot: [card] Please check: …
        Kim: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, …
        Kim: move it to 1 pm
        Bot: [card] Move Ana Ruiz to Mon 23 Nov 2026, 1:00 PM Pacific?
        Kim: (taps Move)
        Bot: [same card] Ana Ruiz: Visit …
    """)
    await office.settles()
    (visit,) = await office.all_visits()
    office.clock.advance(hours=3, minutes=50)
    await office.app.work.send_reminder(visit, by=DR_KIM)
    await chat.plays("""
        Kim: find Ruiz
        Bot: [card] Visits that match
        Kim: (taps Open)
        Bot: [card] Ana Ruiz: …
        Kim: (taps Running late)
        Bot: [same card] Your visit …
    """)
    await office.settles()
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: cancel Ana Ruiz
        Bot: [card] Cancel Ana Ruiz, …
        Jordan: (taps Cancel the visit)
        Bot: [same card] Ana Ruiz: Visit cancelled, …
    """)
    await office.settles()
    assert heard(office) == Counter(SENDER_TO_CLIENT.keys())
