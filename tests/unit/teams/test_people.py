"""Who is met, welcomed, remembered and signed in."""

import asyncio

import pytest

from bot.teams.answers import Answer, Say, Show
from bot.teams.runs import Timing
from bot.teams.turns import Turn, TurnKind
from bot.visits.models.people import Person, Preferences
from tests.personas import JORDAN, NADIA
from tests.unit.teams.world import BOT, Listener, Office, arrived, card, executed, invoked, said


async def welcome(turn: Turn) -> Answer | None:
    return Show(card("Welcome")) if turn.kind is TurnKind.install else None


async def test_a_chat_is_welcomed_once_whatever_events_arrive() -> None:
    async with Office(Listener(welcome)) as office, Office(Listener(welcome), like=office) as other:
        events = [
            arrived("installationUpdate", action="add"),
            arrived("conversationUpdate", membersAdded=[BOT, {"id": JORDAN.teams_id}]),
            arrived("installationUpdate", action="add-upgrade"),
            arrived("conversationUpdate", membersAdded=[{"id": JORDAN.teams_id}]),
        ]
        for event in events:
            assert await office.post(event) == (200, None)
        assert await other.post({**events[0], "id": "again"}) == (200, None)
        assert [body["summary"] for body in office.teams.posted()] == ["Welcome"]
        await office.post(arrived("installationUpdate", action="add", by=NADIA))
        assert len(office.teams.posted()) == 2


async def test_edits_reactions_and_typing_do_not_reach_the_bot() -> None:
    async with Office(Listener()) as office:
        for kind in ("messageUpdate", "messageDelete", "messageReaction", "typing", "conversationUpdate", "new"):
            assert await office.post(arrived(kind)) == (200, None)
        assert office.bot.turns == []
        await office.post(arrived("event", name="application/vnd.microsoft.meetingStart", value={"Id": "x"}))
        assert [(turn.kind, turn.name) for turn in office.bot.turns] == [
            (TurnKind.event, "application/vnd.microsoft.meetingStart")
        ]


async def test_every_activity_tells_where_to_reach_a_person() -> None:
    async with Office(Listener()) as office:
        await office.post(arrived("installationUpdate", action="add"))
        known = await office.edge.notifier.person(JORDAN.object_id)
        assert known is not None
        assert (known.name, known.teams_time_zone) == ("Jordan Lee", "America/Los_Angeles")
        moved = {**said("hi"), "serviceUrl": "http://localhost:9/other"}
        await office.post(moved)
        chat = await office.contacts.personal_chat_of(JORDAN.object_id)
        assert chat is not None
        assert chat.reference.service_url == "http://localhost:9/other"


async def test_removing_the_app_is_noted_until_the_person_is_heard_again() -> None:
    async with Office(Listener()) as office:
        await office.post(said("hi"))
        await office.post(arrived("installationUpdate", action="remove"))
        assert [chat.is_installed for chat in office.contacts.chats.values()] == [False]
        await office.post(said("hi"))
        assert [chat.is_installed for chat in office.contacts.chats.values()] == [True]


async def test_a_person_s_own_choice_comes_before_the_clinic_s_and_teams() -> None:
    async with Office(Listener()) as office:
        await office.post(said("hi", by=NADIA))
        office.contacts.chosen[NADIA.object_id] = Preferences(time_zone="America/Chicago", language="es-MX")
        await office.post(said("hi", by=NADIA))
        before, after = (turn.person for turn in office.bot.turns)
        assert (before.time_zone, before.teams_time_zone) == ("America/Los_Angeles", "America/New_York")
        assert (after.time_zone, after.locale) == ("America/Chicago", "es-MX")


# --- single sign-on -------------------------------------------------------------------------------


class Desk:
    """Keeps people's tokens; knows one good token and one good code."""

    def __init__(self) -> None:
        self.exchanged: list[str] = []
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_answer.set()

    async def exchange(self, person: Person, token: str) -> bool:
        self.exchanged.append(token)
        self.is_asked.set()
        await self.may_answer.wait()
        return token == "good"

    async def redeem(self, person: Person, code: str) -> bool:
        return code == "123456"


