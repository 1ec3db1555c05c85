"""What is said beside a visit's parts: "with me", why, without telling, thanks, and which of several."""

import pytest

from tests.conversations.ana import BOOKED, CANCELLED
from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN, KIM

BOOK_ANA = f"""
    Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
    Bot: [card] Please check: …
    Jordan: (taps Book)
    Bot: [same card] {BOOKED}
"""
BOOK_ANOTHER_ANA = """
    Jordan: book Ana Ruiz 206-555-0199 lab results with Dr Patel Thursday 10 am
    Bot: [card] Please check: …
    Jordan: (taps Book)
    Bot: [same card] Ana Ruiz: Visit booked, Thu 26 Nov 2026, 10:00 AM Pacific
"""


@pytest.fixture
async def chat(office: Office) -> Chat:
    """A chat in which Ana Ruiz has just been booked for Friday half past two."""
    chat = office.chat_with(JORDAN)
    await chat.plays(BOOK_ANA)
    return chat


async def test_with_me_is_the_member_of_staff_who_says_it(office: Office) -> None:
    await office.chat_with(KIM).plays("""
        Kim: book Ana Ruiz 206-555-0142 follow-up with me Friday half past 2
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
    """)


async def test_with_me_from_the_front_desk_is_nobody(office: Office) -> None:
    await office.chat_with(JORDAN).plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with me Friday half past 2
        Bot: [card] With whom?
    """)


async def test_a_reason_and_silence_said_in_words_stand_on_the_card_and_are_kept(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: cancel it because she is ill, and don't tell her
        Bot: [card] Cancel Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific?
            shows she is ill
        Jordan: yes
        Bot: [card] …
        Bot: [same card] {CANCELLED}
            shows she is ill
            shows The client is not told of the cancellation, as you chose.
    """)
    await office.settles()
    assert [kind for _, kind in office.sms()] == ["confirmation"]


async def test_dont_tell_her_is_no_reason_to_keep_the_visit(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: cancel Ana Ruiz
        Bot: [card] Cancel Ana Ruiz, …
        Jordan: don't tell her
        Bot: [card] Cancel Ana Ruiz, …
        Jordan: (taps Cancel the visit)
        Bot: [same card] {CANCELLED}
    """)
    await office.settles()
    assert [kind for _, kind in office.sms()] == ["confirmation"]


async def test_thanks_are_answered_in_kind(chat: Chat) -> None:
    await chat.plays("""
        Jordan: thanks!
        Bot: You are welcome.
        Jordan: 👍
        Bot: You are welcome.
    """)


async def test_the_second_of_two_visits_moves_to_the_time_said_before(chat: Chat) -> None:
    await chat.plays(BOOK_ANOTHER_ANA)
    await chat.plays("""
        Jordan: move Ana Ruiz to Monday 3pm
        Bot: [card] Which visit do you mean?
        Jordan: the second
        Bot: [card] Move Ana Ruiz to Mon 23 Nov 2026, 3:00 PM Pacific?
            shows Dr Min Kim
    """)


async def test_the_day_that_names_one_of_two_visits_is_no_new_time(chat: Chat) -> None:
    await chat.plays(BOOK_ANOTHER_ANA)
    await chat.plays("""
        Jordan: move Ana Ruiz to Monday 3pm
        Bot: [card] Which visit do you mean?
        Jordan: the one on Thursday
        Bot: [card] Move Ana Ruiz to Mon 23 Nov 2026, 3:00 PM Pacific?
            shows Dr Asha Patel
    """)


async def test_a_button_of_a_list_leaves_the_list(chat: Chat) -> None:
    await chat.plays("""
        Jordan: find Ruiz
        Bot: [card] Visits that match
        Jordan: (taps Cancel)
        Bot: [card] Cancel Ana Ruiz, …
        Jordan: (taps Keep it)
        Bot: [same card] …
            shows Nothing was changed.
    """)
    assert any("Visits that match" in str(each.now) for each in chat.messages)


async def test_the_day_a_visit_is_on_shows_that_day_and_its_own_time_is_no_move(chat: Chat) -> None:
    await chat.plays("""
        Jordan: Friday
        Bot: [card] Fri 27 Nov 2026: 1 visit
        Jordan: move it to half past 2
        Bot: [card] Free times for Ana Ruiz
            shows It is at this time already.
    """)


async def test_find_with_a_name_of_the_staff_shows_whom_they_see(chat: Chat) -> None:
    await chat.plays("""
        Jordan: find Patel
        Bot: [card] Today, Mon 23 Nov 2026: 0 visits
    """)


async def test_running_late_can_be_said(office: Office, chat: Chat) -> None:
    await office.chat_with(KIM).plays("""
        Kim: I'm running late for Ana Ruiz
        Bot: [card] …
            shows Ana Ruiz
            hides Running late
    """)


async def test_what_is_only_told_changes_nothing(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday 2pm
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:00 PM Pacific, with Dr Min Kim
        Jordan: her temperature was 101 on Tuesday
        Bot: [card] I did not understand that. Here is what I can do:
        Jordan: yes
        Bot: [card] Ana Ruiz: …, Fri 27 Nov 2026, 2:00 PM Pacific
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:00 PM Pacific
    """)


