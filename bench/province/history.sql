-- What happened: cases with their details, and the steps, messages, deliveries and audit rows of each. Closed cases are
-- numbered in the order of time from 1, open ones follow. Rows that hang on a case take their ids from the case's, so
-- that any stretch of cases can be written by itself: `{first}` and `{last}` are its ends, `{now}` is when history ends.

-- Of ten open ones five are repairs and three licences; of the closed ones so many are licences as there are.
INSERT INTO work_case (id, number, workflow, definition_version, state, version, entered_version, entered_at,
                       organisation_id, device_id, title, opened_at, closed_at, began_at, last_at)
SELECT c.id, prefix || to_char(opened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY') || '-' || lpad(c.id::text, 7, '0'), workflow,
       1, c.state, c.version, c.version, coalesce(closed_at, opened_at + interval '2 hours'), d.organisation_id, d.id,
       (ARRAY['图像有伪影', '球管打火', '冷却水温偏高', '床面不能升降', '扫描中断', '氦压力异常', '准直器报错',
              '显示器闪烁', '机械臂报警', '探测器校准失败'])[1 + c.id % 10] || CASE WHEN c.id % 7 = 0 THEN '，反复出现' ELSE '' END,
       opened_at, closed_at, opened_at, coalesce(closed_at, opened_at + interval '4 hours')
  FROM (SELECT k.*, 1 + floor(pg_temp.u(id, 3) * {devices})::bigint AS device,
               CASE workflow WHEN 'repair' THEN 'WX' WHEN 'alarm' THEN 'BJ' WHEN 'licence' THEN 'PZ' ELSE 'BL' END AS prefix,
               CASE WHEN closed THEN {steps} ELSE {open_steps} END AS version,
               CASE WHEN closed THEN opened_at + (1 + pg_temp.u(id, 4) * 47) * interval '1 hour' END AS closed_at,
               CASE WHEN closed THEN CASE workflow WHEN 'licence' THEN
                      CASE WHEN id % 9 = 0 THEN 'lapsed' ELSE 'duplicate_issued' END
                      WHEN 'repair' THEN CASE WHEN id % 19 = 0 THEN 'cancelled' ELSE 'closed' END ELSE 'closed' END
                    WHEN workflow = 'repair' THEN
                      (ARRAY['reported', 'triaged', 'in_progress', 'repaired', 'awaiting_approval'])[1 + id / 10 % 5]
                    WHEN workflow = 'alarm' THEN (ARRAY['raised', 'acknowledged', 'cleared'])[1 + id / 10 % 3]
                    WHEN workflow = 'licence' THEN (ARRAY['issued', 'purchased', 'duplicate_applied'])[1 + id / 10 % 3]
                    ELSE (ARRAY['reported', 'checked', 'graded', 'handled'])[1 + id / 10 % 4] END AS state
          FROM (SELECT id, id <= {closed} AS closed,
                       CASE WHEN id <= {closed} THEN {now} - interval '1 day'
                              - (1 - (id - 1)::float8 / {closed}) * make_interval(months => {months})
                            WHEN kind > 6 THEN {now} - interval '1 day' - pg_temp.u(id, 5) * least(700, {months} * 30) * interval '1 day'
                            ELSE {now} - interval '1 day' - pg_temp.u(id, 5) ^ 3 * least(40, {months} * 30) * interval '1 day'
                       END AS opened_at,
                       CASE WHEN id <= {closed} AND id % {every_licence} = 0
                              AND id / {every_licence} <= {closed_licences} THEN 'licence'
                            WHEN id <= {closed} AND id % 4 = 1 THEN 'alarm'
                            WHEN id <= {closed} AND id % 25 = 2 THEN 'adverse_event'
                            WHEN id <= {closed} OR kind < 5 THEN 'repair'
                            WHEN kind = 5 THEN 'alarm' WHEN kind = 6 THEN 'adverse_event' ELSE 'licence' END AS workflow
                  FROM (SELECT id, id % 10 AS kind FROM generate_series({first}::bigint, {last}::bigint) id) ids) k) c
  JOIN device d ON d.id = c.device;

INSERT INTO repair (case_id, fault, urgency, device_down, diagnosis, estimate, work_done, cost)
SELECT id, title, (ARRAY['normal', 'normal', 'urgent', 'critical'])[1 + id % 4], id % 3 = 0, '', id % 500 * 100, '',
       id % 500 * 100 FROM work_case WHERE workflow = 'repair' AND id BETWEEN {first} AND {last};

INSERT INTO alarm (case_id, metric, unit, level, side, value, limit_value, raised_at, cleared_at)
SELECT id, 'temperature', '°C', CASE WHEN id % 3 = 0 THEN 'alarm' ELSE 'warning' END, 'high', 27.5, 26, opened_at,
       closed_at FROM work_case WHERE workflow = 'alarm' AND id BETWEEN {first} AND {last};

INSERT INTO adverse_event (case_id, outcome, happened_on, known_at, manifestation, grade)
SELECT id, 'other', opened_at::date, opened_at, title, (ARRAY['I', 'II', 'III', 'IV', 'IV'])[1 + id / 10 % 5]
  FROM work_case WHERE workflow = 'adverse_event' AND id BETWEEN {first} AND {last};

INSERT INTO licence (case_id, licence_number, category, unit_name, legal_representative, ownership, device_address,
                     credit_code, device_name, issuing_authority, issued_on, limit_on, public_key, remarks)
SELECT c.id, '乙' || lpad(c.id::text, 10, '0'), 'B', h.name, '演示', 'state', '示例路 1 号', '123200000000000000',
       d.name, '示例省卫生健康委员会', c.opened_at::date,
       CASE WHEN c.closed_at IS NULL THEN {now}::date - 60 + (pg_temp.u(c.id, 6) * 760)::int ELSE c.opened_at::date + 730 END,
       'licence-' || c.id, ''
  FROM work_case c JOIN device d ON d.id = c.device_id JOIN organisation o ON o.id = c.organisation_id
  JOIN organisation h ON h.id = o.parent_id WHERE c.workflow = 'licence' AND c.id BETWEEN {first} AND {last};

-- A reporter of the department, a technician of the hospital for repairs; one reporter in 40 has no account.
INSERT INTO participant (case_id, part, name, phone, email, person_id)
SELECT c.id, part, '演示' || c.id % 1000, '', '',
       CASE WHEN part = 'reporter' AND c.id % 40 <> 0 THEN 1 + floor(pg_temp.u(c.id, 7) * {people})::bigint
            WHEN part = 'technician' THEN (SELECT min(post.person_id) FROM post
                 WHERE post.role = 'engineer' AND post.organisation_id = o.parent_id) END
  FROM work_case c JOIN organisation o ON o.id = c.organisation_id
 CROSS JOIN unnest(ARRAY['reporter', 'technician']) part
 WHERE c.id BETWEEN {first} AND {last} AND c.workflow IN ('repair', 'adverse_event') AND (part = 'reporter' OR c.workflow = 'repair');

-- Those of closed cases fired or are moot; those of open ones lie ahead.
INSERT INTO timer (rule, rung, entered_version, due_at, fired_at, outcome, case_id)
SELECT CASE workflow WHEN 'licence' THEN 'time_limit' ELSE 'limit' END, rung, entered_version,
       CASE WHEN closed_at IS NULL THEN {now} + interval '30 days' + rung * pg_temp.u(id, 8) * interval '300 days'
            ELSE opened_at + rung * interval '4 hours' END,
       CASE WHEN closed_at IS NOT NULL THEN opened_at + rung * interval '4 hours' END,
       CASE WHEN closed_at IS NOT NULL THEN CASE WHEN rung = 1 THEN 'done' ELSE 'moot' END END, id
  FROM work_case CROSS JOIN generate_series(1, 2) rung WHERE id BETWEEN {first} AND {last};

INSERT INTO step (id, version, action, source, target, actor_name, door, entered, data, at, recorded_at, case_id, person_id)
SELECT (c.id - 1) * {steps} + v, v,
       CASE WHEN v = 1 THEN CASE c.workflow WHEN 'alarm' THEN 'alarm' WHEN 'licence' THEN 'register' ELSE 'report' END
            WHEN v = c.version THEN CASE c.workflow WHEN 'licence' THEN 'issue' ELSE 'confirm' END ELSE 'remark' END,
       CASE WHEN v > 1 THEN 'reported' END, CASE WHEN v = c.version THEN c.state ELSE 'reported' END,
       p.name, 'page', v IN (1, c.version), '{{}}', at, at, c.id, p.id
  FROM (SELECT c.*, v, c.opened_at + (v - 1) * (coalesce(c.closed_at, c.opened_at + interval '4 hours') - c.opened_at)
                       / greatest(c.version - 1, 1) AS at
          FROM work_case c CROSS JOIN generate_series(1, {steps}) v WHERE c.id BETWEEN {first} AND {last} AND v <= c.version) c
  JOIN person p ON p.id = 1 + floor(pg_temp.u(c.id * 16 + v, 9) * {people})::bigint;

INSERT INTO message (id, created_at, case_version, kind, channel, lane, variables, state, attempts, next_at,
                     finished_at, case_id, person_id, severity, due_at)
SELECT (c.id - 1) * {messages} + v, at, least(v, c.version),
       c.workflow || CASE c.workflow WHEN 'repair' THEN (ARRAY['.please_triage', '.received', '.closed'])[v]
                     WHEN 'licence' THEN (ARRAY['.registered', '.yellow', '.issued'])[v]
                     WHEN 'alarm' THEN (ARRAY['.alarm', '.warning', '.over'])[v] ELSE (ARRAY['.reported', '.reported', '.closed'])[v] END,
       NULL, c.id || '/' || p, jsonb_build_object('number', c.number, 'device', c.title, 'device_number', 'D' || c.device_id),
       CASE WHEN c.id % 500 = 0 THEN 'dead' ELSE 'sent' END, 1, at, at + interval '2 seconds', c.id, p,
       (ARRAY['urgent', 'info', 'notice'])[v], at
  FROM (SELECT c.*, v, c.opened_at + v * interval '1 minute' AS at,
               1 + floor(pg_temp.u(c.id * 16 + v, 10) * {people})::bigint AS p
          FROM work_case c CROSS JOIN generate_series(1, {messages}) v WHERE c.id BETWEEN {first} AND {last}) c;

INSERT INTO delivery (id, created_at, message_id, message_created_at, channel, address, unique_id, payload, state,
                      tries, tried_at, finished_at, provider_id, account_id, case_id, received_at, parts, cost,
                      error_code, error, verdict)
SELECT m.id, m.created_at + interval '1 second', m.id, m.created_at, (ARRAY['wecom', 'email', 'sms'])[account],
       'person-' || m.person_id, 'u' || m.id, '{{}}', CASE WHEN m.state = 'dead' THEN 'refused' ELSE 'accepted' END, 1,
       m.finished_at, m.finished_at, 'p' || m.id, account, m.case_id,
       CASE WHEN account = 3 THEN m.finished_at + interval '5 seconds' END, CASE WHEN account = 3 THEN 1 END,
       CASE WHEN account = 3 THEN 0.045 END, CASE WHEN m.state = 'dead' THEN '40003' ELSE '' END, '',
       CASE WHEN m.state = 'dead' THEN 'permanent' ELSE '' END
  FROM (SELECT m.*, 1 + m.id % 3 AS account FROM message m
         WHERE m.id BETWEEN ({first}::bigint - 1) * {messages} + 1 AND {last}::bigint * {messages}) m;

INSERT INTO audit (id, at, door, client, action, subject, data, case_id, person_id, organisation_id, subject_id, subject_kind)
SELECT (c.id - 1) * {audit} + v, c.opened_at + v * interval '7 minutes', 'page', '10.0.' || c.id % 250 || '.' || v,
       action, CASE WHEN kind = 'case' THEN c.number WHEN kind = 'device' THEN 'D' || c.device_id ELSE p.name END, '{{}}',
       CASE WHEN kind = 'case' THEN c.id END, p.id, c.organisation_id,
       CASE kind WHEN 'case' THEN c.id WHEN 'device' THEN c.device_id ELSE p.id END, kind
  FROM (SELECT c.*, v, (ARRAY['session.begin', 'case.look', 'device.change', 'labels.print', 'person.change', 'export'])
                 [1 + (c.id + v) % 6] AS action,
               (ARRAY['person', 'case', 'device', 'device', 'person', 'person'])[1 + (c.id + v) % 6] AS kind
          FROM work_case c CROSS JOIN generate_series(1, {audit}) v WHERE c.id BETWEEN {first} AND {last}) c
  JOIN person p ON p.id = 1 + floor(pg_temp.u(c.id * 16 + v, 11) * {people})::bigint;
