"""A made-up shop with believable customers, so that an empty installation has something to show."""
