"""What the notifier needs to be doubted by nobody: routes, noise, duty, listeners, and messages about no case."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from storage.models.indexes import WhereIndex

# As before, with the notes of routes.
ENSURE_PARTITIONS = """
CREATE OR REPLACE FUNCTION ensure_partitions(months_ahead int, at timestamptz DEFAULT now()) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE t text; month timestamptz; made int := 0; name text;
BEGIN
  FOREACH t IN ARRAY ARRAY['step', 'message', 'delivery', 'audit', 'reading', 'routing_note'] LOOP
    FOR i IN 0..least(months_ahead, 24) LOOP
      month := date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => i);
      name := t || to_char(month AT TIME ZONE 'UTC', '_YYYY_MM');
      CONTINUE WHEN to_regclass(name) IS NOT NULL;
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, t, month,
                       (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
        EXECUTE format('REVOKE ALL ON %I FROM yishe_service', name);
        made := made + 1;
      EXCEPTION WHEN check_violation THEN NULL;
      END;
    END LOOP;
  END LOOP;
  RETURN made;
END $$
"""
SAME_SEARCH_PATH = """
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION ensure_partitions(int, timestamptz) SET search_path = %I, pg_temp', current_schema());
END $$
"""


class Migration(migrations.Migration):
    dependencies = [('yishe', '0011_reporters_language')]

    operations = [
        ops.CreateModel(
            name='DutyShift',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('organisation', fields.ForeignKeyField('yishe.Organisation', source_field='organisation_id', to_field='id', related_name='duty_shifts', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('yishe.Person', source_field='person_id', to_field='id', related_name='duty_shifts', on_delete=OnDelete.RESTRICT)),
                ('starts_at', fields.DatetimeField(description='business time')),
                ('ends_at', fields.DatetimeField(description='business time')),
                ('note', fields.CharField(db_default='', max_length=200)),
                ('ended_at', fields.DatetimeField(null=True, description='real time: called off')),
            ],
            options={'table': 'duty_shift', 'app': 'yishe', 'indexes': [Index(fields=['organisation_id', 'ends_at']), Index(fields=['person_id', 'ends_at'])], 'table_description': '值班: somebody is on duty for an organisation, in whatever role they hold there.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Listener',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('organisation', fields.ForeignKeyField('yishe.Organisation', source_field='organisation_id', to_field='id', related_name='listeners', on_delete=OnDelete.RESTRICT)),
                ('account', fields.ForeignKeyField('yishe.ChannelAccount', source_field='account_id', to_field='id', related_name='listeners', on_delete=OnDelete.RESTRICT)),
                ('address', fields.CharField(description="within the account: a chat's id", db_default='', max_length=200)),
                ('name', fields.CharField(max_length=100)),
                ('severities', fields.JSONField(description='hears of these', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('workflows', fields.JSONField(description='of these; empty for all', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('hears_steps', fields.BooleanField(description='of every step, told or not', db_default=False)),
                ('version', fields.IntField(db_default=1)),
                ('ended_at', fields.DatetimeField(null=True, description='real time')),
            ],
            options={'table': 'listener', 'app': 'yishe', 'indexes': [WhereIndex(fields=['organisation_id'], name='listener_active', where='ended_at IS NULL')], 'table_description': '旁听: a group or another system that hears of the cases at and below an organisation.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Mute',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('yishe.Person', source_field='person_id', to_field='id', related_name='mutes', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharField(null=True, description='of message; any when there is none', max_length=64)),
                ('case', fields.ForeignKeyField('yishe.Case', source_field='case_id', null=True, to_field='id', related_name='mutes', on_delete=OnDelete.RESTRICT)),
                ('until', fields.DatetimeField(null=True, description='real time; for good when there is none')),
                ('made_at', fields.DatetimeField(description='real time')),
                ('way', fields.CharField(description='channel or door', max_length=16)),
                ('ended_at', fields.DatetimeField(null=True, description='real time')),
            ],
            options={'table': 'mute', 'app': 'yishe', 'indexes': [WhereIndex(fields=['person_id'], name='mute_active', where='ended_at IS NULL')], 'table_description': '不再提醒: reminders of a kind, or of a case, that somebody wants to hear no more, or not until then.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='NoticePreference',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('person', fields.OneToOneField('yishe.Person', source_field='person_id', to_field='id', related_name='notice_preference', on_delete=OnDelete.CASCADE)),
                ('quiet_from', fields.CharField(null=True, max_length=5)),
                ('quiet_to', fields.CharField(null=True, max_length=5)),
                ('digest_at', fields.CharField(null=True, description='once a day, what is for information', max_length=5)),
                ('version', fields.IntField(db_default=1)),
                ('set_at', fields.DatetimeField(description='real time')),
            ],
            options={'table': 'notice_preference', 'app': 'yishe', 'table_description': "提醒偏好: what somebody wants otherwise than the policy says. Times are 'HH:MM' in Asia/Shanghai."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ProviderToken',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('yishe.ChannelAccount', source_field='account_id', to_field='id', related_name='tokens', on_delete=OnDelete.CASCADE)),
                ('purpose', fields.CharField(description="access token, ticket, a medium's id", max_length=64)),
                ('sealed', fields.BinaryField(description='sealed with the master key')),
                ('taken_at', fields.DatetimeField(description='real time')),
                ('expires_at', fields.DatetimeField(description='real time')),
            ],
            options={'table': 'provider_token', 'app': 'yishe', 'unique_together': (('account_id', 'purpose'),), 'table_description': 'A token that a provider lends to an account, shared by all processes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RoutingNote',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('at', fields.DatetimeField(description='real time')),
                ('message_id', fields.BigIntField()),
                ('delivery_id', fields.BigIntField(null=True)),
                ('account', fields.ForeignKeyField('yishe.ChannelAccount', source_field='account_id', null=True, to_field='id', related_name='routing_notes', on_delete=OnDelete.RESTRICT)),
                ('what', fields.CharField(max_length=16)),
                ('code', fields.CharField(db_default='', max_length=64)),
                ('reason', fields.CharField(description='a source text', db_default='', max_length=300)),
                ('data', fields.JSONField(db_default='{}', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'routing_note', 'app': 'yishe', 'indexes': [Index(fields=['message_id', 'id'])], 'table_description': "投递经过: what happened on a message's way that its deliveries do not tell. Partitioned by month of `at`."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Storm',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('yishe.Person', source_field='person_id', to_field='id', related_name='storms', on_delete=OnDelete.CASCADE)),
                ('subject', fields.CharField(description='what it is a storm of: a workflow', max_length=64)),
                ('began_at', fields.DatetimeField(description='real time')),
                ('last_at', fields.DatetimeField(description='real time of the newest message in it')),
                ('count', fields.IntField(db_default=0)),
                ('message_id', fields.BigIntField(null=True, description='the message that tells of it')),
                ('ended_at', fields.DatetimeField(null=True, description='real time')),
            ],
            options={'table': 'storm', 'app': 'yishe', 'indexes': [WhereIndex(fields=['person_id', 'subject'], name='storm_on', where='ended_at IS NULL')], 'table_description': '告警风暴: so many messages for one person that one tells of them all, until it is over.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Watch',
            fields=[
                ('id', fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('yishe.Person', source_field='person_id', to_field='id', related_name='watches', on_delete=OnDelete.CASCADE)),
                ('case', fields.ForeignKeyField('yishe.Case', source_field='case_id', to_field='id', related_name='watches', on_delete=OnDelete.RESTRICT)),
                ('made_at', fields.DatetimeField(description='real time')),
                ('told_at', fields.DatetimeField(null=True, description='real time')),
            ],
            options={'table': 'watch', 'app': 'yishe', 'unique_together': (('person_id', 'case_id'),), 'indexes': [WhereIndex(fields=['case_id'], name='watch_open', where='told_at IS NULL')], 'table_description': '办结告知: somebody wants to be told when a case is over.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Delivery',
            name='case',
            field=fields.ForeignKeyField('yishe.Case', source_field='case_id', null=True, to_field='id', related_name='deliveries', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Delivery',
            name='acted',
            field=fields.CharField(description="the action, or 'acknowledge'", db_default='', max_length=64),
        ),
        ops.AddField(
            model_name='Delivery',
            name='acted_at',
            field=fields.DatetimeField(null=True, description='real time: answered by this very delivery'),
        ),
        ops.AddField(
            model_name='Delivery',
            name='cost',
            field=fields.DecimalField(null=True, description='CNY', max_digits=10, decimal_places=4),
        ),
        ops.AddField(
            model_name='Delivery',
            name='extend_code',
            field=fields.CharField(null=True, description='by which a reply names this SMS', max_length=12),
        ),
        ops.AddField(
            model_name='Delivery',
            name='opened_at',
            field=fields.DatetimeField(null=True, description='real time: read, or its link opened'),
        ),
        ops.AddField(
            model_name='Delivery',
            name='parts',
            field=fields.IntField(null=True, description='messages that the provider counts: parts of an SMS'),
        ),
        ops.AddField(
            model_name='Delivery',
            name='recalled_at',
            field=fields.DatetimeField(null=True, description='real time: taken back at the provider'),
        ),
        ops.AddField(
            model_name='Delivery',
            name='verdict',
            field=fields.CharField(description='of the last failure', db_default='', max_length=16),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=WhereIndex(fields=['account_id', 'extend_code'], name='delivery_extend_code', where='extend_code IS NOT NULL'),
        ),
        ops.AlterField(
            model_name='Message',
            name='case',
            field=fields.ForeignKeyField('yishe.Case', source_field='case_id', null=True, to_field='id', related_name='messages', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Message',
            name='account',
            field=fields.ForeignKeyField('yishe.ChannelAccount', source_field='account_id', null=True, to_field='id', related_name='messages', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Message',
            name='acknowledged_at',
            field=fields.DatetimeField(null=True, description='real time'),
        ),
        ops.AddField(
            model_name='Message',
            name='acknowledged_way',
            field=fields.CharField(description='channel or door', db_default='', max_length=16),
        ),
        ops.AddField(
            model_name='Message',
            name='address',
            field=fields.CharField(description="within that account: a chat's id", db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Message',
            name='bundle_id',
            field=fields.BigIntField(null=True, description='the message that tells of it along with others'),
        ),
        ops.AddField(
            model_name='Message',
            name='escalate_at',
            field=fields.DatetimeField(null=True, description='real time: the next way is taken unless it was delivered or acknowledged'),
        ),
        ops.AddField(
            model_name='Message',
            name='held',
            field=fields.CharField(description='why it waits until next_at: quiet, digest, snooze, budget', db_default='', max_length=16),
        ),
        ops.AddField(
            model_name='Message',
            name='organisation',
            field=fields.ForeignKeyField('yishe.Organisation', source_field='organisation_id', null=True, to_field='id', related_name='messages', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Message',
            name='severity',
            field=fields.CharField(null=True, description='info, notice, urgent, critical', max_length=16),
        ),
        ops.AddField(
            model_name='Message',
            name='stand_in_for',
            field=fields.ForeignKeyField('yishe.Person', source_field='stand_in_for_id', null=True, to_field='id', related_name='messages_to_stand_ins', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddIndex(
            model_name='Message',
            index=Index(fields=['person_id', 'id']),
        ),
        ops.AddIndex(
            model_name='Message',
            index=WhereIndex(fields=['bundle_id'], name='message_bundled', where='bundle_id IS NOT NULL'),
        ),
        ops.AddIndex(
            model_name='Message',
            index=WhereIndex(fields=['escalate_at'], name='message_to_escalate', where='escalate_at IS NOT NULL AND acknowledged_at IS NULL'),
        ),
        ops.RunSQL("SELECT partition_by_month('routing_note', 'at')", ""),
        ops.RunSQL("REVOKE ALL ON routing_note_default FROM yishe_service", ""),
        ops.RunSQL(ENSURE_PARTITIONS, ""),
        ops.RunSQL(SAME_SEARCH_PATH, ""),
        ops.RunSQL("SELECT ensure_partitions(3)", ""),
    ]
