"""`yishe` commands forked from one warm interpreter, so that each starts in milliseconds instead of a second.

Listens on the Unix socket that it is given. A connection is one command: a line of JSON names its arguments, folder,
environment and log; the answers are its process id at once and its exit code once it has ended, a line each.
"""

import gc
import json
import os
import random
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import bot.serve  # noqa: F401 - what `serve` imports late is warm as well
from bot.cli import main


class Launcher:
    """Forks a process for each connection, and tells on it how that process ended."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._running: dict[int, socket.socket] = {}

    def serve(self, owner: int) -> None:
        """Until the process that started it is gone."""
        wakes, wake = socket.socketpair()
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        selector = selectors.DefaultSelector()
        for readable in (self._server, wakes):
            selector.register(readable, selectors.EVENT_READ)
        while os.getppid() == owner:
            for key, _ in selector.select(timeout=1):
                if key.fileobj is self._server:
                    self._start()
                else:
                    wakes.recv(4096)
            self._reap()

    def _start(self) -> None:
        connection, _ = self._server.accept()
        with connection.makefile("r", encoding="utf-8") as lines:
            order = json.loads(lines.readline())
        pid = os.fork()
        if pid == 0:
            _become(order)
        self._running[pid] = connection
        _say(connection, pid)

    def _reap(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            connection = self._running.pop(pid)
            _say(connection, os.waitstatus_to_exitcode(status))
            connection.close()


def _become(order: dict[str, Any]) -> None:
    """Run the command in this process, as if it had been started from a shell."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        random.seed()
        nothing, log = (
            os.open(os.devnull, os.O_RDONLY),
            os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        )
        for descriptor, number in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(descriptor, number)
        os.closerange(3, 1024)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        code = main(order["arguments"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - what nobody caught is shown as a started program shows it
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _say(connection: socket.socket, number: int) -> None:
    """The asker may have left."""
    try:
        connection.sendall(f"{number}\n".encode())
    except BrokenPipeError:
        return


def run(path: Path, owner: int) -> None:
    """Warm up, then listen."""
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path.with_suffix(".new")))
        server.listen()
        path.with_suffix(".new").rename(path)
        Launcher(server).serve(owner)


if __name__ == "__main__":
    run(Path(sys.argv[1]), os.getppid())
