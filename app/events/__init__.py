"""What happened: the event, how input becomes one, which values it carries, and the ledger."""
