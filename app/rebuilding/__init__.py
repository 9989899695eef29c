"""What documents should hold by the ledger: looked at, and made so."""
