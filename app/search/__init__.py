"""The query language of searches: `@usr.id:x service:checkout`, one for events and traces."""
