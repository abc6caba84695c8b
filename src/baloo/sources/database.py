"""Databases at addresses of SQLAlchemy's: opened, and quoted without what is secret."""

from __future__ import annotations

import sqlalchemy as sa

from baloo.errors import InputError

__all__ = ["engine_of", "said_by"]

_PACKAGES = {"MySQLdb": "mysqlclient", "pymysql": '"pymysql[rsa]"', "psycopg": '"psycopg[binary]"', "psycopg2": "psycopg2-binary"}


def engine_of(url: str) -> sa.Engine:
    """What asks the database at an address. Raises InputError, which says nothing of the address, for a password may be in it."""
    try:
        return sa.create_engine(url, hide_parameters=True, poolclass=sa.NullPool)
    except (sa.exc.ArgumentError, ValueError):  # the latter where a port is no number
        remedy = "Write it like postgresql+psycopg://reader@host/name, and `@ : / %` of a password as `%40 %3A %2F %25`."
        raise InputError("This is no address of a database.", where="--url-env", remedy=remedy) from None
    except ModuleNotFoundError as error:
        remedy = f"Install it: `pip install {_PACKAGES.get(str(error.name), error.name)}`."
        raise InputError(f"The driver `{error.name}` is not here.", where="--url-env", remedy=remedy) from error


def said_by(engine: sa.Engine, error: Exception) -> str:
    """The first line of what the database says, but no value of a row and no password. It may tell of accounts and machines."""
    if isinstance(error, sa.exc.DataError):
        return "a value is not of the type that the query wants"
    told = getattr(error, "orig", None) or error
    words = told.args[1] if len(told.args) > 1 else told  # MySQL's drivers put a number before
    said = (str(words) or type(error).__name__).partition("\n")[0].rstrip(". ")
    password = engine.url.password
    return said.replace(str(password), "...") if password else said
