"""What is asked of a million people: through GraphQL, and the same of the bare driver."""
