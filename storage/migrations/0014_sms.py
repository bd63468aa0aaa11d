"""What people answer by SMS, and which provider accounts are down."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('yishe', '0013_auditor')]

    operations = [
        ops.CreateModel(
            name='AccountCircuit',
            fields=[
                ('account', fields.OneToOneField('yishe.ChannelAccount', source_field='account_id', primary_key=True, db_index=True, to_field='id', related_name='circuit', on_delete=OnDelete.CASCADE)),
                ('failing_since', fields.DatetimeField(null=True, description='real time: first of the failures in a row')),
                ('failures', fields.IntField(description='in a row', db_default=0)),
                ('blocked_since', fields.DatetimeField(null=True, description='real time: the provider refuses the account')),
                ('code', fields.CharField(description="the provider's, of the last failure", db_default='', max_length=64)),
                ('probe_at', fields.DatetimeField(description='real time: when one message may try whether it works again')),
            ],
            options={'table': 'account_circuit', 'app': 'yishe', 'pk_attr': 'account_id', 'table_description': '账户断路: a provider account that fails; no row while it works. A standby takes over while it is down.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SmsReply',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('yishe.ChannelAccount', source_field='account_id', to_field='id', related_name='sms_replies', on_delete=OnDelete.RESTRICT)),
                ('key', fields.CharField(description="by which the provider's repetitions are known", max_length=64)),
                ('number', fields.CharField(max_length=20)),
                ('extend', fields.CharField(description='the digits it was sent to', db_default='', max_length=32)),
                ('words', fields.CharField(max_length=300)),
                ('received_at', fields.DatetimeField(description='real time')),
                ('outcome', fields.CharField(null=True, description='none: not dealt with yet', max_length=16)),
                ('message_id', fields.BigIntField(null=True, description='the message that it answers')),
                ('delivery_id', fields.BigIntField(null=True)),
            ],
            options={'table': 'sms_reply', 'app': 'yishe', 'unique_together': (('account_id', 'key'),), 'indexes': [Index(fields=['number', 'received_at'])], 'table_description': '短信回复: what somebody answered to an SMS, once for however often the provider pushes it.'},
            bases=['Model'],
        ),
    ]
