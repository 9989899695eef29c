"""The GraphQL API: types and resolvers that load, call and wrap, and nothing else."""
