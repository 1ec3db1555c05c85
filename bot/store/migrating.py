"""Brings the tables to the newest migration, at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from bot.store.engine import hold, is_outage
from bot.visits.errors import StoreUnavailable

_LOCK = 7_221_900_651_377_240_001
"""PostgreSQL's advisory lock for migrating; any number that nothing else uses."""


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction. Replicas that start at once wait for each other.

    Raises StoreUnavailable.
    """
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL lock_timeout = 0"))
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            hold(connection, _LOCK)
            command.upgrade(_config(connection), "head")
    except DBAPIError as reason:
        if is_outage(reason):
            raise StoreUnavailable() from reason
        raise


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
