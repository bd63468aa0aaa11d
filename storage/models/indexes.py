"""A partial index that says its condition in SQL."""

from typing import Any

from tortoise.indexes import Index


class WhereIndex(Index):
    """Index with a literal WHERE; tortoise's own PartialIndex writes `= null` for None, which never matches."""

    def __init__(
        self, *expressions: Any, fields: Any = None, name: str | None = None, where: str = ""
    ) -> None:
        super().__init__(*expressions, fields=fields, name=name)
        self.where = where
        self.extra = f" WHERE {where}" if where else ""

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "where": self.where}
