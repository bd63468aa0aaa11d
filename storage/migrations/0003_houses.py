from tortoise import migrations
from tortoise.migrations import operations as ops

import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

# Everything that was done, to cases and to anything else, as one relation for whoever audits.
TRAIL = """
CREATE VIEW trail AS
SELECT 'audit' AS origin, a.id, a.at, a.person_id, coalesce(p.name, '') AS person_name, a.organisation_id, a.case_id,
       a.door, a.client, a.action, a.subject_kind, a.subject_id, a.subject, a.before, a.after, a.data
  FROM audit a LEFT JOIN person p ON p.id = a.person_id
UNION ALL
SELECT 'step', s.id, s.recorded_at, s.person_id, s.actor_name, c.organisation_id, s.case_id,
       s.door, s.client, c.workflow || '.' || s.action, 'case', s.case_id, c.number,
       CASE WHEN s.source IS NOT NULL THEN jsonb_build_object('state', s.source) END,
       jsonb_build_object('state', s.target), s.data
  FROM step s JOIN work_case c ON c.id = s.case_id
"""

class Migration(migrations.Migration):
    dependencies = [('yishe', '0002_partitions')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Absence',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('yishe.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='absences', on_delete=OnDelete.RESTRICT)),
                ('deputy', fields.ForeignKeyField('yishe.Person', source_field='deputy_id', null=True, db_constraint=True, to_field='id', related_name='deputising', on_delete=OnDelete.RESTRICT)),
                ('starts_at', fields.DatetimeField(description='business time', auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(description='business time', auto_now=False, auto_now_add=False)),
                ('note', fields.CharField(db_default='', max_length=200)),
                ('ended_at', fields.DatetimeField(null=True, description='real time: called off, or back early', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'absence', 'app': 'yishe', 'indexes': [Index(fields=['person_id', 'ends_at']), Index(fields=['deputy_id', 'ends_at'])], 'pk_attr': 'id', 'table_description': '缺勤与代理: while somebody is away, the deputy acts and is told in their stead.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeviceFile',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('device', fields.ForeignKeyField('yishe.Device', source_field='device_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.RESTRICT)),
                ('file', fields.ForeignKeyField('yishe.StoredFile', source_field='file_id', db_constraint=True, to_field='sha256', related_name='device_files', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(description='photo, manual, contract, certificate, other', max_length=16)),
                ('name', fields.CharField(max_length=200)),
                ('public_key', fields.CharField(unique=True, max_length=32)),
                ('added_by', fields.ForeignKeyField('yishe.Person', source_field='added_by_id', db_constraint=True, to_field='id', related_name='device_files', on_delete=OnDelete.RESTRICT)),
                ('added_at', fields.DatetimeField(description='business time', auto_now=False, auto_now_add=False)),
                ('removed_at', fields.DatetimeField(null=True, description='business time', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'device_file', 'app': 'yishe', 'indexes': [Index(fields=['device_id'])], 'pk_attr': 'id', 'table_description': "档案附件: a photo or document in a device's record."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(description='devices, people, organisations', max_length=16)),
                ('organisation', fields.ForeignKeyField('yishe.Organisation', source_field='organisation_id', db_constraint=True, to_field='id', related_name='imports', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('yishe.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='imports', on_delete=OnDelete.RESTRICT)),
                ('file', fields.ForeignKeyField('yishe.StoredFile', source_field='file_id', null=True, db_constraint=True, to_field='sha256', related_name='imports', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('state', fields.CharField(description='preview, running, done, failed, undone', max_length=16)),
                ('total', fields.IntField(db_default=0)),
                ('done', fields.IntField(db_default=0)),
                ('report', fields.JSONField(default=dict, description='counts, and errors row by row', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('created_at', fields.DatetimeField(description='real time', auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, description='real time', auto_now=False, auto_now_add=False)),
                ('undone_at', fields.DatetimeField(null=True, description='real time', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'import_batch', 'app': 'yishe', 'indexes': [Index(fields=['organisation_id', 'id'])], 'pk_attr': 'id', 'table_description': '导入批次: one file that was brought in.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ImportRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('batch', fields.ForeignKeyField('yishe.ImportBatch', source_field='batch_id', db_constraint=True, to_field='id', related_name='rows', on_delete=OnDelete.RESTRICT)),
                ('row_number', fields.IntField(description='line in the sheet')),
                ('subject_kind', fields.CharField(max_length=32)),
                ('subject_id', fields.BigIntField()),
                ('made_version', fields.IntField(description='version of the subject after the import; another one bars undo')),
                ('before', fields.JSONField(null=True, description='None: the row made it', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'import_row', 'app': 'yishe', 'unique_together': (('batch_id', 'row_number', 'subject_kind'),), 'pk_attr': 'id', 'table_description': 'What one row of a file made or changed, so that it can be taken back.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PasswordLink',
            fields=[
                ('token_hash', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('person', fields.ForeignKeyField('yishe.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='password_links', on_delete=OnDelete.CASCADE)),
                ('issued_by', fields.ForeignKeyField('yishe.Person', source_field='issued_by_id', null=True, db_constraint=True, to_field='id', related_name='issued_password_links', on_delete=OnDelete.SET_NULL)),
                ('issued_at', fields.DatetimeField(description='real time', auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(description='real time', auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, description='real time', auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'password_link', 'app': 'yishe', 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'token_hash', 'table_description': 'A one-time link with which somebody sets a password. Only a hash of it is kept.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RateWindow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('key', fields.CharField(description='hash of what is limited', max_length=64)),
                ('slot', fields.DatetimeField(description='real time: begin of the slot', auto_now=False, auto_now_add=False)),
                ('uses', fields.IntField(db_default=0)),
            ],
            options={'table': 'rate_window', 'app': 'yishe', 'unique_together': (('key', 'slot'),), 'pk_attr': 'id', 'table_description': 'Uses within short slots of time, for limits that all processes share. Unlogged: a crash forgets it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Audit',
            name='after',
            field=fields.JSONField(null=True, description='the same fields, as they are now', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Audit',
            name='before',
            field=fields.JSONField(null=True, description='the fields that changed, as they were', encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Audit',
            name='organisation',
            field=fields.ForeignKeyField('yishe.Organisation', source_field='organisation_id', null=True, db_constraint=True, to_field='id', related_name='audit', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Audit',
            name='subject_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Audit',
            name='subject_kind',
            field=fields.CharField(description='person, device, policy …', db_default='', max_length=32),
        ),
        ops.AddIndex(
            model_name='Audit',
            index=Index(fields=['organisation_id', 'at']),
        ),
        ops.AddIndex(
            model_name='Audit',
            index=Index(fields=['subject_kind', 'subject_id', 'at']),
        ),
        ops.AddField(
            model_name='CalendarOverride',
            name='set_by',
            field=fields.ForeignKeyField('yishe.Person', source_field='set_by_id', null=True, db_constraint=True, to_field='id', related_name='calendar_overrides', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='ChannelAccount',
            name='test_result',
            field=fields.CharField(db_default='', max_length=300),
        ),
        ops.AddField(
            model_name='ChannelAccount',
            name='tested_at',
            field=fields.DatetimeField(null=True, description='real time of the last test message', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ChannelAccount',
            name='version',
            field=fields.IntField(db_default=1),
        ),
        ops.AddField(
            model_name='ContactPoint',
            name='ended_at',
            field=fields.DatetimeField(null=True, description='real time: nothing is sent there any more', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Device',
            name='asset_number',
            field=fields.CharField(description='固定资产编号', db_default='', max_length=64),
        ),
        ops.AddField(
            model_name='Device',
            name='brand',
            field=fields.CharField(db_default='', max_length=100),
        ),
        ops.AddField(
            model_name='Device',
            name='category',
            field=fields.CharField(description='A (甲), B (乙) or neither', db_default='', max_length=8),
        ),
        ops.AddField(
            model_name='Device',
            name='ladder_type',
            field=fields.CharField(description='阶梯配置机型', db_default='', max_length=100),
        ),
        ops.AddField(
            model_name='Device',
            name='made_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Device',
            name='price',
            field=fields.DecimalField(null=True, description='CNY', max_digits=14, decimal_places=2),
        ),
        ops.AddField(
            model_name='Device',
            name='purchased_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Device',
            name='remarks',
            field=fields.CharField(db_default='', max_length=1000),
        ),
        ops.AddField(
            model_name='Device',
            name='reported_on',
            field=fields.DateField(null=True, description='上报日期'),
        ),
        ops.AddField(
            model_name='Device',
            name='service_phone',
            field=fields.CharField(db_default='', max_length=32),
        ),
        ops.AddField(
            model_name='Device',
            name='service_vendor',
            field=fields.CharField(description='who repairs under contract', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Device',
            name='supplier',
            field=fields.CharField(db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Device',
            name='version',
            field=fields.IntField(db_default=1),
        ),
        ops.AddField(
            model_name='Device',
            name='warranty_until',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Organisation',
            name='active',
            field=fields.BooleanField(description='closed ones keep their history', db_default=True),
        ),
        ops.AddField(
            model_name='Organisation',
            name='address',
            field=fields.CharField(db_default='', max_length=300),
        ),
        ops.AddField(
            model_name='Organisation',
            name='version',
            field=fields.IntField(description='counts changes; a form of an older one is refused', db_default=1),
        ),
        ops.AddField(
            model_name='Person',
            name='left_at',
            field=fields.DatetimeField(null=True, description='real time', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Person',
            name='must_change_password',
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name='Person',
            name='password_changed_at',
            field=fields.DatetimeField(null=True, description='real time', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Person',
            name='phone',
            field=fields.CharField(db_default='', max_length=32),
        ),
        ops.AddField(
            model_name='Person',
            name='staff_number',
            field=fields.CharField(null=True, description='工号, by which an import knows them', max_length=64),
        ),
        ops.AddField(
            model_name='Person',
            name='version',
            field=fields.IntField(db_default=1),
        ),
        ops.AddField(
            model_name='Policy',
            name='note',
            field=fields.CharField(description='why it was set so', db_default='', max_length=500),
        ),
        ops.AddField(
            model_name='Policy',
            name='set_by',
            field=fields.ForeignKeyField('yishe.Person', source_field='set_by_id', null=True, db_constraint=True, to_field='id', related_name='policies', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Step',
            name='client',
            field=fields.CharField(description='network address, where there is one', db_default='', max_length=100),
        ),
        ops.AddField(
            model_name='StoredFile',
            name='thumbnail',
            field=fields.CharField(null=True, description='SHA-256 of the small picture of it', max_length=64),
        ),
        ops.AddField(
            model_name='WebSession',
            name='address',
            field=fields.CharField(description='network address', db_default='', max_length=64),
        ),
        ops.AddField(
            model_name='WebSession',
            name='way',
            field=fields.CharField(description='how they signed in', db_default='password', max_length=16),
        ),
        ops.RunSQL("ALTER TABLE rate_window SET UNLOGGED", ""),
        ops.RunSQL(TRAIL, "DROP VIEW trail"),
    ]
