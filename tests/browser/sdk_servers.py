"""Sends what a server of a shop would, with the Python SDK that is named.

Arguments: name of the SDK, URL of the server, write key, id of the user, id of the account.
"""

import sys
from typing import Any

import rudderstack.analytics
import segment.analytics
from posthog import Posthog


def with_segment(host: str, key: str, user: str, account: str) -> None:
    analytics = segment.analytics
    analytics.write_key, analytics.host, analytics.on_error = key, host, fail
    send_calls(analytics, user, account)


def with_rudderstack(host: str, key: str, user: str, account: str) -> None:
    analytics = rudderstack.analytics
    analytics.write_key, analytics.dataPlaneUrl, analytics.on_error = key, host, fail
    send_calls(analytics, user, account)


def send_calls(analytics: Any, user: str, account: str) -> None:
    anonymous = f"{user}-anonymous"
    analytics.page(anonymous_id=anonymous, name="Cart", properties={"path": "/cart"})
    traits = {"email": "ana@example.com", "plan": "pro"}
    analytics.identify(user, traits, anonymous_id=anonymous)
    analytics.group(user, account, {"name": "Acme"})
    analytics.track(user, "Order Completed", {"revenue": 75.25})
    analytics.shutdown()


def with_posthog(host: str, key: str, user: str, account: str) -> None:
    posthog = Posthog(key, host=host, on_error=fail)
    who = {"email": "ana@example.com", "plan": "pro"}
    order = {"revenue": 75.25, "$set": who}
    posthog.capture(
        "Order Completed", distinct_id=user, properties=order, groups={"company": account}
    )
    posthog.alias(previous_id=f"{user}-anonymous", distinct_id=user)
    posthog.group_identify("company", account, {"name": "Acme"})
    posthog.shutdown()


def fail(error: object, _messages: object) -> None:
    sys.exit(f"The events were not taken: {error}")


SDKS = {"segment": with_segment, "rudderstack": with_rudderstack, "posthog": with_posthog}

if __name__ == "__main__":
    SDKS[sys.argv[1]](*sys.argv[2:])
