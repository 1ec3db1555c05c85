"""The PostgreSQL the tests bring along is a real one, each test has a database of its own, and a start needs it."""

import pytest
from sqlalchemy import create_engine, text

from bot.settings import Settings
from bot.visits.errors import StoreUnavailable
from bot.wiring import build
from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres


def test_it_is_a_real_server_with_an_empty_database(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("show server_version_num")).scalar_one() >= "140000"
        assert connection.execute(text("select count(*) from pg_tables where schemaname = 'public'")).scalar_one() == 0
    engine.dispose()


@pytest.mark.usefixtures("postgres_server")
def test_a_crashed_server_comes_back_with_its_data() -> None:
    server = PostgresServer()
    try:
        server.start()
        engine = create_engine(server.url)
        with engine.begin() as connection:
            connection.execute(text("create table kept as select 7 as value"))
        server.stop("immediate")
        server.start()
        engine.dispose()
        with engine.connect() as connection:
            assert connection.execute(text("select value from kept")).scalar_one() == 7
        engine.dispose()
    finally:
        server.close()


@pytest.mark.usefixtures("postgres_server")
async def test_a_start_whose_database_has_just_gone_away_says_so_and_ends() -> None:
    server = PostgresServer()
    try:
        server.start()
        bot = await build(Settings(database=server.url.render_as_string(hide_password=False), emulator=True))
        server.stop("immediate")
        with pytest.raises(StoreUnavailable):
            await bot.start()
        await bot.stop()
    finally:
        server.close()
