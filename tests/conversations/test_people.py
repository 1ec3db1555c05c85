"""Who may do what, where, in which zone."""

from tests.conversations.ana import WHOLE
from tests.office import Office
from tests.personas import JORDAN, NADIA, VISITOR


async def test_somebody_who_may_not_book_is_told_who_can_help(office: Office) -> None:
    chat = office.chat_with(VISITOR)
    await chat.plays(f"""
        Vic: {WHOLE}
        Bot: You are not on the list of those who book visits here. Someone at Lakeside Clinic can add you.
    """)
    assert office.events() == []


async def test_a_press_is_checked_again_on_the_server(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] Please check: …
    """)
    press = chat.press_of("Book")
    stranger = office.chat_with(VISITOR)
    await stranger.delivers({**stranger.an_activity("invoke"), **press})
    await office.settles()
    assert office.events() == []


async def test_a_persons_own_time_zone_is_used_once_set(office: Office) -> None:
    chat = office.chat_with(NADIA)
    await chat.plays("""
        Nadia: my time zone is Eastern
        Bot: From now on your times are in Eastern time.
        Nadia: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Eastern, with Dr Min Kim
        Nadia: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Eastern
    """)
    assert [each["start"] for each in office.events()] == ["2026-11-27T19:30:00Z"]


async def test_teams_own_zone_is_shown_beside_the_clinics(office: Office) -> None:
    chat = office.chat_with(NADIA)
    await chat.plays(f"""
        Nadia: {WHOLE}
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
            shows Your time
            shows 5:30 PM Eastern
    """)


async def test_a_group_chat_sees_no_client_data(office: Office) -> None:
    own = office.chat_with(JORDAN)
    await own.plays("""
        Jordan: hi
        Bot: [card] What can I do for you?
    """)
    group = office.chat_with(JORDAN, conversation_id="19:desk@thread.v2", kind="groupChat")
    await group.plays(f"""
        Jordan: {WHOLE}
        Bot: I have written to you in our own chat.
    """)
    await own.plays("""
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
    """)
    assert "Ruiz" not in str([each.versions for each in group.messages])


async def test_a_group_chat_says_so_when_there_is_no_chat_of_ones_own(office: Office) -> None:
    group = office.chat_with(NADIA, conversation_id="19:desk@thread.v2", kind="groupChat")
    office.connector.refuses_new_chats()
    await group.plays(f"""
        Nadia: {WHOLE}
        Bot: I cannot write to you yet: please open a chat with me first.
    """)


async def test_what_is_missing_is_asked_in_ones_own_chat_too(office: Office) -> None:
    own = office.chat_with(JORDAN)
    await own.plays("""
        Jordan: hi
        Bot: [card] What can I do for you?
    """)
    channel = office.chat_with(JORDAN, conversation_id="19:team@thread.tacv2;messageid=1", kind="channel")
    await channel.plays("""
        Jordan: book Ana Ruiz with Kim
        Bot: I have written to you in our own chat.
    """)
    await own.plays("""
        Bot: [card] Book a visit: fill in the form
            shows Ana Ruiz
    """)


async def test_a_button_in_a_group_chat_is_answered_in_ones_own_chat(office: Office) -> None:
    own = office.chat_with(JORDAN)
    await own.plays("""
        Jordan: hi
        Bot: [card] What can I do for you?
    """)
    group = office.chat_with(JORDAN, conversation_id="19:desk@thread.v2", kind="groupChat")
    await group.installs()
    await group.plays("""
        Bot: [card] Hello! I book and run virtual visits for Lakeside Clinic.
        Jordan: (taps Today)
    """)
    await own.plays("""
        Bot: [card] Today, Mon 23 Nov 2026: 0 visits
    """)
