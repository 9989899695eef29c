"""HTTP: routes, pages and the GraphQL endpoint."""
