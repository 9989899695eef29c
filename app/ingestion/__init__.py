"""A batch of events becomes profile state, exactly once, whatever crashes or repeats."""
