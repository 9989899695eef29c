"""Everything that is stored of one person, for the person to have."""
