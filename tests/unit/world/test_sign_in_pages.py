"""Signing in by hand: the card's link, Microsoft's page as the emulator plays it, our page, the code in the chat."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from tests.conversations.chat import Chat
from tests.personas import JORDAN, KIM, SOFIA
from tests.unit.world.browser import Browser
from tests.unit.world.office import WatchedOffice

BOOK = "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2"


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[WatchedOffice]:
    """An office where everything is done for whoever signed in."""
    async with WatchedOffice(tmp_path, graph_identity="delegated") as office:
        yield office


async def link_for(clinic: WatchedOffice, chat: Chat) -> str:
    """The address behind the sign-in card's button."""
    await chat.says("sign in")
    await clinic.settles()
    content = chat.messages[-1].now["attachments"][0]["content"]
    (button,) = content["buttons"]
    assert (button["type"], button["title"]) == ("signin", "Sign in" if chat.persona is not SOFIA else "Iniciar sesión")
    return str(button["value"])


async def signs_in(clinic: WatchedOffice, link: str, name: str = "Jordan Lee") -> Browser:
    """Through all pages, as this person."""
    browser = Browser(clinic.door)
    await browser.opens(link)
    await browser.presses(name)
    if "Permissions requested" in browser.words:
        await browser.presses("Accept")
    return browser


def last_words(chat: Chat) -> str:
    return str(chat.messages[-1].now.get("text"))


