"""One sentence is enough: each ends at the confirm card with every slot right; an ambiguous one asks."""

import pytest

from tests.office import Office
from tests.personas import JORDAN, SOFIA

# today is Monday 23 November 2026, 9:00 in Los Angeles; the clinic is open 8 to 18
BOOKINGS = [
    (
        "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2",
        ("Ana Ruiz", "Fri 27 Nov 2026, 2:30 PM", "Dr Min Kim", "Follow-up, 30 min", "(206) 555-0142"),
    ),
    (
        "Book a new patient visit for Ben Okafor, (206) 555-0117, with Dr Patel tomorrow at 10:15",
        ("Ben Okafor", "Tue 24 Nov 2026, 10:15 AM", "Dr Asha Patel", "New patient, 45 min", "(206) 555-0117"),
    ),
    (
        "schedule Siobhán O'Neill for lab results with Maria Lopez on Nov 30 at 9am, phone 206 555 0199",
        ("Siobhán O'Neill", "Mon 30 Nov 2026, 9:00 AM", "Maria Lopez RN", "Lab results, 20 min", "(206) 555-0199"),
    ),
    (
        "I need a prescription renewal for Minh Nguyen (206-555-0142) with Tom Becker on Tuesday December 1st at 3 pm",
        ("Minh Nguyen", "Tue 1 Dec 2026, 3:00 PM", "Tom Becker", "Prescription renewal, 15 min", "(206) 555-0142"),
    ),
    (
        "set up physio for Ana de la Cruz +1 206 555 0142 with Tom on Wednesday at 1430",
        ("Ana de la Cruz", "Wed 25 Nov 2026, 2:30 PM", "Tom Becker", "Physiotherapy, 1 h", "(206) 555-0142"),
    ),
    (
        "please put Jean-Luc Moreau down for a follow up with Kim the day after tomorrow at quarter to 4, 2065550117",
        ("Jean-Luc Moreau", "Wed 25 Nov 2026, 3:45 PM", "Dr Min Kim", "Follow-up, 30 min", "(206) 555-0117"),
    ),
    (
        "new visit: Grace Hopper, 206.555.0199, follow-up, Dr Patel, 12/2, 11:30",
        ("Grace Hopper", "Wed 2 Dec 2026, 11:30 AM", "Dr Asha Patel", "Follow-up, 30 min", "(206) 555-0199"),
    ),
    (
        "can you book Omar Haddad in with Dr Kim on the 30th at 2? It's for lab results, his number is 206-555-0142",
        ("Omar Haddad", "Mon 30 Nov 2026, 2:00 PM", "Dr Min Kim", "Lab results, 20 min", "(206) 555-0142"),
    ),
    (
        "book ana ruiz 206-555-0142 folow-up with dr kim friday 2:30pm",
        ("Ana Ruiz", "Fri 27 Nov 2026, 2:30 PM", "Dr Min Kim", "Follow-up, 30 min", "(206) 555-0142"),
    ),
    (
        "Book Ana Ruiz with Dr Kim for 45 minutes on Friday at 2:30 pm, follow-up, 206-555-0142",
        ("Ana Ruiz", "Fri 27 Nov 2026, 2:30 PM", "Dr Min Kim", "Follow-up, 45 min", "(206) 555-0142"),
    ),
    (
        "tomorrow 9:30 Dr Patel follow-up Lucy Liu 206-555-0117",
        ("Lucy Liu", "Tue 24 Nov 2026, 9:30 AM", "Dr Asha Patel", "Follow-up, 30 min", "(206) 555-0117"),
    ),
    (
        "book a follow-up with Asha for Peter Novák 206-555-0199 a week from tomorrow at 4 pm",
        ("Peter Novák", "Tue 1 Dec 2026, 4:00 PM", "Dr Asha Patel", "Follow-up, 30 min", "(206) 555-0199"),
    ),
    (
        "book Mrs Ellen van der Berg 206-555-0142 lab results with nurse Lopez Thursday at noon",
        ("Ellen van der Berg", "Thu 26 Nov 2026, 12:00 PM", "Maria Lopez RN", "Lab results, 20 min", "(206) 555-0142"),
    ),
    (
        "Appointment for Yusuf Demir, tel 206-555-0117, new patient with Kim, December 3rd at 10 in the morning",
        ("Yusuf Demir", "Thu 3 Dec 2026, 10:00 AM", "Dr Min Kim", "New patient, 45 min", "(206) 555-0117"),
    ),
    (
        "book in Carla Rossi 206-555-0199 for physiotherapy with Becker on Friday at 9",
        ("Carla Rossi", "Fri 27 Nov 2026, 9:00 AM", "Tom Becker", "Physiotherapy, 1 h", "(206) 555-0199"),
    ),
    (
        "book Ana Ruiz 206-555-0142 follow-up with Dr Kim today at 4",
        ("Ana Ruiz", "Mon 23 Nov 2026, 4:00 PM", "Dr Min Kim", "Follow-up, 30 min", "(206) 555-0142"),
    ),
    (
        "reserve Tuesday 17:00 with Dr Patel for Ivan Petrov, prescription renewal, 206-555-0117",
        ("Ivan Petrov", "Tue 24 Nov 2026, 5:00 PM", "Dr Asha Patel", "Prescription renewal, 15 min", "(206) 555-0117"),
    ),
    (
        "Follow-up for Noor Ali on 27 November at half past nine with Dr Kim. Phone: (206) 555-0199.",
        ("Noor Ali", "Fri 27 Nov 2026, 9:30 AM", "Dr Min Kim", "Follow-up, 30 min", "(206) 555-0199"),
    ),
    (
        "book 李小龙 206-555-0142 follow-up with Dr Kim Friday 3pm",
        ("李小龙", "Fri 27 Nov 2026, 3:00 PM", "Dr Min Kim", "Follow-up, 30 min", "(206) 555-0142"),
    ),
    (
        "book Ana Ruiz, ana.ruiz@example.com, 206-555-0142, lab results, Maria, Wednesday 10am",
        ("Ana Ruiz", "Wed 25 Nov 2026, 10:00 AM", "Maria Lopez RN", "Lab results, 20 min", "ana.ruiz@example.com"),
    ),
    (
        "book Ana Ruiz 206-555-0142 follow-up with Dr Kim in two weeks on Friday at 10",
        ("Ana Ruiz", "Fri 11 Dec 2026, 10:00 AM", "Dr Min Kim", "Follow-up, 30 min", "(206) 555-0142"),
    ),
    (
        "make an appointment for Sam Lee with Dr Kim Thursday quarter past 11 - follow up - 206 555 0117",
        ("Sam Lee", "Thu 26 Nov 2026, 11:15 AM", "Dr Min Kim", "Follow-up, 30 min", "(206) 555-0117"),
    ),
    (
        "book Dana Scully 206-555-0199 new patient Dr Patel 2026-12-04 13:30",
        ("Dana Scully", "Fri 4 Dec 2026, 1:30 PM", "Dr Asha Patel", "New patient, 45 min", "(206) 555-0199"),
    ),
]

