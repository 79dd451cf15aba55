"""The writing half of events: catalog, envelope, outbox."""
