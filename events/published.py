"""What the catalog promises to consumers, as an AsyncAPI document: one message per event type."""

import json
from dataclasses import fields
from inspect import getdoc
from pathlib import Path
from typing import Any

from events.catalog import AGENT_OF, EVENTS, aggregate_word
from events.decode import adapter
from events.envelope import Envelope
from events.event import Event
from events.topics import PARTITIONS, topic, topic_of

FILE = Path(__file__).parent / "catalog" / "asyncapi.json"
"""The document as committed."""

JSON_OF = {int: {"type": "integer"}}
