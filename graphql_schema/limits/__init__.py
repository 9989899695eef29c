"""What one operation may be, ask for and bring."""
