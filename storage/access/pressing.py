"""How much a case presses: read from the open case, kept nowhere else. SQL; `c` is the case."""

from storage.access.open_faults import STOPPED as FAULT_STOPS

# 1 to 4: blue, yellow, orange, red. A licence's colour depends on the day, and stands in its own list. Each case's own
# detail is looked up: joins would be made with all that ever was.
LEVEL = """CASE c.workflow
  WHEN 'repair' THEN CASE (SELECT r.urgency FROM repair r WHERE r.case_id = c.id)
       WHEN 'critical' THEN 4 WHEN 'urgent' THEN 3 ELSE 1 END
  WHEN 'alarm' THEN CASE (SELECT a.level FROM alarm a WHERE a.case_id = c.id) WHEN 'alarm' THEN 4 ELSE 3 END
  WHEN 'adverse_event' THEN CASE (SELECT e.grade FROM adverse_event e WHERE e.case_id = c.id)
       WHEN 'I' THEN 4 WHEN 'II' THEN 3 WHEN 'III' THEN 2 ELSE 1 END
END"""
STOPPED = f"""(c.workflow = 'repair' AND c.closed_at IS NULL
  AND EXISTS (SELECT FROM repair r WHERE r.case_id = c.id AND {FAULT_STOPS}))"""
# What is red (patients wait), then a device that is stopped, then the rest.
FIRST = f"CASE WHEN ({LEVEL}) = 4 THEN 0 WHEN {STOPPED} THEN 1 ELSE 2 END"
