"""As whom PostgreSQL runs: it refuses root, and nobody's folders are opened for its sake.

An ordinary user is himself. For root there are several ways, tried in this order:

1. the user who owns the data folder, if that is not root;
2. root inside a user namespace of its own, where PostgreSQL sees an ordinary user: works below private
   folders;
3. where the kernel refuses that (some containers), the owner of the folder above, else a system user. Such a
   user must be able to reach the data folder; binaries that he cannot read are copied there.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
INSIDE_ID = 1000  # any but 0: the number that PostgreSQL sees as its own
SYSTEM_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Identity:
    """Somebody PostgreSQL can run as; `become` is called in the child before the program starts."""

    name: str
    become: Callable[[], None]
    owner: tuple[int, int] | None = None


def identities(data: Path, *, user_namespaces: bool) -> Iterator[Identity]:
    """Those worth a try, best first."""
    if os.geteuid() != 0:
        yield Identity("this user", lambda: None)
        return
    yield from _owner_of(data)
    if user_namespaces and sys.platform == "linux":
        yield Identity("root in a user namespace", _enter_user_namespace)
    yield from _owner_of(data.parent)
    for name in SYSTEM_USERS:
        yield from _system_user(name)


def end_with_parent(parent: int) -> None:
    """Ask the kernel to stop this process (fast shutdown) when the thread that forked it ends.

    The keeper forks in its main thread, which lives as long as itself. Must be called after any change of
    user, which would clear the request.
    """
    if sys.platform == "linux":
        _system_call("prctl", PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # it ended before the request was made
            os._exit(1)


def _owner_of(folder: Path) -> Iterator[Identity]:
    uid = folder.stat().st_uid
    if uid != 0:
        yield from _known_user(lambda: pwd.getpwuid(uid))


def _system_user(name: str) -> Iterator[Identity]:
    yield from _known_user(lambda: pwd.getpwnam(name))


def _known_user(look_up: Callable[[], pwd.struct_passwd]) -> Iterator[Identity]:
    try:
        user = look_up()
    except KeyError:
        return  # PostgreSQL refuses a user without a name
    owner = (user.pw_uid, user.pw_gid)
    yield Identity(f"user {user.pw_name}", lambda: _drop_to(*owner), owner)


def _drop_to(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _enter_user_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    _system_call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")  # the kernel's condition for the next line
    Path("/proc/self/gid_map").write_text(f"{INSIDE_ID} {gid} 1")
    Path("/proc/self/uid_map").write_text(f"{INSIDE_ID} {uid} 1")


def _system_call(name: str, *arguments: int) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)
