"""Who an event is about: identifiers, their registry, and which of them belong together."""
