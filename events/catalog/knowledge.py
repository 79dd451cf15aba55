"""Facts that the knowledge agent publishes: each about one article."""

from typing import Annotated

from events.event import Event, fact
from events.values import OneOf

Readers = Annotated[str, OneOf("PUBLIC", "CUSTOMERS", "STAFF")]
StaleReason = Annotated[str, OneOf("EVENT", "REVIEW_DATE")]


@fact("knowledge.article_published")
class KnowledgeArticlePublished(Event):
    """A version of it is what `readers` see now."""

    article_version: int
    readers: Readers


@fact("knowledge.article_stale")
class KnowledgeArticleStale(Event):
    """It may be wrong by now, and is offline until somebody has read it."""

    article_version: int
    reason: StaleReason
