"""One line an event: for people on a terminal, JSON elsewhere. Secrets never reach it.

What libraries log through the standard library and what ends the process goes the same way as our own.
"""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Literal

import structlog
from structlog.typing import Processor

from bot.redaction import hide_in, hide_secrets

# What structlog itself hands from step to step, and what must stay as it is.
AS_THEY_ARE = ("_record", "_from_structlog", "level", "timestamp")
dump_json = json.JSONEncoder(default=str).encode  # `json.dumps` makes an encoder for every line


def configure_logs(level: str, form: Literal["auto", "console", "json"]) -> None:
    """Set logging up for this process."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    ends: list[Processor] = [
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if console
        else as_json,
    ]
    begins: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *begins, *ends],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    _lead_the_others_here([*begins, structlog.stdlib.add_logger_name], ends)
    sys.excepthook = say_the_end


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what is secret by its name, or by what stands around it."""
    for name, value in event.items():
        if name not in AS_THEY_ARE:
            event[name] = hide_in(name, value)
    return event


def as_json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """The line, as JSON."""
    return dump_json(event)


def say_the_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The traceback with which the process ends, without secrets."""
    sys.stderr.write(hide_secrets("".join(traceback.format_exception(kind, error, trace))))


def _lead_the_others_here(begins: list[Processor], ends: list[Processor]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    last = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ends]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=begins, processors=last))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # It tells of each try to reach a database that is away, at length; the loops say so themselves.
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)
