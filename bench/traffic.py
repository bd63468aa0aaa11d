"""People at work: `pages_p99_open_loop_s`, `sessions_1000_p99_s`, `service_memory_growth`.

One mix for all three, drawn from fixed odds and a fixed seed.
"""

import itertools
import random
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlencode

from bench.house import Served, Somebody, make_house, served
from bench.load import Tally, closed_loop, connect, get, open_loop, post, resident_mib
from bench.paired import percentile
from bench.place import Place
from bench.results import Measured

REPORTS = 300
OPEN_LOOP_S, RATE = 60, 100
SESSIONS, PAUSE_S = 1000, 10.0
REQUESTS, SETTLED = 100_000, 0.2
PROCESSES = 2
INVOLVED = ("engineer", "equipment_head", "department_head", "vice_director")
"""Who may remark on any case of theirs; others open a form instead."""
Draw = random.Random
Asked = Callable[[Somebody, Draw], bytes]


def _label(who: Somebody, draw: Draw) -> bytes:
    return get(f"/d/{draw.choice(who.labels)}", who.cookie)


def _case(who: Somebody, draw: Draw) -> bytes:
    return get(f"/cases/{draw.choice(who.cases)[0]}" if who.cases else "/cases", who.cookie)


def _sensors(who: Somebody, draw: Draw) -> bytes:
    return get(f"/devices/{draw.choice(who.devices)}/sensors", who.cookie)


def _form(who: Somebody, draw: Draw) -> bytes:
    return get(f"/d/{draw.choice(who.labels)}/report", who.cookie)


def _by_passer(who: Somebody, draw: Draw) -> bytes:
    """Somebody without sign-in, each time from another address."""
    address = ".".join(str(draw.randrange(1, 255)) for _ in range(4))
    return get(f"/d/{draw.choice(who.labels)}", "", **{"X-Forwarded-For": address})


def _remark(who: Somebody, draw: Draw) -> bytes:
    if not who.cases or who.role not in INVOLVED:
        return _form(who, draw)
    number, version = draw.choice(who.cases)
    return _press(f"/cases/{number}/remark", who, remark="已联系厂家", seen_version=str(version))


def _report(who: Somebody, draw: Draw) -> bytes:
    return _press(f"/d/{draw.choice(who.labels)}/report", who, fault="扫描中断，请尽快处理")


def _press(path: str, who: Somebody, **fields: str) -> bytes:
    """A form of ours that is sent, with a new idempotency key."""
    body = urlencode({"csrf": who.csrf, "key": secrets.token_urlsafe(16), **fields})
    return post(path, body, who.cookie)


# What of a hundred requests; the last two write.
MIX: Mapping[str, tuple[float, Asked]] = {
    "device page": (34, _label),
    "to-do list": (14, lambda who, _: get("/todo", who.cookie)),
    "case page": (14, _case),
    "list of cases": (8, lambda who, _: get("/cases", who.cookie)),
    "list of devices": (6, lambda who, _: get("/devices", who.cookie)),
    "sensors of an open device page": (10, _sensors),
    "form of a report": (5, _form),
    "device page without sign-in": (2, _by_passer),
    "remark": (5, _remark),
    "report of a fault": (2, _report),
}


def requests(people: Sequence[Somebody], seed: int) -> Iterator[bytes]:
    """Requests of the mix without end, each by anybody."""
    draw = random.Random(seed)  # noqa: S311 - the same load every time, guards nothing
    odds, kinds = zip(*MIX.values(), strict=True)
    involved = [who for who in people if who.role in INVOLVED] or people
    while True:
        kind = draw.choices(kinds, odds)[0]
        yield kind(draw.choice(involved if kind is _remark else people), draw)


async def _files(port: int) -> list[bytes]:
    """Requests for the files that a page needs, as browsers ask for them, and for the sign of life."""
    connection = await connect(port)
    page = (await connection.ask(get("/sign-in"))).body.decode()
    connection.close()
    paths = sorted(set(re.findall(r"""["'](/static/[^"']+)["']""", page)))
    return [get(path, "", **{"Accept-Encoding": "gzip"}) for path in (*paths, "/healthz")]


def _with_files(asked: Iterator[bytes], files: Sequence[bytes]) -> Iterator[bytes]:
    """A file after every page or action."""
    for request, file in zip(asked, itertools.cycle(files), strict=False):
        yield request
        yield file


