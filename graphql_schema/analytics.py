"""Texts of queries that lead from what is shown to the numbers behind it. Pure."""

import json
from datetime import timedelta
from string import Template

from app.attributes.defaults import FRUSTRATIONS
from app.events.filter import SessionSpan
from graphql_schema.scalars import write_moment

_FRUSTRATIONS = Template("""\
{
  explore(input: {
    filter: { where: [
      { field: "event.session_id", eq: $session }
      { field: "properties.frustration", in: $kinds }
    ] }
    during: { between: { from: $start, to: $end } }
    groupBy: ["properties.frustration"]
  }) {
    total
  }
}
""")


def frustrations_query(session: SessionSpan) -> str:
    """The ``explore`` query for a session's moments of frustration, with all values in it."""
    after = session.ended_at + timedelta(milliseconds=1)  # ranges end before their end
    values = {
        "session": session.session_id,
        "kinds": FRUSTRATIONS,
        "start": write_moment(session.started_at),
        "end": write_moment(after),
    }
    # Strings and lists of JSON are strings and lists of GraphQL.
    return _FRUSTRATIONS.substitute({name: json.dumps(one) for name, one in values.items()})
