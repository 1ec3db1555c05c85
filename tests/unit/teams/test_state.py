"""Bot state is JSON and nothing else: what a dialog keeps survives, what is foreign is refused, what is old ends."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from botbuilder.dialogs import (
    ComponentDialog,
    Dialog,
    DialogSet,
    DialogState,
    DialogTurnResult,
    DialogTurnStatus,
    WaterfallDialog,
    WaterfallStepContext,
)
from botbuilder.dialogs.prompts import PromptOptions
from botbuilder.schema import Activity

from bot.teams.answers import Answer
from bot.teams.state import RefusedState, UnstorableState, decoded, encoded
from bot.teams.turns import Turn
from tests.clock import HandClock
from tests.unit.teams.world import NOW, Listener, Office, said

Step = Callable[[WaterfallStepContext], Awaitable[DialogTurnResult]]


class Asking(Dialog):  # type: ignore[misc]
    """Waits for a text."""

    async def begin_dialog(self, dialog_context: Any, options: object = None) -> DialogTurnResult:
        return DialogTurnResult(DialogTurnStatus.Waiting)

    async def continue_dialog(self, dialog_context: Any) -> DialogTurnResult:
        return await dialog_context.end_dialog(dialog_context.context.activity.text)


async def ask_name(step: WaterfallStepContext) -> DialogTurnResult:
    await step.context.send_activity("Whose visit?")
    return await step.begin_dialog("ask")


async def ask_day(step: WaterfallStepContext) -> DialogTurnResult:
    step.values["name"] = step.result
    await step.context.send_activity("Which day?")
    return await step.begin_dialog("ask")


async def confirm(step: WaterfallStepContext) -> DialogTurnResult:
    await step.context.send_activity(f"{step.values['name']} on {step.result}")
    return await step.end_dialog()


class Booking(ComponentDialog):  # type: ignore[misc]
    """Two questions and an answer, nested as real dialogs are."""

    def __init__(self) -> None:
        super().__init__("booking")
        self.add_dialog(Asking("ask"))
        self.add_dialog(WaterfallDialog("steps", [ask_name, ask_day, confirm]))
        self.initial_dialog_id = "steps"


class DialogBot(Listener):
    """Runs the dialog of the conversation."""

    restarted: str | None = None

    async def on_turn(self, turn: Turn) -> Answer | None:
        dialogs = DialogSet(turn.dialogs)
        dialogs.add(Booking())
        context = await dialogs.create_context(turn.context)
        self.restarted = turn.state.restarted
        result = await context.continue_dialog()
        if result.status == DialogTurnStatus.Empty:
            await context.begin_dialog("booking")
        return None


async def test_a_nested_dialog_survives_between_turns_and_processes() -> None:
    bot = DialogBot()
    async with Office(bot) as office, Office(DialogBot(), like=office) as other:
        for where, text in ((office, "book"), (other, "Ana"), (office, "Friday")):
            await where.post(said(text))
        assert office.teams.texts() == ["Whose visit?", "Which day?", "Ana on Friday"]
        assert "py/object" not in str(office.states.rows)
        await office.post(said("book"))
        assert office.teams.texts()[-1] == "Whose visit?"


async def test_state_of_an_older_dialog_version_ends_politely() -> None:
    async with Office(DialogBot()) as office:
        await office.post(said("book"))
        async with Office(DialogBot(), like=office, dialog_version=2) as newer:
            await newer.post(said("Ana"))
            assert newer.bot.restarted == "new_version"  # type: ignore[attr-defined]
            assert newer.teams.texts() == ["Whose visit?", "Whose visit?"]


async def test_state_that_was_left_for_a_day_ends_politely() -> None:
    clock = HandClock(NOW)
    async with Office(DialogBot(), clock=clock) as office:
        await office.post(said("book"))
        clock.advance(hours=23)
        await office.post(said("Ana"))
        assert office.teams.texts()[-1] == "Which day?"
        clock.advance(hours=25)
        await office.post(said("Friday"))
        assert office.bot.restarted == "expired"  # type: ignore[attr-defined]
        assert office.teams.texts()[-1] == "Whose visit?"


@pytest.mark.parametrize(
    "foreign",
    [
        {"py/reduce": [{"py/function": "os.system"}, {"py/tuple": ["true"]}]},
        {"DialogState": {"py/object": "botbuilder.dialogs.dialog_state.DialogState"}},
        {"DialogState": {"$stack": [{"id": "booking", "state": {"x": {"py/object": "os.system"}}}]}},
        {"DialogState": {"$stack": [{"id": "booking"}]}},
        {"DialogState": {"$stack": "booking"}},
        ["a", "list"],
    ],
)
async def test_foreign_state_is_refused_logged_and_the_dialog_starts_again(
    foreign: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with Office(DialogBot()) as office:
        await office.post(said("book"))
        key = next(iter(office.states.rows))
        stored = await office.states.load(key)
        assert stored is not None
        await office.states.forget(key)
        document = {**stored.document, "state": foreign}
        await office.states.save(key, document, expected_version=0, expires_at=HandClock(NOW).now())
        await office.post(said("Ana"))
        assert office.bot.restarted == "refused"  # type: ignore[attr-defined]
        assert "state.refused" in caplog.messages
        assert office.teams.texts() == ["Whose visit?", "Whose visit?"]


async def test_a_turn_that_changes_nothing_writes_nothing() -> None:
    async def answer(turn: Turn) -> None:
        await turn.dialogs.get(turn.context)

    async with Office(Listener(answer)) as office:
        await office.post(said("hi"))
        assert office.states.rows == {}


async def test_a_turn_that_fails_leaves_the_state_as_it_was() -> None:
    class Breaking(DialogBot):
        async def on_turn(self, turn: Turn) -> Answer | None:
            await super().on_turn(turn)
            if turn.text == "Ana":
                raise RuntimeError
            return None

    async with Office(Breaking()) as office:
        for text in ("book", "Ana", "Bea", "Friday"):
            await office.post(said(text))
        assert office.teams.texts()[-1] == "Bea on Friday"


@pytest.mark.parametrize("value", [PromptOptions(prompt=Activity()), {1: "x"}, {"py/x": 1}, {"$stack": []}, {"a": {1}}])
def test_what_is_not_json_cannot_be_kept(value: object) -> None:
    with pytest.raises(UnstorableState):
        encoded(value)


def test_the_fault_names_the_place() -> None:
    state = DialogState()
    with pytest.raises(UnstorableState, match=r"state\.x\[1\] holds a datetime"):
        encoded({"x": [1, HandClock(NOW).now()], "DialogState": state})


def test_json_comes_back_as_it_went() -> None:
    value = {"a": [1, 2.5, None, True, "x"], "b": {"c": []}}
    assert decoded(encoded(value)) == value


def test_a_key_of_another_codec_is_refused() -> None:
    with pytest.raises(RefusedState):
        decoded({"a": [{"$type": "System.Diagnostics.Process"}]})
