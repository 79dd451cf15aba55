"""Facts that the backoffice publishes; none is for customers or for staff."""

from events.event import ADMIN, Event, fact


@fact("backoffice.config_changed", ADMIN)
class BackofficeConfigChanged(Event):
    """The setting `key` has another value: whoever needs it, asks for it. No value travels."""

    key: str
    config_version: int


@fact("user.invited", ADMIN)
class UserInvited(Event):
    """Somebody may join, with these roles."""

    role_ids: list[str]


@fact("user.role_changed", ADMIN)
class UserRoleChanged(Event):
    """The user has these roles now, and no others."""

    role_ids: list[str]


@fact("user.deactivated", ADMIN)
class UserDeactivated(Event):
    """The user may never sign in again."""