SPANISH = [
    (
        "reserva una cita de seguimiento para Lucía Gómez, 206-555-0142, con la Dra. Patel el viernes a las 3",
        ("Lucía Gómez", "vie 27 nov 2026, 15:00", "Dr Asha Patel", "Seguimiento, 30 min", "(206) 555-0142"),
    ),
    (
        "quiero agendar a José Núñez 206-555-0117 resultados de laboratorio con Kim mañana a las 10 y media",
        ("José Núñez", "mar 24 nov 2026, 10:30", "Dr Min Kim", "Resultados de laboratorio, 20 min", "(206) 555-0117"),
    ),
]


@pytest.mark.parametrize(("sentence", "slots"), BOOKINGS, ids=[each[0][:40] for each in BOOKINGS])
async def test_a_booking_in_one_sentence(office: Office, sentence: str, slots: tuple[str, ...]) -> None:
    chat = office.chat_with(JORDAN)
    shown = "\n".join(f"            shows {each}" for each in slots)
    await chat.plays(f"""
        Jordan: {sentence}
        Bot: [card] Please check: …
{shown}
    """)


@pytest.mark.parametrize(("sentence", "slots"), SPANISH, ids=[each[0][:40] for each in SPANISH])
async def test_a_booking_in_one_spanish_sentence(office: Office, sentence: str, slots: tuple[str, ...]) -> None:
    chat = office.chat_with(SOFIA)
    shown = "\n".join(f"            shows {each}" for each in slots)
    await chat.plays(f"""
        Sofía: {sentence}
        Bot: [card] Compruebe: …
{shown}
    """)


async def test_a_weekday_and_a_date_that_disagree_are_asked(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Thursday November 27 at 2:30 pm
        Bot: [card] …
            shows Thu 26 Nov 2026, 2:30 PM Pacific
            shows Fri 27 Nov 2026, 2:30 PM Pacific
        Jordan: (taps Fri 27 Nov 2026, 2:30 PM Pacific)
        Bot: [same card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
    """)


async def test_an_hour_that_office_hours_do_not_decide_is_asked(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday at 7
        Bot: [card] …
            shows Fri 27 Nov 2026, 7:00 AM Pacific
            shows Fri 27 Nov 2026, 7:00 PM Pacific
        Jordan: pm
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 7:00 PM Pacific, with Dr Min Kim
            shows Office hours on …
    """)


async def test_a_part_of_the_day_without_an_hour_is_asked_with_free_times(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday afternoon
        Bot: [card] …
            shows Fri 27 Nov 2026, 1:00 PM Pacific
        Jordan: (taps Fri 27 Nov 2026, 1:00 PM Pacific)
        Bot: [same card] Please check: Ana Ruiz, Fri 27 Nov 2026, 1:00 PM Pacific, with Dr Min Kim
    """)
