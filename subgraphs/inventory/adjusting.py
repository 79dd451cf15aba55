"""A reservation that grows and shrinks: when the lines of an order change after it was placed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.inventory import ReservationStatus
from subgraphs.inventory import repository
from subgraphs.inventory import reservation_repository as store
from subgraphs.inventory.allocation import Wanted, allocate
from subgraphs.inventory.ledger import Claim, claim
from subgraphs.inventory.states import HOLDING, RESERVATION
from subgraphs.inventory.types import Reservation, ReservationLine
from subgraphs.kit import ID, NotFoundError, Refused, Scope, UnitOfWork, invalid


async def adjust(work: UnitOfWork, id: ID, scope: Scope, changes: Mapping[ID, int]) -> Reservation:
    """`changes`: units by variant, more or (negative) fewer; all of them or none."""
    found = await store.lock_reservation(work, id, scope)
    if found is None:
        raise Refused(NotFoundError(field=["reservationId"]))
    if found.status not in HOLDING:
        if any(by > 0 for by in changes.values()):
            raise RESERVATION.refusal(found.status, ReservationStatus.ACTIVE)
        return found
    before = (await store.lines(work, [id]))[id]
    levels = {level.id: level for level in await repository.lock_variants(work, sorted(changes))}
    wanted = [Wanted(variant, None, max(0, by)) for variant, by in changes.items()]
    moved = dict(allocate(wanted, levels.values()))
    for variant, by in changes.items():
        for level, units in _given_back(before, variant, -by).items():
            moved[level] = moved.get(level, 0) - units
    held = "reserved" if found.status is ReservationStatus.ACTIVE else "committed"
    kept = {
        line.stock_level_id: _changed(line, moved.get(line.stock_level_id, 0), held)
        for line in before
    }
    fresh = {level: units for level, units in moved.items() if level not in kept and units}
    if not fresh and not any(line.held for line in kept.values()):
        raise invalid("Nothing would be left: release it.", "lines")
    await store.save_lines(work, id, [*kept.values()])
    await store.add_lines(work, id, fresh, levels, held)
    await claim(work, [Claim(levels[level], units) for level, units in moved.items() if units])
    saved = replace(found, version=found.version + 1, updated_at=work.now)
    await store.save(work, saved)
    return saved


def _given_back(lines: Sequence[ReservationLine], variant: ID, units: int) -> dict[ID, int]:
    """Where `units` of the variant are taken from; from where most are held first."""
    mine = [line for line in lines if line.variant_id == variant]
    if units > sum(line.held for line in mine):
        raise invalid("More than is held.", "lines")
    given: dict[ID, int] = {}
    for line in sorted(mine, key=lambda line: (-line.held, line.stock_level_id)):
        if units <= 0:
            break
        given[line.stock_level_id] = min(line.held, units)
        units -= given[line.stock_level_id]
    return given


def _changed(line: ReservationLine, by: int, held: str) -> ReservationLine:
    """Units come in as those there are held; what goes is released."""
    units = {held: getattr(line, held) + by}
    return replace(line, released=line.released + max(0, -by), **units)
