"""Where merged profiles lead. Pure."""

from collections.abc import Mapping


def circles(leads: Mapping[str, str]) -> set[str]:
    """Those of these profiles from which one never comes to an end."""
    return {one for one in leads if _goes_in_a_circle(one, leads)}


def _goes_in_a_circle(start: str, leads: Mapping[str, str]) -> bool:
    seen, current = {start}, leads[start]
    while current in leads and current not in seen:
        seen.add(current)
        current = leads[current]
    return current in seen
