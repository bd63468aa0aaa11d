-- What is there now: organisations, people with posts and ways to be reached, devices with labels. Places in braces are
-- numbers of `Size` and `{now}`. Everything is spread by a hash of its number, so that two runs are alike.

-- A number from 0 to 1 for each id, another one for each salt.
CREATE OR REPLACE FUNCTION pg_temp.u(id bigint, salt int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
  SELECT (hashint8extended(id, salt) & 2147483647)::float8 / 2147483648.0
$$;

-- 1 is the nation, 2 the province; then cities, hospitals, and the departments of each in turn.
INSERT INTO organisation (id, parent_id, kind, name, code, path, active)
VALUES (1, NULL, 'nation', '国家', NULL, '1.', true), (2, 1, 'province', '示例省', '320000', '1.2.', true);

INSERT INTO organisation (id, parent_id, kind, name, code, path, active)
SELECT 2 + i, 2, 'city', '示例' || i || '市', (320000 + i * 100)::text, '1.2.' || 2 + i || '.', true
  FROM generate_series(1, {cities}) i;

INSERT INTO organisation (id, parent_id, kind, name, code, path, active)
SELECT id, city, 'hospital', '示例市第' || i || '医院', 'H' || lpad(i::text, 17, '0'),
       '1.2.' || city || '.' || id || '.', true
  FROM (SELECT i, 2 + {cities} + i AS id, 3 + (i - 1) % {cities} AS city
          FROM generate_series(1, {hospitals}) i) h;

INSERT INTO organisation (id, parent_id, kind, name, path, active)
SELECT 2 + {cities} + {hospitals} + (i - 1) * {departments} + n, h.id, 'department',
       (ARRAY['放射科', '放疗科', '核医学科', '手术室', '急诊科', '心内科', '神经外科', '肿瘤科', '介入科', '医学装备处'])
         [1 + (n - 1) % 10],
       h.path || 2 + {cities} + {hospitals} + (i - 1) * {departments} + n || '.', true
  FROM generate_series(1, {hospitals}) i JOIN organisation h ON h.id = 2 + {cities} + i
 CROSS JOIN generate_series(1, {departments}) n;

-- Posts of a hospital come first, so that each has its own; then people of the departments in turn.
CREATE TEMP TABLE somebody AS
SELECT row_number() OVER (ORDER BY rank, place)::bigint AS id, place AS organisation_id, role
  FROM (SELECT o.id AS place, r.role, 0 AS rank FROM organisation o JOIN (VALUES
               ('province', 'province_officer'), ('province', 'auditor'), ('province', 'administrator'),
               ('city', 'city_officer'), ('hospital', 'engineer'), ('hospital', 'equipment_head'),
               ('hospital', 'administrator'), ('hospital', 'vice_director'), ('hospital', 'safety_officer'),
               ('hospital', 'licence_contact'), ('hospital', 'auditor'), ('hospital', 'engineer'),
               ('hospital', 'engineer')) r(kind, role) ON r.kind = o.kind
         UNION ALL
        SELECT 3 + {cities} + {hospitals} + i % ({hospitals} * {departments}),
               CASE WHEN i < {hospitals} * {departments} THEN 'department_head' ELSE 'medical_staff' END, 1
          FROM generate_series(0, {people} - 1) i) people
 LIMIT {people};

INSERT INTO person (id, organisation_id, name, title, username, active, failed_sign_ins, staff_number, phone)
SELECT id, organisation_id,
       (ARRAY['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴'])[1 + id % 10] || '演示' || id, '职员',
       'person-' || id, true, 0, 'G' || id, '139' || lpad(id::text, 8, '0') FROM somebody;

INSERT INTO post (person_id, organisation_id, role, starts_at)
SELECT id, organisation_id, role, {now} - interval '11 years' FROM somebody;

INSERT INTO channel_account (id, organisation_id, kind, name, public_key, settings, active, test_result)
SELECT nth, 2, kind, kind, 'province-' || kind, '{{}}', true, ''
  FROM unnest(ARRAY['wecom', 'email', 'sms']) WITH ORDINALITY a(kind, nth);

-- One in twenty cannot be reached.
INSERT INTO contact_point (account_id, address, rank, person_id)
SELECT a, 'person-' || id, a, id FROM somebody CROSS JOIN generate_series(1, 2) a WHERE id % 20 <> 0;

-- The first hospitals have the most.
INSERT INTO device (id, organisation_id, number, type, name, maker, model, serial, location, status, licence_number,
                    installed_on, category, price, purchased_on, warranty_until)
SELECT i, 3 + {cities} + {hospitals} + floor(pg_temp.u(i, 1) ^ 1.5 * {hospitals} * {departments})::bigint,
       'D' || lpad(i::text, 7, '0'), type, name, '演示厂家' || i % 40, 'M' || i % 200, 'S' || i, i % 30 || ' 号室',
       CASE WHEN i % 25 = 0 THEN 'retired' ELSE 'in_use' END,
       CASE WHEN i <= {licences} THEN '乙' || lpad(i::text, 10, '0') END,
       day, CASE WHEN i <= {licences} THEN 'B' ELSE '' END, 1000000 + i % 300 * 100000, day, day + 700
  FROM (SELECT i, ({now}::date - 30 - (pg_temp.u(i, 2) * 3600)::int) AS day,
               (ARRAY['ct', 'mr', 'linac', 'pet_ct', 'surgical_robot'])[1 + i % 5] AS type,
               (ARRAY['X 射线计算机体层摄影设备', '磁共振成像系统', '医用直线加速器', '正电子发射断层扫描仪',
                      '腹腔内窥镜手术系统'])[1 + i % 5] AS name
          FROM generate_series(1, {devices}) i) d;

INSERT INTO device_label (token, device_id, generation)
SELECT 'label-' || id, id, 1 FROM device;
