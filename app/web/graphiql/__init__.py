"""GraphiQL, the page in which the API is explored: served from here, without the internet."""