async def signed_in(turn: Turn) -> Answer | None:
    return Say("You are signed in.") if turn.kind is TurnKind.signed_in else Say("Done.")


def exchange(token: str) -> dict[str, object]:
    return invoked("signin/tokenExchange", {"id": "x-1", "connectionName": "graph", "token": token})


async def test_a_token_that_every_client_sends_lets_the_talk_go_on_once() -> None:
    async with Office(Listener(signed_in), sign_ins=Desk()) as office:
        assert [await office.post(exchange("good")) for _ in range(3)] == [(200, None)] * 3
        assert office.teams.texts() == ["You are signed in."]


async def test_a_token_that_cannot_be_exchanged_makes_the_client_ask_for_consent() -> None:
    async with Office(Listener(signed_in), sign_ins=Desk()) as office:
        status, body = await office.post(exchange("bad"))
        assert (status, body["id"], body["connectionName"]) == (412, "x-1", "graph")
        assert office.teams.texts() == []


AT_ONCE = 0.0


async def test_a_sign_on_is_waited_for_longer_than_a_press_is() -> None:
    desk, timing = Desk(), Timing(budget=AT_ONCE)
    desk.may_answer.clear()
    async with Office(Listener(signed_in), sign_ins=desk, timing=timing) as office:
        answer = asyncio.create_task(office.post(exchange("bad")))
        await desk.is_asked.wait()
        desk.may_answer.set()
        assert (await answer)[0] == 412


async def test_a_sign_on_that_takes_too_long_is_not_said_to_have_succeeded() -> None:
    desk, timing = Desk(), Timing(budget=AT_ONCE, sign_in_budget=AT_ONCE)
    desk.may_answer.clear()
    async with Office(Listener(signed_in), sign_ins=desk, timing=timing) as office:
        status, body = await office.post(exchange("good"))
        assert (status, body["id"], body["connectionName"]) == (412, "x-1", "graph")
        assert (await office.post(invoked("signin/verifyState", {"state": "123456"})))[0] == 404
        desk.may_answer.set()
        await office.edge.settled()
        assert "You are signed in." in office.teams.texts(), "what came of it later is said in the chat"


async def test_a_code_is_redeemed_and_a_wrong_one_is_not() -> None:
    async with Office(Listener(signed_in), sign_ins=Desk()) as office:
        assert (await office.post(invoked("signin/verifyState", {"state": "000000"})))[0] == 404
        assert (await office.post(invoked("signin/verifyState", {"state": "123456"})))[0] == 200
        assert office.teams.texts() == ["You are signed in."]


async def test_a_failed_sign_on_is_logged_by_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with Office(Listener(), sign_ins=Desk()) as office:
        await office.post(invoked("signin/failure", {"code": "resourcematchfailed", "message": "for Jordan Lee"}))
        assert [record.reason for record in caplog.records if record.message == "teams.sign_in_failed"] == [  # type: ignore[attr-defined]
            "resourcematchfailed"
        ]


async def test_a_button_pressed_again_with_a_token_is_let_through_or_refused_as_documented() -> None:
    desk = Desk()
    async with Office(Listener(signed_in), sign_ins=desk) as office:
        press = executed("visit.show.v1")
        for token, status in (("good", 200), ("bad", 412)):
            value = {**press["value"], "authentication": {"id": "x", "connectionName": "graph", "token": token}}
            _, body = await office.post({**press, "id": token, "value": value})
            assert body["statusCode"] == status
        _, body = await office.post({**press, "id": "code", "value": {**press["value"], "state": "000000"}})
        assert body == {
            "statusCode": 401,
            "type": "application/vnd.microsoft.error.inccorectAuthCode",
            "value": None,
        }
        assert len(office.bot.turns) == 1
