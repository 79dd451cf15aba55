"""what grew: which types of events came in a stream."""

from alembic import op

revision = "platform_0005"
down_revision = "platform_0004"
branch_labels = None
depends_on = None

# As in platform_0002, but `streams` name the types of what came, too: `order/3/order.placed`.
STAMP = """
CREATE OR REPLACE FUNCTION platform.stamp(
    lease_owner text, lease_epoch bigint, batch int, since xid8, running xid8[],
    OUT moved int, OUT last_position bigint, OUT seen xid8, OUT still_running xid8[],
    OUT streams text[])
LANGUAGE plpgsql AS $$
DECLARE
    base bigint;
    ordinals bigint[];
    snapshot pg_snapshot;
BEGIN
    PERFORM 1 FROM platform.lease
    WHERE name = 'sequencer' AND owner = lease_owner AND epoch = lease_epoch FOR SHARE;
    IF NOT FOUND THEN
        moved := -1;
        RETURN;
    END IF;
    SELECT last INTO base FROM platform.log_counter FOR UPDATE;
    snapshot := pg_current_snapshot();
    seen := pg_snapshot_xmax(snapshot);
    still_running := array(SELECT pg_snapshot_xip(snapshot));
    IF since IS NULL THEN
        ordinals := array(SELECT ordinal FROM platform.outbox ORDER BY ordinal LIMIT batch);
    ELSE
        ordinals := array(
            SELECT ordinal FROM (
                SELECT ordinal FROM platform.outbox WHERE xid >= since
                UNION ALL
                SELECT ordinal FROM platform.outbox WHERE xid = ANY (running)
                OFFSET 0) fresh
            ORDER BY ordinal LIMIT batch);
    END IF;
    moved := cardinality(ordinals);
    last_position := base + moved;
    IF moved = 0 THEN
        RETURN;
    END IF;
    WITH taken AS (
        DELETE FROM platform.outbox WHERE ordinal = ANY (ordinals) RETURNING *
    ), written AS (
        INSERT INTO platform.event_log (
            position, id, agent, partition, type, version, subject, aggregate_id, sequence,
            occurred_at, actor, on_behalf_of, correlation_id, causation_id, trace_id, seed, data,
            stamped_at)
        SELECT base + row_number() OVER (ORDER BY ordinal), id, agent, partition, type, version,
            subject, aggregate_id, sequence, occurred_at, actor, on_behalf_of, correlation_id,
            causation_id, trace_id, seed, data, clock_timestamp()
        FROM taken RETURNING agent || '/' || partition || '/' || type AS stream
    )
    SELECT count(*), array_agg(DISTINCT stream) INTO moved, streams FROM written;
    IF base + moved <> last_position THEN
        RAISE EXCEPTION 'a row of the outbox has vanished';
    END IF;
    UPDATE platform.log_counter SET last = last_position;
END $$
"""

# What `streams` said before: `order/3`.
BEFORE = STAMP.replace(" || '/' || type AS stream", " AS stream")


def upgrade() -> None:
    op.execute(STAMP)


def downgrade() -> None:
    op.execute(BEFORE)
