"""ProfileGraph: events in, living profiles out."""
