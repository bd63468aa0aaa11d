from tortoise import migrations
from tortoise.migrations import operations as ops

# Who is there for somebody at an instant of business time: themselves, their deputy, the deputy's deputy. At most
# three steps and never in a circle; NULL when the last of them is away or has left.
PRESENT_FOR = """
CREATE FUNCTION present_for(asked bigint, at timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE somebody bigint := asked; seen bigint[] := '{}'; stand_in bigint;
BEGIN
  LOOP
    SELECT a.deputy_id INTO stand_in FROM absence a
     WHERE a.person_id = somebody AND a.ended_at IS NULL AND a.starts_at <= at AND a.ends_at > at
     ORDER BY a.id DESC LIMIT 1;
    IF NOT FOUND THEN RETURN somebody; END IF;
    seen := seen || somebody;
    IF stand_in IS NULL OR stand_in = ANY(seen) OR cardinality(seen) > 3 THEN RETURN NULL; END IF;
    IF NOT EXISTS (SELECT FROM person p WHERE p.id = stand_in AND p.active) THEN RETURN NULL; END IF;
    somebody := stand_in;
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [('yishe', '0003_houses')]

    initial = False

    operations = [
        ops.RunSQL(PRESENT_FOR, "DROP FUNCTION present_for(bigint, timestamptz)"),
    ]