async def open_loop_pages(place: Place) -> Mapping[str, Measured]:
    """A hundred requests a second arrive by the clock, whether the former ones were answered or not."""
    house = await make_house(place, 100, place.effort.of(REPORTS))
    async with served(house, place.folder, PROCESSES) as running:
        asked = requests(await house.signed_in(running[0].port), 1)
        await _warm_up(running, asked)
        arrivals = [(number / RATE, next(asked)) for number in range(place.effort.of(OPEN_LOOP_S * RATE))]
        tally = await open_loop([one.port for one in running], arrivals)
    return {"pages_p99_open_loop_s": _latency(tally, arrivals=f"{RATE}/s by the clock")}


async def sessions(place: Place) -> Mapping[str, Measured]:
    """A thousand people are signed in, each asks for something every ten seconds."""
    house = await make_house(place, SESSIONS, place.effort.of(REPORTS))
    async with served(house, place.folder, PROCESSES) as running:
        people = (await house.signed_in(running[0].port))[-SESSIONS:]
        await _warm_up(running, requests(people, 2))
        turns = place.effort.of(OPEN_LOOP_S / PAUSE_S)
        tally = await open_loop([one.port for one in running], _turns(people, turns))
    return {"sessions_1000_p99_s": _latency(tally, people=len(people), seconds_between_requests=PAUSE_S)}


def _turns(people: Sequence[Somebody], turns: int) -> list[tuple[float, bytes]]:
    """Everybody's requests: begun somewhere in the first ten seconds, then every ten seconds."""
    draw = random.Random(3)  # noqa: S311 - as above
    begins = [(draw.uniform(0, PAUSE_S), requests([who], number)) for number, who in enumerate(people)]
    planned = ((begin + turn * PAUSE_S, asked) for begin, asked in begins for turn in range(turns))
    return [(due, next(asked)) for due, asked in sorted(planned, key=lambda each: each[0])]


async def memory(place: Place) -> Mapping[str, Measured]:
    """One process answers as fast as it can, a file after every page; its memory against that at a fifth."""
    count = place.effort.of(REQUESTS, 100)
    house = await make_house(place, 100, place.effort.of(REPORTS))
    async with served(house, place.folder, 1) as [service]:
        asked = requests(await house.signed_in(service.port), 4)
        asked = _with_files(asked, await _files(service.port))
        mib = [resident_mib(service.pid)]
        tallies = []
        for share in (SETTLED, *[(1 - SETTLED) / 4] * 4):
            tallies.append(await _ask(service, asked, round(count * share)))
            mib.append(resident_mib(service.pid))
    settled, end = mib[1], mib[-1]
    statuses = [tally.statuses for tally in tallies]
    rate = round(count / sum(tally.seconds for tally in tallies))
    detail = {
        "mib": [round(each, 1) for each in mib],
        "at": "start, 20, 40, 60, 80, 100 %",
        "statuses": statuses,
    }
    growth = (end - settled) / settled
    return {
        "service_memory_growth": Measured(
            growth,
            [growth],
            {**detail, "requests": count, "per_s": rate, "mix": _odds(), "files": "every second request"},
        )
    }


async def _ask(service: Served, asked: Iterator[bytes], count: int) -> Tally:
    sent = itertools.islice(asked, count)
    tally = Tally()
    return (
        tally if not count else await closed_loop([service.port], sent, 8, lambda done, _: done > count - 8)
    )


async def _warm_up(running: Sequence[Served], asked: Iterator[bytes]) -> None:
    """Templates are compiled and statements prepared before anything counts."""
    ports = [one.port for one in running]
    await closed_loop(ports, asked, 2 * len(ports), lambda done, _: done >= 300)  # noqa: PLR2004 - enough


def _latency(tally: Tally, **detail: object) -> Measured:
    if tally.broken > len(tally.latencies) / 1000:
        raise RuntimeError(f"not answered: {tally.statuses}")
    seen = {name: round(percentile(tally.latencies, share), 4) for name, share in SHARES.items()}
    late = round(percentile(tally.late, 0.99), 4)
    tenths = [percentile(part, 0.99) for part in _parts(tally.latencies, 6)]
    return Measured(
        percentile(tally.latencies, 0.99),
        tenths,
        {
            **detail,
            **seen,
            "answers": len(tally.latencies),
            "statuses": tally.statuses,
            "client_late_p99_s": late,
            "processes": PROCESSES,
            "mix": _odds(),
            "counted": "from the planned arrival; runs are the p99 of each sixth",
        },
    )


SHARES = {"p50_s": 0.5, "p90_s": 0.9, "p99_s": 0.99, "p999_s": 0.999}


def _parts(values: Sequence[float], count: int) -> list[Sequence[float]]:
    size = max(1, len(values) // count)
    return [values[i : i + size] for i in range(0, size * count, size) if values[i : i + size]]


def _odds() -> dict[str, float]:
    return {name: odds for name, (odds, _) in MIX.items()}
