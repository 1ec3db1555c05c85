"""A conversation's turns: in order, once each, acknowledged in time; across processes too."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.teams.answers import Answer, Say, Show
from bot.teams.ports import Begun, TurnStart
from bot.teams.runs import Timing
from bot.teams.turns import Turn
from bot.visits.errors import StoreUnavailable
from bot.visits.ports.messages import MessageRef
from tests.clock import HandClock
from tests.unit.teams.memory import MemoryTurnLog
from tests.unit.teams.world import NOW, Listener, Office, card, executed, invoked, said, submitted


class Counting(Listener):
    """Counts in the conversation's state, with a pause between reading and writing."""

    def __init__(self, *, replies: bool = True) -> None:
        super().__init__()
        self.order: list[str] = []
        self.replies = replies
        self.gate = asyncio.Lock()
        self.at_once = 0
        self.most_at_once = 0

    async def on_turn(self, turn: Turn) -> Answer | None:
        async with self.gate:
            self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        counter = turn.state.conversation.create_property("counter")
        value = (await counter.get(turn.context)) or 0
        for _ in range(10):
            await asyncio.sleep(0)
        await counter.set(turn.context, value + 1)
        self.order.append(turn.text)
        self.at_once -= 1
        return Say(f"{turn.text}: {value + 1}") if self.replies else None


async def test_twenty_turns_at_once_keep_their_order_and_lose_nothing() -> None:
    bot = Counting()
    async with Office(bot, timing=Timing(budget=5)) as office:
        texts = [str(number) for number in range(20)]
        await bot.gate.acquire()
        posts = []
        for text in texts:
            posts.append(asyncio.create_task(office.post(said(text))))
            while office.edge.running < len(posts):  # noqa: ASYNC110 - HTTP decides when it arrives
                await asyncio.sleep(0)
        bot.gate.release()
        assert {status for status, _ in await asyncio.gather(*posts)} == {200}
        assert bot.order == texts
        assert office.teams.texts() == [f"{text}: {place + 1}" for place, text in enumerate(texts)]


async def test_other_conversations_do_not_wait() -> None:
    all_at_once = asyncio.Barrier(10)

    async def answer(turn: Turn) -> None:
        await all_at_once.wait()

    async with Office(Listener(answer), timing=Timing(budget=30)) as office:
        posts = (office.post(said("hi", chat=f"chat-{number}")) for number in range(10))
        assert {status for status, _ in await asyncio.gather(*posts)} == {200}


async def test_two_processes_take_turns_in_one_conversation() -> None:
    bot = Counting()
    async with (
        Office(bot, timing=Timing(budget=5, poll=0.002)) as first,
        Office(bot, like=first, timing=Timing(budget=5, poll=0.002)) as second,
    ):
        offices = [first, second] * 5
        await asyncio.gather(*(office.post(said(str(place))) for place, office in enumerate(offices)))
        assert bot.most_at_once == 1
        assert [text.split(": ")[1] for text in first.teams.texts()] == [str(number) for number in range(1, 11)]
        assert first.states.conflicts == 0


async def test_a_conflict_is_resolved_by_running_the_turn_again() -> None:
    """Should another process write in between all the same, as one that slept through its lease may."""

    class Interrupted(Counting):
        async def on_turn(self, turn: Turn) -> Answer | None:
            ending = await super().on_turn(turn)
            if len(self.order) == 1:
                key = next(iter(office.states.rows), "msteams/conversations/" + turn.conversation_id)
                document, version = office.states.rows.get(key, ("{}", 0))
                office.states.rows[key] = (document, version + 1)
            return ending

    async with Office(Interrupted()) as office:
        await office.post(said("hi"))
        assert office.states.conflicts == 1
        assert len(office.teams.texts()) == 1


async def test_a_conflict_after_something_was_said_keeps_the_first_writer_and_tells() -> None:
    async def answer(turn: Turn) -> None:
        await turn.state.conversation.create_property("x").set(turn.context, 1)
        await turn.say("I am on it.")
        office.states.rows["msteams/conversations/" + turn.conversation_id] = ("{}", 7)

    async with Office(Listener(answer)) as office:
        await office.post(said("hi"))
        assert len(office.bot.turns) == 1
        assert office.teams.texts()[1].startswith("Two messages came at the same moment")


# --- once -----------------------------------------------------------------------------------------


async def test_an_activity_delivered_three_times_is_taken_once() -> None:
    async with Office(Counting()) as office:
        activity = said("book")
        assert [await office.post(activity) for _ in range(3)] == [(200, None)] * 3
        assert office.teams.texts() == ["book: 1"]
        await office.post({**activity, "id": "another"})
        assert office.teams.texts() == ["book: 1", "book: 2"]


