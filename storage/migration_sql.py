"""What tortoise's migrations say, as SQL, worked out before anything is locked.

Tortoise rebuilds all models for every operation, which takes seconds; inside the migration's transaction the tables
would be locked for as long.
"""

import gc
from collections.abc import Iterable
from typing import Any

APP = "yishe"
# The collector would go through the same models again and again, which doubles the time; so it takes some 200 MB.
SELDOM = (300_000, 5, 5)
CANNOT = "-- THIS OPERATION CANNOT BE REPRESENTED AS SQL"


async def statements(config: dict[str, Any], wanted: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The statements of the named migrations, in the order in which they are to run. Opens no connection."""
    from tortoise import Tortoise  # noqa: PLC0415 - most starts have nothing to apply, and are faster without
    from tortoise.connection import ConnectionHandler, get_connection  # noqa: PLC0415 - the same
    from tortoise.migrations.loader import MigrationLoader  # noqa: PLC0415 - the same
    from tortoise.migrations.recorder import MigrationRecorder  # noqa: PLC0415 - the same
    from tortoise.migrations.schema_editor.asyncpg import AsyncpgSchemaEditor  # noqa: PLC0415 - the same
    from tortoise.migrations.schema_generator.state import State  # noqa: PLC0415 - the same
    from tortoise.migrations.schema_generator.state_apps import StateApps  # noqa: PLC0415 - the same

    await Tortoise.init(config=config, init_connections=False)
    thresholds = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        connection = get_connection("default")
        loader = MigrationLoader(config["apps"], MigrationRecorder(None))
        await loader.build_graph()
        # Without connections of their own the states skip what only queries need, which takes most of the time.
        state = State(models={}, apps=StateApps({APP: "default"}, connections=ConnectionHandler()))
        collected = []
        for name, migration in _in_order(loader):
            if name not in wanted:
                await migration.apply(state, dry_run=True)
                continue
            editor = AsyncpgSchemaEditor(connection, atomic=False, collect_sql=True)
            await migration.apply(state, schema_editor=editor, collect_sql=True)
            collected.append((name, [_sound(sql) for sql in editor.collected_sql if not _is_remark(sql)]))
        return collected
    finally:
        gc.set_threshold(*thresholds)
        await Tortoise.close_connections()


def _in_order(loader: Any) -> list[tuple[str, Any]]:
    keys: dict[Any, None] = {}
    for leaf in loader.graph.leaf_nodes():
        keys |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    return [(key.name, loader.graph.nodes[key]) for key in keys]


def _is_remark(sql: str) -> bool:
    """Tortoise's own annotations; the sign that something is no SQL is none."""
    return sql.startswith("--") and "\n" not in sql and sql != CANNOT


def _sound(sql: str) -> str:
    if sql == CANNOT:
        raise ValueError("a migration holds an operation that is not SQL")
    return sql
