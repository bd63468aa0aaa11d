"""What is handed to the process that holds a smart robot's connection."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('yishe', '0014_sms')]

    operations = [
        ops.CreateModel(
            name='BotErrand',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('yishe.ChannelAccount', source_field='account_id', to_field='id', related_name='errands', on_delete=OnDelete.CASCADE)),
                ('body', fields.JSONField(description='of the message; emptied once it was sent')),
                ('made_at', fields.DatetimeField(description='real time')),
                ('expires_at', fields.DatetimeField(description='real time: nobody waits for it any longer')),
                ('taken_at', fields.DatetimeField(null=True, description='real time: it may have been sent since')),
                ('outcome', fields.JSONField(null=True, description='how it ended, for whoever handed it over')),
            ],
            options={'table': 'bot_errand', 'app': 'yishe', 'indexes': [Index(fields=['account_id', 'id'])], 'table_description': '机器人代发: a message for the process that holds the connection of a smart robot.'},
            bases=['Model'],
        ),
    ]
