"""Cases from the scanned label to the closed order, moved by people through the real front doors."""

import asyncio
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.database import Database
from tests.support.people import Browsers, Phones
from tests.support.towns import Hospital

NUMBER = re.compile(r"WX\d{4}-\d{6,}")
REMINDED = """
SELECT 1 FROM step s JOIN work_case c ON c.id = s.case_id WHERE c.number = $1 AND s.action = 'remind'
"""

MADE = "SELECT 1 FROM step s JOIN work_case c ON c.id = s.case_id WHERE c.number = $1 AND s.action = $2"


@dataclass
class Story:
    """One case, and every step of it that was acknowledged to whoever made it: action and name."""

    hospital: Hospital
    number: str = ""
    link: str = ""
    acknowledged: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Town:
    """Everything that people have at hand, and all stories. In `slow` hospitals they wait to be reminded."""

    hospitals: Sequence[Hospital]
    slow: Sequence[Hospital]
    browsers: Browsers
    phones: Phones
    db: Database
    stories: list[Story] = field(default_factory=list)
    pause_s: float = 0
    """Between two stories: WeCom takes no more than thirty messages a minute for anybody."""

    async def go_on(self, hospitals: Sequence[Hospital], enough: asyncio.Event) -> None:
        """One story after the other, each in the next hospital, until it is enough; the last one is finished."""
        for turn in itertools.count():
            if enough.is_set():
                return
            story = Story(hospitals[turn % len(hospitals)])
            self.stories.append(story)
            await self.live(story, dear=turn // len(hospitals) % 2 == 0)
            await asyncio.sleep(self.pause_s)

    async def sign_in(self) -> None:
        """Everybody who will need a page with sign-in: who dies five times on the way is locked out."""
        for hospital in self.hospitals:
            await self.browsers.of(hospital.known_as("engineer"))
            if hospital.has_accounts:
                await self.browsers.of(hospital.known_as("reporter"))

    async def live(self, story: Story, *, dear: bool) -> None:
        """From the report to the end; `dear` repairs need an approval."""
        stranger = not story.hospital.has_accounts
        await (self._report_as_stranger(story) if stranger else self._report(story))
        await self._triage(story, "9000" if dear else "100")
        if dear:
            await self._press(story, "head", "approve")
            await self._press(story, "engineer", "start")
        else:  # nobody is sent a card about what they have just given themselves to do
            await self._fill_in(story, "engineer", "start")
        await self._fill_in(story, "engineer", "finish", work_done="Changed the tube", cost="80")
        if stranger:
            await self.browsers.stranger().fill_in(f"{story.link}/confirm")
            story.acknowledged.append(("confirm", "A nurse"))
        else:
            await self._press(story, "reporter", "confirm")

    async def _report_as_stranger(self, story: Story) -> None:
        browser = self.browsers.stranger()
        told = {"name": "A nurse", "email": story.hospital.visitor}
        story.link = await browser.fill_in(f"/d/{story.hospital.label}/report", fault="No image", **told)
        found = NUMBER.search((await browser.open(story.link)).text)
        assert found
        story.number = found[0]
        story.acknowledged.append(("report", "A nurse"))

    async def _report(self, story: Story) -> None:
        reporter = story.hospital.known_as("reporter")
        browser = await self.browsers.of(reporter)
        place = await browser.fill_in(f"/d/{story.hospital.label}/report", fault="It smokes")
        story.number = place.rpartition("/")[2]
        story.acknowledged.append(("report", reporter))

    async def _triage(self, story: Story, estimate: str) -> None:
        """Slow hospitals wait for the reminder."""
        if story.hospital in self.slow:
            while await self.db.fetchrow(REMINDED, story.number) is None:  # noqa: ASYNC110 - the service makes it true
                await asyncio.sleep(0.1)
        await self._fill_in(
            story, "engineer", "triage", urgency="urgent", diagnosis="Tube", estimate=estimate
        )

    async def _fill_in(self, story: Story, job: str, action: str, **fields: str) -> None:
        who = story.hospital.known_as(job)
        browser = await self.browsers.of(who)
        await browser.fill_in(f"/cases/{story.number}/{action}", **fields)
        story.acknowledged.append((action, who))

    async def _press(self, story: Story, job: str, action: str) -> None:
        who = story.hospital.known_as(job)
        while not await self.phones.press(who, story.number, action):
            if await self.db.fetchrow(MADE, story.number, action):
                break  # the work was done, only the answers were lost
        story.acknowledged.append((action, who))