async def test_a_press_delivered_again_gets_the_same_answer() -> None:
    async def answer(turn: Turn) -> Answer:
        return Show(card(f"answer {len(office.bot.turns)}"))

    async with Office(Listener(answer)) as office:
        press = executed("draft.book.v1")
        first = await office.post(press)
        await office.post(said("something between"))
        assert await office.post(press) == first
        assert len(office.bot.turns) == 2


async def test_a_press_delivered_again_gets_the_card_that_work_goes_on_behind() -> None:
    async def answer(turn: Turn) -> None:
        await turn.show_now(card("booking"))

    async with Office(Listener(answer)) as office:
        press = executed("draft.book.v1")
        first = await office.post(press)
        await office.edge.settled()
        assert await office.post(press) == first
        await office.post(said("something between"))
        assert await office.post(press) == first


@pytest.mark.parametrize("is_over", [True, False])
async def test_a_card_answered_once_more_is_redrawn_as_it_is_by_now(is_over: bool) -> None:
    gate = asyncio.Event()
    redrawn: list[str] = []

    async def answer(turn: Turn) -> None:
        await turn.show_now(card("booking"))
        await gate.wait()

    async def redraw(message: MessageRef) -> bool:
        redrawn.append(message.activity_id)
        return True

    async with Office(Listener(answer), redraw=redraw) as office:
        press = executed("draft.book.v1", replyToId="card-7")
        await office.post(press)
        if is_over:
            gate.set()
            await office.edge.settled()
            assert redrawn == []
        await office.post(press)
        gate.set()
        await office.edge.settled()
        assert redrawn == ["card-7"]


async def test_copies_that_arrive_while_the_first_runs_join_it() -> None:
    copy_came = asyncio.Event()

    class Noting(MemoryTurnLog):
        async def begin(self, *what: Any, **more: Any) -> TurnStart:
            start = await super().begin(*what, **more)
            if start.begun is Begun.running:
                copy_came.set()
            return start

    async def answer(turn: Turn) -> Answer:
        await copy_came.wait()
        return Show(card("booked"))

    timing = Timing(budget=30, poll=0.005)
    async with (
        Office(Listener(answer), turn_log=Noting(), timing=timing) as office,
        Office(Listener(answer), like=office, timing=timing) as other,
    ):
        press = executed("draft.book.v1")
        answers = await asyncio.gather(office.post(press), office.post(press), other.post(press))
        assert {body["value"]["fallbackText"] for _, body in answers} == {"booked"}
        assert len(office.bot.turns) + len(other.bot.turns) == 1


async def test_a_turn_that_failed_is_not_run_again() -> None:
    async def answer(turn: Turn) -> Answer:
        raise RuntimeError

    async with Office(Listener(answer)) as office:
        activity = said("book")
        assert await office.post(activity) == (200, None)
        assert await office.post(activity) == (200, None)
        assert len(office.bot.turns) == 1
        assert len(office.teams.texts()) == 1


async def test_a_turn_of_a_process_that_died_is_taken_over() -> None:
    clock = HandClock(NOW)
    async with Office(Counting(), clock=clock, timing=Timing(budget=0.05, poll=0.005)) as office:
        activity, after = said("book"), said("next")
        await office.turn_log.begin(
            activity["conversation"]["id"],
            activity["id"],
            owner="dead",
            alone=True,
            now=clock.now(),
            lease_until=clock.now().replace(minute=30),
        )
        assert await office.post(after) == (202, None)
        clock.advance(hours=1)
        await office.edge.settled()
        assert office.teams.texts() == ["next: 1"]
        assert await office.post(activity) == (200, None)
        assert office.teams.texts() == ["next: 1", "book: 2"]


async def test_a_process_that_slept_through_its_lease_says_nothing() -> None:
    clock = HandClock(NOW)

    async def answer(turn: Turn) -> Answer:
        clock.advance(minutes=5)
        row = office.turn_log.rows[turn.conversation_id, turn.id]
        row["owner"] = "another replica"
        return Say("Booked.")

    async with Office(Listener(answer), clock=clock) as office:
        assert (await office.post(said("book")))[0] in (200, 202)
        assert office.teams.calls == []


# --- in time --------------------------------------------------------------------------------------


async def test_a_slow_message_is_acknowledged_typed_about_and_answered_later() -> None:
    gate = asyncio.Event()

    async def answer(turn: Turn) -> Answer:
        await gate.wait()
        return Say("Here are the free times.")

    async with Office(Listener(answer)) as office:
        assert await office.post(said("book")) == (202, None)
        assert {body["type"] for _, _, body in office.teams.calls} == {"typing"}
        gate.set()
        await office.edge.settled()
        assert office.teams.texts() == ["Here are the free times."]
        assert office.teams.calls[-1][2]["type"] == "message"


