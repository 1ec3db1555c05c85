"""English and Spanish: by the person's locale, by saying so, and by writing in the other."""

from tests.office import Office
from tests.personas import JORDAN, SOFIA


async def test_a_person_who_reads_spanish_is_spoken_to_in_spanish(office: Office) -> None:
    chat = office.chat_with(SOFIA)
    await chat.plays("""
        Sofía: hola
        Bot: [card] ¿En qué puedo ayudar?
        Sofía: reserva a Lucía Gómez 206-555-0142 seguimiento con la Dra. Patel el viernes a las 3 de la tarde
        Bot: [card] …
            shows vie 27 nov 2026, 15:00 …
            shows Seguimiento, 30 min
            offers Reservar, Cambiar, Descartar
        Sofía: (taps Reservar)
        Bot: [same card] Lucía Gómez: Visita reservada, vie 27 nov 2026, 15:00 …
        Sofía: muévela al martes a las 9 y media
        Bot: [card] …
            shows mar 24 nov 2026, 9:30 …
    """)


async def test_a_message_in_the_other_language_is_answered_in_it(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: reserva a Lucía Gómez 206-555-0142 seguimiento con la Dra. Patel el viernes a las 3 de la tarde
        Bot: [card] …
            offers Reservar, Cambiar, Descartar
        Jordan: (taps Cambiar)
        Bot: [same card] Reservar una visita…
        Jordan: book Ben Okafor 206-555-0117 follow-up with Dr Kim Friday at 10 am
        Bot: [card] Please check: Ben Okafor, Fri 27 Nov 2026, 10:00 AM Pacific, with Dr Min Kim
            offers Book, Change, Discard
    """)


async def test_the_language_is_switched_by_saying_so_and_stays(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: answer me in Spanish
        Bot: …español…
    """)
    await office.restarts()
    await chat.plays("""
        Jordan: help
        Bot: [card] …
            offers Reservar una visita, Hoy, Ajustes
        Jordan: en inglés, por favor
        Bot: I answer in English from now on.
        Jordan: hi
        Bot: [card] What can I do for you?
    """)


async def test_a_card_stays_in_the_language_it_was_shown_in(quiet_office: Office) -> None:
    """Jordan reads English and has chosen nothing; what was asked for in Spanish is edited in Spanish later, too."""
    chat = quiet_office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: reserva a Lucía Gómez 206-555-0142 seguimiento con la Dra. Patel el viernes a las 3 de la tarde
        Bot: [card] …
            offers Reservar, Cambiar, Descartar
        Jordan: (taps Reservar)
        Bot: [same card] Lucía Gómez: Visita reservada, vie 27 nov 2026, 15:00 …
            offers Deshacer, Unirse, Cambiar la hora, Cancelar
    """)
    await quiet_office.time_passes(seconds=21)
    await chat.plays("""
        Bot: [same card] Lucía Gómez: Visita reservada, vie 27 nov 2026, 15:00 …
            hides Deshacer antes
            offers Unirse, Cambiar la hora, Cancelar
    """)
