"""What must hold when the fire is over, asked of the database alone."""

from dataclasses import dataclass

from sqlalchemy import text

from models.database import Database

COMMITTED = text("SELECT coalesce(sum(last), 0) FROM platform.aggregate_sequence")
EFFECTS = text("SELECT count(*), count(DISTINCT event_id) FROM platform.effect")
LOG = text(
    "SELECT count(*), coalesce(max(position), 0), count(DISTINCT id) FROM platform.event_log"
)
DISORDER = text("""
    SELECT count(*) FROM (
        SELECT sequence - lag(sequence, 1, 0::bigint)
            OVER (PARTITION BY key ORDER BY number) AS step
        FROM platform.effect) steps
    WHERE step <> 1
""")
LOG_DISORDER = text("""
    SELECT count(*) FROM (
        SELECT sequence - lag(sequence, 1, 0::bigint)
            OVER (PARTITION BY aggregate_id ORDER BY position) AS step
        FROM platform.event_log) steps
    WHERE step <> 1
""")
WAITING = text("""
    SELECT (SELECT count(*) FROM platform.outbox), (SELECT count(*) FROM platform.parked_key),
        (SELECT count(*) FROM platform.dead_letter)
""")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts: `stamped` events of the log, `effects` of them, and what is out of order in both."""

    committed: int
    stamped: int
    last_position: int
    distinct: int
    effects: int
    distinct_effects: int
    disorder: int
    log_disorder: int
    outbox: int
    parked: int
    dead_letters: int

    @property
    def done(self) -> bool:
        """Nothing waits anywhere."""
        return self.effects >= self.committed and not (self.outbox or self.parked)

    @property
    def holds(self) -> bool:
        """Every committed event once, in order per key; positions without a gap."""
        same = {
            self.committed,
            self.stamped,
            self.last_position,
            self.distinct,
            self.effects,
            self.distinct_effects,
        }
        wrong = (self.disorder, self.log_disorder, self.outbox, self.parked, self.dead_letters)
        return len(same) == 1 and not any(wrong)


async def verdict(db: Database) -> Verdict:
    """As things are now."""
    numbers = [
        value
        for question in (COMMITTED, LOG, EFFECTS, DISORDER, LOG_DISORDER, WAITING)
        for row in await db.rows(question)
        for value in row
    ]
    return Verdict(*(int(number) for number in numbers))