async def test_a_slow_press_shows_a_working_card_and_then_the_answer_in_its_place() -> None:
    gate = asyncio.Event()

    async def answer(turn: Turn) -> Answer:
        await gate.wait()
        return Show(card("booked"))

    async with Office(Listener(answer)) as office:
        press = executed("draft.book.v1")
        _, body = await office.post(press)
        assert body["value"]["fallbackText"].startswith("Working on it")
        assert "actions" not in body["value"]
        gate.set()
        await office.edge.settled()
        assert [body["summary"] for body in office.teams.posted("PUT")] == ["booked"]
        assert office.teams.posted() == []
        _, again = await office.post(press)
        assert again["value"]["fallbackText"] == "booked"
        assert len(office.bot.turns) == 1


async def test_words_that_come_late_take_the_place_of_the_working_card() -> None:
    gate = asyncio.Event()

    async def answer(turn: Turn) -> Answer:
        await gate.wait()
        return Say("That time has passed.")

    async with Office(Listener(answer)) as office:
        await office.post(executed("draft.book.v1"))
        gate.set()
        await office.edge.settled()
        assert [body["summary"] for body in office.teams.posted("PUT")] == ["That time has passed."]


@pytest.mark.parametrize(("is_known", "ends_as"), [(True, []), (False, ["Done."])])
async def test_a_slow_press_that_leaves_its_card_as_it_is_leaves_no_working_card(
    is_known: bool, ends_as: list[str]
) -> None:
    redrawn: list[str] = []
    gate = asyncio.Event()

    async def answer(turn: Turn) -> None:
        await gate.wait()
        await turn.say("Below the card.")

    async def redraw(message: MessageRef) -> bool:
        redrawn.append(message.activity_id)
        return is_known

    async with Office(Listener(answer), redraw=redraw) as office:
        await office.post(executed("visit.show.v1", replyToId="card-7"))
        gate.set()
        await office.edge.settled()
        assert redrawn == ["card-7"]
        assert [body["summary"] for body in office.teams.posted("PUT")] == ends_as


async def test_a_bot_may_show_a_working_card_of_its_own_at_once() -> None:
    gate = asyncio.Event()

    async def answer(turn: Turn) -> Answer:
        await turn.show_now(card("booking"))
        await gate.wait()
        return Show(card("booked"))

    async with Office(Listener(answer)) as office:
        _, body = await office.post(executed("draft.book.v1"))
        assert body["value"]["fallbackText"] == "booking"
        gate.set()
        await office.edge.settled()
        assert [body["summary"] for body in office.teams.posted("PUT")] == ["booked"]
        await office.post(submitted("draft.book.v1"))
        assert [body["summary"] for body in office.teams.posted("PUT")] == ["booked", "booking", "booked"]


@pytest.mark.parametrize("press", [executed, submitted])
async def test_a_failure_after_a_working_card_takes_its_place(press: Callable[..., Any]) -> None:
    async def answer(turn: Turn) -> Answer:
        await turn.show_now(card("booking"))
        raise RuntimeError

    async with Office(Listener(answer)) as office:
        await office.post(press("draft.book.v1"))
        await office.edge.settled()
        assert office.teams.posted("PUT")[-1]["summary"].startswith("Something went wrong")


async def test_a_refresh_that_changes_nothing_says_nothing() -> None:
    async with Office(Listener()) as office:
        _, body = await office.post(executed("visit.show.v1", trigger="automatic"))
        assert (body["type"], body["value"]) == ("application/vnd.microsoft.activity.message", "")


async def test_a_slow_refresh_changes_nothing() -> None:
    gate = asyncio.Event()

    async def answer(turn: Turn) -> Answer:
        assert turn.is_automatic
        await gate.wait()
        return Show(card("fresh"))

    async with Office(Listener(answer)) as office:
        _, body = await office.post(executed("visit.show.v1", trigger="automatic"))
        assert body["value"] == ""
        gate.set()
        await office.edge.settled()
        assert office.teams.calls == []


async def test_a_search_does_not_wait_for_the_conversation() -> None:
    gate = asyncio.Event()

    async def answer(turn: Turn) -> None:
        await gate.wait()

    async def found(turn: Turn) -> Any:
        return {"found": True}

    async with Office(Listener(answer), handlers={"application/search": found}) as office:
        await office.post(said("book"))
        assert await office.post(invoked("application/search")) == (200, {"found": True})
        gate.set()


async def test_a_slow_invoke_says_so_in_its_shape() -> None:
    gate = asyncio.Event()

    async def slow(turn: Turn) -> Any:
        await gate.wait()

    async with Office(Listener(), handlers={"task/fetch": slow, "application/search": slow}) as office:
        _, body = await office.post(invoked("task/fetch"))
        assert body["task"]["type"] == "message"
        _, body = await office.post(invoked("application/search"))
        assert body["value"] == {"results": []}
        gate.set()


