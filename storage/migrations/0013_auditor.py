"""What the escalation auditor found, and that it is alive."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from storage.models.indexes import WhereIndex


class Migration(migrations.Migration):
    dependencies = [('yishe', '0012_notifier')]

    operations = [
        ops.CreateModel(
            name='AuditorRound',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('ended_at', fields.DatetimeField(description='real time of the end of its last round')),
                ('passed_at', fields.DatetimeField(null=True, description='real time at which it had seen every open case')),
                ('after_case', fields.BigIntField(description='where the next round goes on', db_default=0)),
                ('cases', fields.IntField(description='seen in the last round', db_default=0)),
                ('promises', fields.IntField(description='that had come due among them', db_default=0)),
            ],
            options={'table': 'auditor_round', 'app': 'yishe', 'table_description': "The auditor's last rounds, in one row."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PromiseMiss',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('yishe.Case', source_field='case_id', to_field='id', related_name='promise_misses', on_delete=OnDelete.CASCADE)),
                ('what', fields.CharField(description='missing, late, nobody, untold', max_length=16)),
                ('rule', fields.CharField(description='of the deadline, or the kind of the message', max_length=64)),
                ('rung', fields.IntField(db_default=0)),
                ('due_at', fields.DatetimeField(description='business time of what was promised; real time of a message')),
                ('found_at', fields.DatetimeField(description='real time')),
                ('told_at', fields.DatetimeField(null=True, description='real time: an alarm about it was taken')),
                ('made_up_at', fields.DatetimeField(null=True, description='real time: it happened after all')),
            ],
            options={'table': 'promise_miss', 'app': 'yishe', 'unique_together': (('case_id', 'what', 'rule', 'rung', 'due_at'),), 'indexes': [WhereIndex(fields=['found_at'], name='promise_miss_to_tell', where='told_at IS NULL'), WhereIndex(fields=['case_id'], name='promise_miss_open', where='made_up_at IS NULL')], 'table_description': '漏办: a reminder or step that was promised and did not happen in time, or a message that reached nobody.'},
            bases=['Model'],
        ),
    ]
