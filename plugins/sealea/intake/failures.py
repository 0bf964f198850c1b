"""Failures: errors of ours, or of what we stand on, told without quoting the file that was at hand."""

import logging
import traceback

import psycopg

from sealea.errors import SealeaError

LOGGER = logging.getLogger(__name__)


def told(what: str, error: Exception) -> SealeaError:
    """Log the way to `error`, which struck at `what`, and return it as an error of ours.

    The text of a foreign error may hold values (PostgreSQL and Polars quote them), so only its kind and its way are kept.
    """
    is_ours = isinstance(error, SealeaError)
    code = f" {error.sqlstate}" if isinstance(error, psycopg.Error) and error.sqlstate else ""
    message = str(error) if is_ours else f"{type(error).__name__}{code}"
    LOGGER.error("%s: %s\n%s", what, message, "".join(traceback.format_tb(error.__traceback__)))
    return error if isinstance(error, SealeaError) else SealeaError(f"{what}: {message}. The log has the traceback; report it.")
