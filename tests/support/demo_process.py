"""The demo as a process of its own, started once for several tests."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.service import environment, free_port


@dataclass(frozen=True)
class Running:
    """Where the demo is, the page of everybody's phones, and the path of the label to scan."""

    origin: str
    phones: str
    label: str


@contextmanager
def running_demo(folder: Path) -> Iterator[Running]:
    """A demo in a fresh folder, as `make demo` starts it, ended by its process id."""
    settings = {"YISHE_DATA_DIR": str(folder / "data"), "YISHE_LOG_LEVEL": "warning"}
    command = [sys.executable, "-m", "bot", "demo", "--port", str(free_port())]
    with (folder / "errors").open("wb") as errors:
        demo = subprocess.Popen(
            command, cwd=folder, env=environment(settings), stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert demo.stdout
    said = "".join(iter(demo.stdout.readline, "Ctrl-C ends it.\n"))
    label = re.search(r"(http://\S+)(/d/\S+)", said)
    phones = re.search(r"clock: +(\S+)", said)
    assert label
    assert phones
    yield Running(label[1], phones[1], label[2])
    demo.send_signal(signal.SIGINT)
    assert demo.wait(30) == 0
    demo.stdout.close()
