"""Why a text was not sent is said in its own words: no licence, a number, a permission, and nobody knows."""

from collections.abc import Callable

import pytest

from bot.graph.emulator.faults import Fault
from tests.office import Office
from tests.personas import JORDAN, KIM

SMS = "sendVirtualAppointmentSms"


def no_licence(office: Office) -> None:
    next(each for each in office.emulator.world.users if each.id == KIM.object_id).teams_premium = False


def number_refused(office: Office) -> None:
    message = "Only valid US phone numbers are supported."
    office.emulator.faults.add(Fault(method="POST", path=SMS, status=400, message=message))


def no_permission(office: Office) -> None:
    office.fails("POST", SMS, status=403)


def answer_lost(office: Office) -> None:
    office.loses_answers("POST", SMS)


CASES: list[tuple[Callable[[Office], None], str]] = [
    (no_licence, "Confirmation refused: the organizer has no Teams Premium license"),
    (number_refused, "Confirmation refused: Microsoft does not accept this number"),
    (no_permission, "Confirmation refused: a permission is missing, which your administrator can give"),
    (answer_lost, "No answer came. The confirmation may or may not have been sent"),
]


@pytest.mark.parametrize(("happens", "told"), CASES, ids=[each.__name__ for each, _ in CASES])
async def test_each_reason_is_a_card_of_its_own(office: Office, happens: Callable[[Office], None], told: str) -> None:
    happens(office)
    chat = office.chat_with(JORDAN)
    others = "\n".join(f"            hides {words}" for _, words in CASES if words != told)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
            shows {told}
{others}
            offers Resend, Leave, Join, Reschedule, Cancel
    """)
    assert (office.sms() == []) is (happens is not answer_lost)
