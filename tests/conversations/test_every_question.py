"""Nobody is stuck: at every question help answers and the question comes again, and there is a word that leaves it."""

import pytest

from tests.office import Office
from tests.personas import JORDAN, SOFIA

DISCARDED = "Discarded. Nothing was booked."
STOPPED = "Stopped. Nothing was changed."
ASKED = "Cancel Cal Hay, Thu 26 Nov 2026, 10:00 AM Pacific?"

QUESTIONS = {
    "book a follow-up with Dr Kim 206-555-0142 Friday 2pm": ("Who is the visit for?", DISCARDED, DISCARDED),
    "book Ana Ruiz follow-up with Dr Kim Friday 2pm": ("What is the phone number of Ana Ruiz? …", DISCARDED, DISCARDED),
    "book Ana Ruiz 206-555-0142 with Dr Kim Friday 2pm": ("[card] What is the visit for?", DISCARDED, DISCARDED),
    "book Ana Ruiz 206-555-0142 follow-up Friday 2pm": ("[card] With whom?", DISCARDED, DISCARDED),
    "book Ana Ruiz 206-555-0142 follow-up with Dr Kim": ("[card] Which day and time?", DISCARDED, DISCARDED),
    "book Ana Ruiz 206-555-0142 follow-up with Dr Kim at 2pm": ("Which day?", DISCARDED, DISCARDED),
    "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday": ("[card] At what time on …", DISCARDED, DISCARDED),
    "book Ana Ruiz with Dr Kim Friday 2pm": ("Still missing: …", DISCARDED, DISCARDED),
    "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Monday 2pm": ("[card] Which day do you …", DISCARDED, DISCARDED),
    "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday afternoon": ("[card] At what time?", DISCARDED, DISCARDED),
    "book": ("[card] Book a visit: fill in the form", DISCARDED, DISCARDED),
    "reschedule": ("Whose visit is to be moved?", STOPPED, STOPPED),
    "move Bea Luz": ("[card] Which visit do you mean?", STOPPED, STOPPED),
    "move Cal Hay": ("[card] Free times for Cal Hay", STOPPED, ASKED),
    "move Cal Hay to Monday": ("[card] Which day do you mean by “Monday”?", STOPPED, ASKED),
    "move Cal Hay to Tuesday afternoon": ("[card] At what time?", STOPPED, ASKED),
    "cancel": ("Whose visit is to be cancelled?", STOPPED, STOPPED),
    "cancel Bea Luz": ("[card] Which visit do you mean?", STOPPED, STOPPED),
}
"""What brings each question up, the question, and the answers to "start over" and to "cancel" by itself."""

NOT_ASKED_AGAIN = {
    "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday 2pm": ("[card] Please check: …", DISCARDED, DISCARDED),
    "move Cal Hay to Tuesday 10am": ("[card] Move Cal Hay to Tue 24 Nov 2026, 10:00 AM Pacific?", STOPPED, ASKED),
    "cancel Cal Hay or Bea Luz": ("[card] Which client do you mean?", STOPPED, STOPPED),
    "when is Kim free Monday": ("[card] Which day do you mean by “Monday”?", STOPPED, STOPPED),
}
"""Cards that stay as they are above, and can still be pressed."""


@pytest.fixture
async def office(office: Office) -> Office:
    """The office, with visits to move and to cancel."""
    await office.has_visit("Cal Hay", "2026-11-26T10:00-08:00")
    await office.has_visit("Bea Luz", "2026-11-26T11:00-08:00")
    await office.has_visit("Bea Luz", "2026-11-27T11:00-08:00")
    return office


@pytest.mark.parametrize("wish", [*QUESTIONS, *NOT_ASKED_AGAIN])
async def test_help_answers_and_a_word_leaves_the_question(office: Office, wish: str) -> None:
    question, left, cancelled = QUESTIONS.get(wish) or NOT_ASKED_AGAIN[wish]
    again = f"Bot: {question}" if wish in QUESTIONS else ""
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {wish}
        Bot: {question}
        Jordan: help
        Bot: [card] What you can write, and what the buttons do
        {again}
        Jordan: start over
        Bot: [card] {left}
        Jordan: {wish}
        Bot: {question}
        Jordan: cancel
        Bot: [card] {cancelled}
    """)


async def test_whether_to_cancel_is_left_by_keeping_the_visit(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: cancel Cal Hay
        Bot: [card] {ASKED}
        Jordan: help
        Bot: [card] What you can write, and what the buttons do
        Bot: [card] {ASKED}
        Jordan: start over
        Bot: [card] Cal Hay: …
            hides cancelled
            hides Cancelling
        Jordan: find Cal Hay
        Bot: [card] Visits that match
            shows Thu 26 Nov, 10:00 AM Cal Hay
            hides Cancelled
    """)


async def test_the_same_words_leave_in_spanish(office: Office) -> None:
    chat = office.chat_with(SOFIA)
    await chat.plays("""
        Sofía: cancela
        Bot: ¿De quién es la visita que hay que cancelar?
        Sofía: ayuda
        Bot: [card] …
        Bot: ¿De quién es la visita que hay que cancelar?
        Sofía: empezar de nuevo
        Bot: [card] Terminado. No se cambió nada.
        Sofía: reserva a Ana Ruiz con la doctora Kim el viernes a las 2
        Bot: Aún falta: …
        Sofía: cancelar
        Bot: [card] Descartado. No se reservó nada.
    """)
