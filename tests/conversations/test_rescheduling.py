"""Moving a visit: same visit, same join link, same card."""

import pytest

from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import NADIA, SOFIA


async def test_reschedule_from_the_card_edits_the_same_card(office: Office, chat: Chat) -> None:
    link = office.join_links()
    await chat.plays("""
        Jordan: (taps Reschedule)
        Bot: [same card] Free times for Ana Ruiz
            shows Nearest free times
        Jordan: (taps Fri 27 Nov, 2:15 PM)
        Bot: [same card] Move Ana Ruiz to Fri 27 Nov 2026, 2:15 PM Pacific?
            offers Move, Other times, Keep the time
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:15 PM Pacific
            offers Join, Reschedule, Cancel
    """)
    await office.settles()
    assert [each["start"] for each in office.events()] == ["2026-11-27T22:15:00Z"]
    assert [kind for _, kind in office.sms()] == ["confirmation", "reschedule"]
    assert office.join_links() == link


async def test_move_in_words_goes_straight_to_one_confirmation(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: move Ana Ruiz to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
            shows Fri 27 Nov 2026, 2:30 PM Pacific
            offers Move, Other times, Keep the time
        Jordan: yes
        Bot: [card] Ana Ruiz: …, Tue 24 Nov 2026, 9:30 AM Pacific
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
    """)


async def test_a_visit_just_shown_is_what_it_means(chat: Chat) -> None:
    await chat.plays("""
        Jordan: move it to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: no, at 10:15
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 10:15 AM Pacific?
    """)


async def test_a_time_that_does_not_fit_offers_the_nearest(office: Office, chat: Chat) -> None:
    office.keeps_busy("min.kim@contoso.example", "2026-11-24T17:00Z", "2026-11-24T18:00Z")
    await chat.plays("""
        Jordan: move Ana Ruiz to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
            shows Dr Min Kim is busy from 9:00 AM to 10:00 AM.
            shows Tue 24 Nov, 10:30 AM
            shows Move anyway
        Jordan: (taps Tue 24 Nov, 10:00 AM)
        Bot: [same card] Move Ana Ruiz to Tue 24 Nov 2026, 10:00 AM Pacific?
        Jordan: (taps Keep the time)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
            shows Nothing was changed.
    """)
    assert [each["start"] for each in office.events()] == ["2026-11-27T22:30:00Z"]


async def test_whose_visit_is_asked_when_it_was_not_said(office: Office, chat: Chat) -> None:
    office.clock.advance(hours=5)
    await chat.plays("""
        Jordan: move
        Bot: Whose visit is to be moved?
        Jordan: Ana Ruiz
        Bot: [card] Free times for Ana Ruiz
        Jordan: Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
    """)


async def test_two_visits_of_a_name_are_asked(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 lab results with Patel Wednesday at 10
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Wed 25 Nov 2026, 10:00 AM Pacific
        Jordan: move Ana Ruiz to Tuesday 9:30
        Bot: [card] Which visit do you mean?
            shows Fri 27 Nov, 2:30 PM
            shows Wed 25 Nov, 10:00 AM
        Jordan: (taps This one)
        Bot: [same card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
            shows Wed 25 Nov 2026, 10:00 AM Pacific
    """)


async def test_nobody_of_that_name_is_said_with_a_way_on(chat: Chat) -> None:
    await chat.plays("""
        Jordan: move Ben Okafor to Tuesday 9:30
        Bot: [card] I find no coming visit of Ben Okafor.
            offers Book a visit, Today, Help
    """)


async def test_a_card_from_before_the_move_shows_the_visit_as_it_is_now(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: move Ana Ruiz to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
        Jordan: (taps old Move)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
            shows This card was out of date, so nothing was done.
    """)
    await office.settles()
    assert [kind for _, kind in office.sms()] == ["confirmation", "reschedule"]


async def test_which_visit_is_meant_can_be_answered_in_words(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 lab results with Patel Wednesday at 10
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Wed 25 Nov 2026, 10:00 AM Pacific
        Jordan: cancel Ana Ruiz
        Bot: [card] Which visit do you mean?
        Jordan: Wednesday
        Bot: [card] Cancel Ana Ruiz, Wed 25 Nov 2026, 10:00 AM Pacific?
        Jordan: no
        Bot: [card] Ana Ruiz: Visit booked, Wed 25 Nov 2026, 10:00 AM Pacific
            shows Nothing was changed.
    """)


async def test_a_booked_visit_can_be_made_longer(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: make it 45 minutes
        Bot: [card] Move Ana Ruiz to Fri 27 Nov 2026, 2:30 PM Pacific?
            shows Follow-up, 45 min
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
            shows Follow-up, 45 min
    """)
    await office.settles()
    assert [(each["start"], each["end"]) for each in office.events()] == [
        ("2026-11-27T22:30:00Z", "2026-11-27T23:15:00Z")
    ]


@pytest.mark.parametrize(
    ("said", "moved"),
    [
        ("move Ana Ruiz half an hour later", "Fri 27 Nov 2026, 3:00 PM Pacific"),
        ("move Ana Ruiz an hour earlier", "Fri 27 Nov 2026, 1:30 PM Pacific"),
        ("move Ana Ruiz a week later", "Fri 4 Dec 2026, 2:30 PM Pacific"),
        ("move Ana Ruiz a day earlier at 10 am", "Thu 26 Nov 2026, 10:00 AM Pacific"),
        ("move the Friday visit half an hour later", "Fri 27 Nov 2026, 3:00 PM Pacific"),
    ],
)
async def test_later_and_earlier_are_counted_from_the_visit_that_is_meant(
    office: Office, chat: Chat, said: str, moved: str
) -> None:
    await office.chat_with(NADIA).plays(f"""
        Nadia: {said}
        Bot: [card] Move Ana Ruiz to {moved}?
    """)


async def test_later_is_kept_while_it_is_asked_which_visit(office: Office, chat: Chat) -> None:
    await office.has_visit("Ana Ruiz", "2026-11-25T10:00-08:00")
    await office.chat_with(NADIA).plays("""
        Nadia: move Ana Ruiz half an hour later
        Bot: [card] Which visit …
        Nadia: the one on Wednesday
        Bot: [card] Move Ana Ruiz to Wed 25 Nov 2026, 10:30 AM Pacific?
    """)
    await office.chat_with(SOFIA).plays("""
        Sofía: mueve a Ana Ruiz media hora más tarde
        Bot: [card] …
        Sofía: (taps Esta)
        Bot: [same card] ¿Mover la visita de Ana Ruiz a mié 25 nov 2026, 10:30 …
    """)


async def test_a_doubt_about_what_cannot_be_changed_is_no_question_about_the_time(chat: Chat) -> None:
    await chat.plays("""
        Jordan: move Ana Ruiz to Tuesday 9:30, lab results or new patient
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
    """)
