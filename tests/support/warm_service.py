"""The service again and again from one warm interpreter: a fork for each start, so that fifty starts take seconds.

Reads the environment of a start as one line of JSON, answers with the process id and, when that process has
ended, with its exit code. Each process runs `yishe serve` as the command line does.
"""

import json
import os
import sys

import bot.serve  # noqa: F401 - what `serve` imports late is warm as well
from bot.cli import main


def start_one_after_the_other() -> None:
    """Until the end of the input."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _serve(json.loads(line))
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _serve(environment: dict[str, str]) -> None:
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # standard output is for the answers
    os.environ.update(environment)
    code = 1
    try:
        code = main(["serve"])
    finally:
        os._exit(code)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    start_one_after_the_other()
