"""What the catalog promises to consumers, as an AsyncAPI document: one message per event type."""

from pathlib import Path

FILE = Path(__file__).parent / "catalog" / "asyncapi.json"
"""The document as committed."""

JSON_OF = {int: {"type": "integer"}}
