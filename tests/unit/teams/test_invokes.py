"""Every invoke answers in its own documented shape: handled, unhandled, failed or late."""

from typing import Any

import pytest

from bot.teams.answers import Answer, Reply, Say, Show
from bot.teams.invokes import SHAPES
from bot.teams.turns import Turn, TurnKind
from bot.visits.errors import NothingToUndo
from tests.unit.teams.world import Listener, Office, arrived, card, executed, invoked

KEYS = {
    "application/search": {"statusCode", "type", "value"},
    "composeExtension/query": {"composeExtension"},
    "composeExtension/queryLink": {"composeExtension"},
    "composeExtension/anonymousQueryLink": {"composeExtension"},
    "composeExtension/selectItem": {"composeExtension"},
    "composeExtension/querySettingUrl": {"composeExtension"},
    "composeExtension/fetchTask": {"task"},
    "composeExtension/submitAction": {"task"},
    "task/fetch": {"task"},
    "task/submit": {"task"},
    "message/fetchTask": {"task"},
    "config/fetch": {"config", "responseType"},
    "config/submit": {"config", "responseType"},
    "tab/fetch": {"tab"},
    "tab/submit": {"tab"},
}


@pytest.mark.parametrize("name", sorted(SHAPES))
async def test_each_known_invoke_answers_200_in_its_shape(name: str) -> None:
    async with Office(Listener()) as office:
        status, body = await office.post(invoked(name))
        assert status == 200
        assert (set(body) if body else set()) == KEYS.get(name, set())
        assert office.bot.turns == []


async def test_an_unknown_invoke_answers_501() -> None:
    async with Office(Listener()) as office:
        assert await office.post(invoked("composeExtension/somethingNew")) == (501, None)


async def test_a_handler_s_dict_is_the_body() -> None:
    async def found(turn: Turn) -> Any:
        return {"statusCode": 200, "type": "application/vnd.microsoft.search.searchResponse", "value": {"results": []}}

    async with Office(Listener(), handlers={"application/search": found}) as office:
        status, body = await office.post(invoked("application/search", {"queryText": "an"}))
        assert (status, body["value"]) == (200, {"results": []})


async def test_a_handler_for_an_invoke_that_does_not_exist_is_refused() -> None:
    async def found(turn: Turn) -> Any:
        return None

    with pytest.raises(ValueError, match="task/fecth"):
        Office(Listener(), handlers={"task/fecth": found})


async def test_a_failing_handler_answers_in_the_documented_shape() -> None:
    async def breaks(turn: Turn) -> Any:
        raise RuntimeError("secret detail")

    async with Office(Listener(), handlers={"task/fetch": breaks, "application/search": breaks}) as office:
        status, body = await office.post(invoked("task/fetch"))
        assert status == 200
        assert body["task"]["type"] == "message"
        assert "secret" not in str(body)
        status, body = await office.post(invoked("application/search"))
        assert (status, body["statusCode"], body["type"]) == (200, 500, "application/vnd.microsoft.error")


async def test_a_pressed_button_is_answered_with_the_card_that_takes_its_place() -> None:
    async def answer(turn: Turn) -> Answer:
        assert (turn.kind, turn.verb, turn.data["visit_id"]) == (TurnKind.verb, "visit.show.v1", "v1")
        return Show(card("booked"))

    async with Office(Listener(answer)) as office:
        status, body = await office.post(executed("visit.show.v1", {"visit_id": "v1"}))
        assert status == 200
        assert body == {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card("booked")}
        assert office.teams.calls == []


async def test_words_are_a_toast_and_nothing_is_a_toast_too() -> None:
    async def answer(turn: Turn) -> Answer | None:
        return Say("Kept.") if turn.verb == "visit.keep.v1" else None

    async with Office(Listener(answer)) as office:
        _, body = await office.post(executed("visit.keep.v1"))
        assert body == {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Kept."}
        _, body = await office.post(executed("visit.show.v1"))
        assert (body["type"], body["value"]) == ("application/vnd.microsoft.activity.message", "Done.")


async def test_an_error_of_the_domain_is_a_toast_in_its_own_words() -> None:
    async def answer(turn: Turn) -> Answer:
        raise NothingToUndo

    async with Office(Listener(answer)) as office:
        _, body = await office.post(executed("visit.undo.v1"))
        assert body["statusCode"] == 200
        assert body["value"].startswith("There is nothing to take back")


async def test_any_other_exception_is_the_error_answer_without_detail() -> None:
    async def answer(turn: Turn) -> Answer:
        raise RuntimeError("secret detail")

    async with Office(Listener(answer)) as office:
        status, body = await office.post(executed("visit.undo.v1"))
        assert (status, body["statusCode"], body["type"]) == (200, 500, "application/vnd.microsoft.error")
        assert "secret" not in str(body)


async def test_a_bot_may_answer_the_wire_itself() -> None:
    async def answer(turn: Turn) -> Answer:
        return Reply({"statusCode": 401, "type": "application/vnd.microsoft.activity.loginRequest", "value": {}})

    async with Office(Listener(answer)) as office:
        _, body = await office.post(executed("visit.show.v1"))
        assert body["statusCode"] == 401


@pytest.mark.parametrize("name", ["", "suggestedAction/submit", "suggestedActions/submit"])
async def test_a_submit_that_arrives_as_an_invoke_is_a_verb(name: str) -> None:
    async def answer(turn: Turn) -> Answer:
        return Show(card("menu"))

    async with Office(Listener(answer)) as office:
        activity = arrived("invoke", name=name, value={"verb": "menu.help.v1"})
        assert await office.post(activity) == (200, None)
        assert [turn.verb for turn in office.bot.turns] == ["menu.help.v1"]
        assert office.teams.posted()[0]["summary"] == "menu"
