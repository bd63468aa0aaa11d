"""A province after ten years, written in SQL: what every figure about size is measured against.

`fill` writes it into a migrated database, at any scale; `a_province` keeps one at full size between runs.
"""

from bench.province.filling import Size, fill
from bench.province.keeping import Province, a_province

__all__ = ["Province", "Size", "a_province", "fill"]
