"""Years whose make-up days are all entered."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("yishe", "0006_trail")]

    operations = [
        ops.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("year", fields.IntField(unique=True)),
                ("set_by", fields.ForeignKeyField("yishe.Person", source_field="set_by_id", null=True,
                                                  db_constraint=True, to_field="id", related_name="calendar_years",
                                                  on_delete=OnDelete.RESTRICT)),
            ],
            options={"table": "calendar_year", "app": "yishe", "pk_attr": "id",
                     "table_description": "A year whose make-up days (调休) are all entered: due times that reach "
                                          "into it are final."},
            bases=["Model"],
        ),
    ]
