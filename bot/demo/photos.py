"""Pictures for the demo's cases, painted, so that nobody takes them for real ones."""

import io
import random

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 960, 720


def photo(words: str, seed: str) -> bytes:
    """A JPEG of a machine-like shape with the words on it (Latin letters and digits)."""
    rng = random.Random(seed)  # noqa: S311 - the same picture each time
    image = Image.new("RGB", (WIDTH, HEIGHT), (226, 230, 234))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT * 3 // 4, WIDTH, HEIGHT), fill=(176, 182, 188))
    x, y = WIDTH // 2 + rng.randint(-80, 80), HEIGHT // 2 + rng.randint(-40, 40)
    for radius, shade in ((260, 246), (130, 70)):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(shade, shade, shade + 4))
    lamp = rng.choice([(196, 64, 52), (206, 150, 40)])
    draw.ellipse((x + 150, y - 190, x + 190, y - 150), fill=lamp)
    draw.text((40, 32), f"DEMO  {words}", fill=(60, 66, 72), font=ImageFont.load_default(44))
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    return content.getvalue()
