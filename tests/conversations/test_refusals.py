"""Why a text was not sent is said in its own words: no licence, a number, a permission, and nobody knows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.effects_command import table
from bot.graph.emulator.faults import Fault
from tests.conversations.reading_cards import card_of, words_on
from tests.office import Office
from tests.personas import JORDAN, KIM, NADIA
from tests.unit.world.office import WatchedOffice

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


async def test_who_can_mend_a_missing_permission_reads_which_it_is_and_the_command(tmp_path: Path) -> None:
    """Administrators and the command line; the desk reads that something is amiss, and no command."""
    desk = "19:desk@thread.v2"
    async with WatchedOffice(tmp_path, admins=(NADIA.object_id,), desk_chat=desk) as office:
        nadia = office.chat_with(NADIA)
        await nadia.installs()
        await office.chat_with(JORDAN, conversation_id=desk, kind="groupChat").installs()
        no_permission(office)
        chat = office.chat_with(JORDAN)
        await chat.plays("""
            Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
            Bot: [card] Please check: …
            Jordan: (taps Book)
            Bot: [same card] Ana Ruiz: Booked, and needs you, …
                hides Grant-CsApplicationAccessPolicy
        """)
        await office.settles()
        told = words_on(card_of(nadia.messages[-1].now) or {})
        listed = table(await office.app.ledger.open_or_amiss())
        for words in (told, listed):
            assert "the app lacks the permission VirtualAppointmentNotification.Send" in words
            assert f"Grant-CsApplicationAccessPolicy -PolicyName Visits -Identity {KIM.object_id}" in words
        at_desk = words_on(card_of(office.connector.chats[desk][-1].now) or {})
        assert "Something for this visit was not sent." in at_desk
        assert "Grant-CsApplicationAccessPolicy" not in at_desk