async def test_thanks_leave_an_open_question_open_and_do_not_repeat_it(office: Office) -> None:
    await office.has_visit("Ben Okafor", "2026-11-27T22:30+00:00")
    await office.chat_with(JORDAN).plays("""
        Jordan: move a visit
        Bot: Whose visit is to be moved?
        Jordan: ok great, thank you!
        Bot: You are welcome.
        Jordan: Ben Okafor
        Bot: [card] Free times for Ben Okafor
    """)


async def test_whose_number_is_asked_for_need_not_have_been_spoken_of(office: Office) -> None:
    await office.has_visit("Ben Okafor", "2026-11-27T22:30+00:00")
    await office.chat_with(JORDAN).plays("""
        Jordan: what's Ben's number?
        Bot: [card] Ben Okafor: …
        Jordan: what's Zoe's number?
        Bot: For a booked visit I can change …
    """)


@pytest.mark.parametrize("asked", ["what's Ana's number?", "can you text Ana the link again?", "can you call Ana?"])
async def test_a_question_that_only_names_a_client_is_answered_with_their_visit(chat: Chat, asked: str) -> None:
    await chat.plays(f"""
        Jordan: {asked}
        Bot: [card] Ana Ruiz: Visit booked, …
            shows (206) 555-0142
    """)


async def test_where_there_are_several_visits_of_that_name_they_are_listed(chat: Chat) -> None:
    await chat.plays(BOOK_ANOTHER_ANA)
    await chat.plays("""
        Jordan: what's Ana's number?
        Bot: [card] Visits that match
    """)


@pytest.mark.parametrize("asked", ["what's her number?", "did she get the text?", "send her the link again"])
async def test_a_question_about_the_client_spoken_of_shows_their_visit(chat: Chat, asked: str) -> None:
    await chat.plays(f"""
        Jordan: find Ana Ruiz
        Bot: [card] Visits that match
        Jordan: {asked}
        Bot: [card] Ana Ruiz: Visit booked, …
            shows (206) 555-0142
    """)


async def test_a_question_about_the_client_in_spanish_is_answered_in_spanish(chat: Chat) -> None:
    await chat.plays("""
        Jordan: find Ana Ruiz
        Bot: [card] Visits that match
        Jordan: ¿cuál es su número?
        Bot: [card] Ana Ruiz: Visita reservada, …
            shows (206) 555-0142
    """)


async def test_another_name_for_a_booked_client_is_no_question(chat: Chat) -> None:
    await chat.plays("""
        Jordan: find Ana Ruiz
        Bot: [card] Visits that match
        Jordan: her name is Marta Gomez
        Bot: For a booked visit I can change the day, …
    """)
