"""Queries that lead from what is shown to the numbers behind it. Pure."""


def frustrations_query(session_id: str) -> str:
    """The analytics query for a session with its frustrations, in Datadog's search syntax."""
    escaped = session_id.replace("\\", "\\\\").replace('"', '\\"')
    return f'@session.frustration.count:>0 @type:session @session.id:"{escaped}"'
