"""A case that has the details of every workflow at once, for tests of who may see them."""

from storage.database import Database

MAKE_EVENT = """
INSERT INTO adverse_event (case_id, outcome, happened_on, known_at, manifestation)
VALUES ($1, 'other', '2026-03-01', now(), 'burn')
"""
MAKE_LICENCE = """
INSERT INTO licence (case_id, licence_number, category, unit_name, legal_representative, ownership, device_address,
                     credit_code, device_name, issuing_authority, issued_on, limit_on, public_key)
VALUES ($1, '乙1001100001', 'B', 'unit', 'head', 'public', 'address', '12320000466000002A', 'PET/CT', 'authority',
        '2026-01-05', '2028-01-05', 'licence-key')
"""
MAKE_ALARM = """
INSERT INTO alarm (case_id, metric, unit, level, side, value, raised_at)
VALUES ($1, 'temperature', 'C', 'alarm', 'high', 31, now())
"""


async def make_details(db: Database, case_id: int) -> None:
    """Let the case be an adverse event, a licence and an alarm as well."""
    for statement in (MAKE_EVENT, MAKE_LICENCE, MAKE_ALARM):
        await db.execute(statement, case_id)