async def test_a_turn_without_end_is_stopped_and_told() -> None:
    async def answer(turn: Turn) -> None:
        await asyncio.Event().wait()

    timing = Timing(budget=0.02, typing_after=9, limit=0.05)
    async with Office(Listener(answer), timing=timing) as office:
        assert (await office.post(said("book")))[0] == 202
        await office.edge.settled()
        assert office.teams.texts()[0].startswith("This took too long")


async def test_stopping_lets_running_turns_end_and_takes_no_new_ones() -> None:
    gate = asyncio.Event()

    async def answer(turn: Turn) -> Answer:
        await gate.wait()
        return Say("Done after all.")

    async with Office(Listener(answer), timing=Timing(budget=0.01, typing_after=9)) as office:
        assert (await office.post(said("book")))[0] == 202
        stopping = asyncio.create_task(office.edge.stop())
        await asyncio.sleep(0)
        assert (await office.post(said("more")))[0] == 503
        gate.set()
        await stopping
        assert office.teams.texts() == ["Done after all."]


# --- both arrivals --------------------------------------------------------------------------------


async def test_a_submit_edits_the_card_that_an_execute_would_have_replaced() -> None:
    async def answer(turn: Turn) -> Answer:
        assert (turn.verb, turn.data["visit_id"], turn.card_message_id) == ("visit.show.v1", "v1", "card-1")
        return Show(card("the visit"))

    async with Office(Listener(answer)) as office:
        await office.post(submitted("visit.show.v1", {"visit_id": "v1"}))
        assert [(verb, path.rsplit("/", 1)[1]) for verb, path, _ in office.teams.calls] == [("PUT", "card-1")]
        await office.post(executed("visit.show.v1", {"visit_id": "v1"}))
        assert len(office.teams.calls) == 1


async def test_a_card_that_is_gone_is_shown_anew() -> None:
    async def answer(turn: Turn) -> Answer:
        return Show(card("the visit"))

    async with Office(Listener(answer)) as office:
        office.teams.refuse_once(404, {"error": {"code": "ActivityNotFoundInConversation"}})
        await office.post(submitted("visit.show.v1"))
        assert [body["summary"] for body in office.teams.posted()] == ["the visit"]


async def test_words_to_a_submit_are_a_message() -> None:
    async def answer(turn: Turn) -> Answer:
        return Say("Kept.")

    async with Office(Listener(answer)) as office:
        await office.post(submitted("visit.keep.v1"))
        assert office.teams.texts() == ["Kept."]


async def test_a_failure_is_told_plainly_and_its_detail_neither_told_nor_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def answer(turn: Turn) -> Answer:
        raise RuntimeError("Ana Ruiz") from ValueError("555-0142")

    async with Office(Listener(answer)) as office:
        assert await office.post(said("book")) == (200, None)
        assert office.teams.texts()[0].startswith("Something went wrong on our side")
    logged = [vars(record) for record in caplog.records if record.message == "turn.failed"]
    assert "RuntimeError at test_turns.py" in logged[0]["trace"]
    assert "from ValueError" in logged[0]["trace"]
    assert "Ana Ruiz" not in str(logged)
    assert "555-0142" not in str(logged)


# --- without a store ------------------------------------------------------------------------------


class AwayTurnLog(MemoryTurnLog):
    """A store that cannot be reached."""

    async def begin(self, *_: Any, **__: Any) -> Any:
        raise StoreUnavailable


async def test_while_the_store_is_away_people_are_told_and_nothing_is_done() -> None:
    async with Office(Listener(), turn_log=AwayTurnLog()) as office:
        assert await office.post(said("book")) == (200, None)
        assert office.teams.texts()[0].startswith("I cannot reach my own records")
        _, body = await office.post(executed("draft.book.v1"))
        assert body["statusCode"] == 500
        assert body["value"]["message"].startswith("I cannot reach my own records")
        status, body = await office.post(invoked("task/fetch"))
        assert (status, body["task"]["type"]) == (200, "message")
        assert office.bot.turns == []


async def test_an_answer_that_cannot_be_stored_is_given_all_the_same() -> None:
    class Forgetful(MemoryTurnLog):
        async def finish(self, *_: Any, **__: Any) -> None:
            raise StoreUnavailable

    async def answer(turn: Turn) -> Answer:
        return Say("Booked.")

    async with Office(Listener(answer), turn_log=Forgetful()) as office:
        assert await office.post(said("book")) == (200, None)
        assert office.teams.texts() == ["Booked."]