async def test_a_person_signs_in_by_hand_books_and_signs_out(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    browser = Browser(clinic.door)
    await browser.opens(await link_for(clinic, chat))
    assert "Pick an account" in browser.words
    await browser.presses("Jordan Lee")
    assert "Calendars.ReadWrite" in browser.words
    await browser.presses("Accept")
    assert "You are signed in. Go back to the chat; it goes on there." in browser.words
    await chat.says(BOOK)
    await clinic.settles()
    assert clinic.events() == []  # signed in on the page is not enough: the chat has not seen the code

    await chat.says(f" {browser.code[:3]} {browser.code[3:]} ")
    await clinic.settles()
    assert chat.messages[-2].now["text"] == "You are signed in."
    await chat.taps("Book")  # what was asked before goes on by itself
    await clinic.settles()
    (event,) = clinic.events()
    assert event["deleted_at"] is None
    paths = [each["path"] for each in clinic.world()["requests"] if each["path"].endswith("/events")]
    assert set(paths) == {"/v1.0/me/events"}

    await chat.says("sign out")
    await clinic.settles()
    assert last_words(chat).startswith("You are signed out.")
    again = await signs_in(clinic, await link_for(clinic, chat))
    assert "Permissions requested" not in "\n".join(again.addresses)


async def test_teams_hands_the_code_over_by_itself(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    browser = await signs_in(clinic, await link_for(clinic, chat))
    activity = chat.an_activity("invoke", name="signin/verifyState", value={"state": browser.code})
    async with clinic.door.post("/api/messages", json=activity) as answer:
        assert answer.status == 200
    await clinic.settles()
    assert last_words(chat) == "You are signed in."


async def test_microsofts_page_is_asked_with_state_nonce_and_pkce_and_answers_by_post(clinic: WatchedOffice) -> None:
    browser = await signs_in(clinic, await link_for(clinic, clinic.chat_with(JORDAN)))
    _, authorize, *_ = browser.addresses
    asked = {name: values[0] for name, values in parse_qs(urlsplit(authorize).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 16
    assert asked["nonce"]
    assert (asked["response_type"], asked["response_mode"]) == ("code", "form_post")
    assert asked["redirect_uri"].endswith("/auth/end")
    assert browser.addresses[-1] == asked["redirect_uri"]
    assert set(browser.sent) == {"code", "state"}


async def test_no_address_and_no_log_of_ours_holds_a_code_or_a_token(
    clinic: WatchedOffice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    chat = clinic.chat_with(JORDAN)
    browser = await signs_in(clinic, await link_for(clinic, chat))
    await chat.says(browser.code)
    await clinic.settles()
    secrets = [browser.sent["code"], browser.sent["state"], "eyJ"]
    ours = [each for each in browser.addresses if "/auth/" in urlsplit(each).path]
    assert len(ours) == 2
    said = [each for each in caplog.records if each.name != "aiohttp.access"]  # the test's own server keeps one
    for secret in secrets:
        assert [each for each in ours if secret in each] == []
        assert [each for each in said if secret in str(vars(each))] == []
    assert browser.headers["Cache-Control"] == "no-store"
    assert browser.headers["Referrer-Policy"] == "no-referrer"


async def test_an_answer_shown_again_is_refused(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    browser = await signs_in(clinic, await link_for(clinic, chat))
    code = browser.code
    await browser.sends(browser.addresses[-1], browser.sent)
    assert browser.status == 410
    assert "This link was used already, or it is too old." in browser.words
    await chat.says(code)  # the first one still counts, once
    await clinic.settles()
    assert last_words(chat) == "You are signed in."
    await chat.says("sign out")
    await chat.says(code)
    await clinic.settles()
    assert "You are signed in." not in last_words(chat)


async def test_a_link_is_used_up_by_the_sign_in_it_led_to(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    link = await link_for(clinic, chat)
    other_tab = Browser(clinic.door)
    await other_tab.opens(link)
    await signs_in(clinic, link)
    await other_tab.presses("Jordan Lee")
    assert other_tab.status == 410
    await other_tab.opens(link)
    assert other_tab.status == 410


async def test_a_link_and_a_page_left_open_grow_too_old(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    link = await link_for(clinic, chat)
    browser = Browser(clinic.door)
    await browser.opens(link)
    clinic.clock.advance(minutes=21)
    await browser.presses("Jordan Lee")
    await browser.presses("Accept")
    assert browser.status == 410
    clinic.clock.advance(minutes=40)
    await browser.opens(link)
    assert browser.status == 410


async def test_a_code_nobody_shows_in_time_is_worth_nothing(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    browser = await signs_in(clinic, await link_for(clinic, chat))
    clinic.clock.advance(minutes=11)
    await chat.says(browser.code)
    await clinic.settles()
    assert "signed in" not in last_words(chat)


async def test_somebody_else_at_the_page_changes_nothing(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    browser = await signs_in(clinic, await link_for(clinic, chat), "Min Kim")
    assert browser.status == 403
    assert "You signed in as somebody else than the person in the chat" in browser.words
    await browser.opens(browser.page.links[0])  # "Try again", with the right account
    await browser.presses("Jordan Lee")
    await browser.presses("Accept")
    assert browser.code


async def test_somebody_else_in_the_chat_cannot_use_the_code(clinic: WatchedOffice) -> None:
    jordan, kim = clinic.chat_with(JORDAN), clinic.chat_with(KIM)
    browser = await signs_in(clinic, await link_for(clinic, jordan))
    await signs_in(clinic, await link_for(clinic, kim), "Min Kim")
    await kim.says(browser.code)
    await clinic.settles()
    assert last_words(kim).startswith("That is not the code of your sign-in")
    await jordan.says(browser.code)
    await clinic.settles()
    assert last_words(jordan) == "You are signed in."


async def test_from_elsewhere_only_the_script_we_know_runs_beside_the_code(clinic: WatchedOffice) -> None:
    browser = await signs_in(clinic, await link_for(clinic, clinic.chat_with(JORDAN)))
    elsewhere = [each for each in browser.page.scripts if each["src"].startswith("http")]
    assert len(elsewhere) == 1
    assert elsewhere[0]["integrity"].startswith("sha384-")
    assert elsewhere[0]["crossorigin"] == "anonymous"


async def test_after_five_wrong_codes_none_is_right(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    browser = await signs_in(clinic, await link_for(clinic, chat))
    wrong = "000000" if browser.code != "000000" else "000001"
    for _ in range(5):
        await chat.says(wrong)
        await clinic.settles()
        assert last_words(chat).startswith("That is not the code of your sign-in")
    await chat.says(browser.code)
    await clinic.settles()
    assert "signed in." not in last_words(chat)


async def test_six_digits_are_only_words_where_no_sign_in_waits(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    await chat.says("123456")
    await clinic.settles()
    assert "code" not in last_words(chat)


@pytest.mark.parametrize("when", ["at the accounts", "at the consent"])
async def test_whoever_declines_is_told_so_and_may_try_again(clinic: WatchedOffice, when: str) -> None:
    browser = Browser(clinic.door)
    await browser.opens(await link_for(clinic, clinic.chat_with(JORDAN)))
    if when == "at the consent":
        await browser.presses("Jordan Lee")
    await browser.presses("Cancel")
    assert browser.status == 403
    assert "You did not agree, so nothing was changed." in browser.words
    await browser.opens(browser.page.links[0])
    assert "Pick an account" in browser.words


async def test_a_page_that_our_own_did_not_begin_is_refused(clinic: WatchedOffice) -> None:
    browser = Browser(clinic.door)
    for made_up in ({}, {"state": "guessed", "code": "guessed"}, {"error": "access_denied"}):
        await browser.sends("/auth/end", made_up)
        assert browser.status == 410
    await browser.opens("/auth/start?ask=guessed")
    assert browser.status == 410
    await browser.opens("/auth/end?code=stolen&state=stolen")
    assert browser.status == 405


async def test_a_code_of_another_sign_in_fails_its_pkce(clinic: WatchedOffice) -> None:
    """A stolen code injected into one's own sign-in: MSAL's verifier is the wrong one for it."""
    jordan = Browser(clinic.door)
    await jordan.opens(await link_for(clinic, clinic.chat_with(JORDAN)))
    own = parse_qs(urlsplit(jordan.addresses[-1]).query)["state"][0]
    victim = await signs_in(clinic, await link_for(clinic, clinic.chat_with(KIM)), "Min Kim")
    codes = clinic.emulator.identity.codes
    codes._codes[victim.sent["code"]].is_used = False
    await jordan.sends("/auth/end", {"code": victim.sent["code"], "state": own})
    assert jordan.status == 403
    assert "Signing in did not work." in jordan.words


async def test_pages_speak_the_persons_language_else_the_browsers(clinic: WatchedOffice) -> None:
    browser = Browser(clinic.door, "en-US")
    await browser.opens(await link_for(clinic, clinic.chat_with(SOFIA)))
    await browser.presses("Cancel")
    assert "No dio su consentimiento" in browser.words
    unknown = Browser(clinic.door, "es-ES,es;q=0.9")
    await unknown.opens("/auth/start?ask=guessed")
    assert "Este enlace ya se usó" in unknown.words


async def test_a_sign_in_begun_before_a_restart_is_finished_after_it(tmp_path: Path) -> None:
    """As on another replica: what a step leaves lies in the database, sealed with the common key."""
    key = "c2l4dGVlbiBieXRlcyB0d2ljZSwgYXMgYSBrZXkhISE="
    async with WatchedOffice(tmp_path, graph_identity="delegated") as clinic:
        await clinic.restarts_with(token_cache_key=SecretStr(key))
        browser = Browser(clinic.door)
        await browser.opens(await link_for(clinic, clinic.chat_with(JORDAN)))
        await clinic.restarts()
        browser = _moved(browser, clinic)
        await browser.presses("Jordan Lee")
        await browser.presses("Accept")
        code = browser.code
        await clinic.restarts()
        chat = clinic.chat_with(JORDAN)
        await chat.says(code)
        await clinic.settles()
        assert last_words(chat) == "You are signed in."
        await clinic.restarts()
        await chat.says(BOOK)
        await chat.taps("Book")
        await clinic.settles()
        assert len(clinic.events()) == 1


def _moved(browser: Browser, clinic: WatchedOffice) -> Browser:
    """The same window; the bot has another door now."""
    browser._door = clinic.door
    return browser


async def test_while_sign_in_is_away_the_page_says_so(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(JORDAN)
    browser = Browser(clinic.door)
    await browser.opens(await link_for(clinic, chat))
    clinic.emulator.identity.is_away = True
    await browser.presses("Jordan Lee")
    await browser.presses("Accept")
    assert browser.status == 503
    assert "does not answer just now" in browser.words
    clinic.emulator.identity.is_away = False
    await browser.opens(browser.page.links[0])
    await browser.presses("Jordan Lee")
    assert browser.code
