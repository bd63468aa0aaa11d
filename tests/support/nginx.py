"""Debian's nginx with the shipped configuration, on free ports of loopback."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.certificates import make_certificates
from tests.support.service import ROOT, free_port

PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
SHIPPED = ROOT / "deploy" / "nginx"
STARTS_WITHIN_S = 15.0

needs_nginx = pytest.mark.skipif(
    PROGRAM is None, reason="no nginx here; only root can install it with apt-get (tests/nginx.sh)"
)


@dataclass(frozen=True)
class Nginx:
    """Where it listens, and what it wrote down."""

    folder: Path
    outside_port: int
    inside_port: int
    plain_port: int

    @property
    def outside(self) -> str:
        return f"https://127.0.0.1:{self.outside_port}"

    @property
    def inside(self) -> str:
        return f"https://127.0.0.1:{self.inside_port}"

    def log(self) -> str:
        return (self.folder / "access.log").read_text()

    @property
    def config(self) -> Path:
        return self.folder / "nginx.conf"


def lay_out(folder: Path, services: Sequence[int]) -> Nginx:
    """The shipped configuration with ports, certificates and folders of the test, and nothing else changed."""
    folder.mkdir()
    these = Nginx(folder, *(free_port() for _ in range(3)))
    (folder / "certificates").mkdir()
    made = make_certificates(folder / "certificates", "outside", "inside")
    assert made.ca.exists()
    changes = {
        "/etc/nginx/yishe/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        "/run/nginx.pid": f"{folder}/pid",
        "listen 80 ": f"listen 127.0.0.1:{these.plain_port} ",
        "listen 443 ": f"listen 127.0.0.1:{these.outside_port} ",
        "listen 8443 ": f"listen 127.0.0.1:{these.inside_port} ",
    }
    for name in ("nginx.conf", "proxy.conf"):
        text = (SHIPPED / name).read_text()
        for shipped, here in changes.items():
            assert name != "nginx.conf" or shipped in text, shipped
            text = text.replace(shipped, here)
        (folder / name).write_text(text)
    # As root its workers would become a user who may not enter the folder of the test.
    if os.geteuid() == 0:
        these.config.write_text("user root;\n" + these.config.read_text())
    ports = "".join(f"server 127.0.0.1:{port} max_fails=0;" for port in services)
    (folder / "upstream.conf").write_text(f"upstream yishe {{ {ports} }}\n")
    return these


async def checked(nginx: Nginx) -> str:
    """What `nginx -t` says; empty when all is well."""
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "-q", "-t", "-c", str(nginx.config), stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    return said.decode()


@asynccontextmanager
async def running_nginx(folder: Path, services: Sequence[int]) -> AsyncIterator[Nginx]:
    assert PROGRAM is not None
    nginx = lay_out(folder, services)
    with (folder / "start.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            PROGRAM, "-c", str(nginx.config), "-g", "daemon off;", stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not await _open(nginx.outside_port):
                assert process.returncode is None, (folder / "start.log").read_text()
                await asyncio.sleep(0.02)
        yield nginx
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
