"""Why an operation has no plan."""


class PlanningFailed(Exception):
    """No combination of subgraphs answers the operation, or it is too large to plan.

    The message names schema coordinates only and may be shown to the client.
    """


class PlanningBudgetExceeded(PlanningFailed):
    """Planning took longer than its time budget."""
