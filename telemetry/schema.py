"""Writes docs/telemetry/message.schema.json anew: `python -m telemetry.schema` (part of `make diagrams`)."""

import json
import sys
from pathlib import Path

from telemetry.decode import json_schema

PATH = Path(__file__).resolve().parents[1] / "docs" / "telemetry" / "message.schema.json"


def text() -> str:
    """The schema as it stands in the document."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the document."""
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{PATH}\n")


if __name__ == "__main__":
    main()
