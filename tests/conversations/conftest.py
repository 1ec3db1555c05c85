"""Where many conversations begin."""

import pytest

from tests.conversations.ana import BOOK, BOOKED
from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN


@pytest.fixture
async def chat(office: Office) -> Chat:
    """Jordan's chat, in which Ana Ruiz has just been booked for Friday half past two."""
    chat = office.chat_with(JORDAN)
    await chat.plays(f"{BOOK}\n    Bot: [same card] {BOOKED}")
    return chat
