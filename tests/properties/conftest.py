"""How hard properties are tried: the same few examples each time, or many new ones.

``HYPOTHESIS_PROFILE=thorough`` looks for what nobody has thought of yet.
"""

import os

from hypothesis import HealthCheck, settings

_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
settings.register_profile(
    "modest", max_examples=60, derandomize=True, deadline=None, suppress_health_check=_SHARED
)
settings.register_profile(
    "thorough", max_examples=1000, deadline=None, suppress_health_check=_SHARED
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "modest"))
