"""A process may end at any moment of a talk: the next one goes on with what was being asked."""

from tests.office import Office
from tests.personas import JORDAN, SOFIA


async def test_a_question_about_a_booking_is_answered_after_a_restart(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim next Wednesday at 3 pm
        Bot: [card] Which day do you mean by …
    """)
    await office.restarts()
    await chat.plays("""
        Jordan: the second
        Bot: [card] Please check: Ana Ruiz, Wed 2 Dec 2026, 3:00 PM Pacific, with Dr Min Kim
    """)
    await office.restarts()
    await chat.plays("""
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Wed 2 Dec 2026, 3:00 PM Pacific
    """)


async def test_what_was_wished_for_is_still_known_after_a_restart(office: Office) -> None:
    await office.has_visit("Ana Ruiz", "2026-12-02T14:30-08:00")
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: cancel the visit next Wednesday because she is ill
        Bot: [card] Which day do you mean by …
    """)
    await office.restarts()
    await chat.plays("""
        Jordan: (taps Wed 2 Dec 2026)
        Bot: [same card] Cancel Ana Ruiz, Wed 2 Dec 2026, 2:30 PM Pacific?
    """)
    assert "she is ill" in str(chat.card)


async def test_which_visit_is_answered_after_a_restart_in_spanish(office: Office) -> None:
    await office.has_visit("Ana Ruiz", "2026-11-25T10:00-08:00")
    await office.has_visit("Ana Ruiz", "2026-11-27T10:00-08:00")
    chat = office.chat_with(SOFIA)
    await chat.plays("""
        Sofía: mueve a Ana Ruiz media hora más tarde
        Bot: [card] ¿Qué visita quiere decir?
    """)
    await office.restarts()
    await chat.plays("""
        Sofía: la del viernes
        Bot: [card] ¿Mover la visita de Ana Ruiz a vie 27 nov 2026, 10:30 Pacífico?
    """)


async def test_a_sentence_that_fits_twice_is_asked_in_spanish_too(office: Office) -> None:
    chat = office.chat_with(SOFIA)
    await chat.plays("""
        Sofía: cita para Ana Ruiz 206-555-0142 seguimiento con la doctora Kim el viernes a las 7
        Bot: [card] …
            offers vie 27 nov 2026, 7:00 Pacífico, vie 27 nov 2026, 19:00 Pacífico
        Sofía: la segunda
        Bot: [card] … Ana Ruiz, vie 27 nov 2026, 19:00 Pacífico, …
    """)
