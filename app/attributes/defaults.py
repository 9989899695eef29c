"""The default catalogue: attributes that every profile has without anyone defining them.

The 23 user and 4 account attributes of Datadog's profile pages, Piwik PRO's user attributes,
and what a session tells about itself.
"""

from dataclasses import replace
from datetime import UTC, datetime

from app.aggregation.monoids import Aggregation
from app.attributes.model import (
    AttributeDefinition,
    AttributeOrigin,
    ProfileKind,
    TextSearch,
    ValueFormat,
)
from app.values import DataType

FRUSTRATIONS = ("rage_click", "dead_click", "error_click", "rage_tap", "error_tap")
"""The kinds of frustration that RUM SDKs report."""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

_DATADOG_PAIRS = (
    ("Seen Application", "seen_application", "context.application.id"),
    ("City", "city", "context.geo.city"),
    ("Seen Country", "seen_country", "context.geo.country_iso_code"),
    ("Region", "region", "context.geo.country_subdivision"),
    ("Device Type", "device_type", "context.device.type"),
    ("OS Name", "os_name", "context.os.name"),
    ("OS Version", "os_version", "context.os.version"),
    ("Browser Name", "browser_name", "context.browser.name"),
    ("Browser Version", "browser_version", "context.browser.version"),
)
_PIWIK_PAIRS = (
    *(
        (name, DataType.STRING)
        for name in (
            "browser_name",
            "browser_version",
            "browser_engine",
            "browser_language_iso639",
            "operating_system",
            "device_type",
            "location_continent_iso_code",
            "location_country_iso_code",
            "location_subdivision_1_iso_code",
            "location_city_geoname_id",
            "location_organization",
            "location_provider",
            "source",
            "medium",
            "source_medium",
        )
    ),
    *(
        (name, DataType.NUMBER)
        for name in (
            "location_latitude",
            "location_longitude",
            "referrer_type",
            "resolution_width",
            "resolution_height",
        )
    ),
)
_PIWIK_CONSENTS = (
    "analytics",
    "ab_testing_personalization",
    "conversion_tracking",
    "marketing_automation",
    "remarketing",
    "user_feedback",
    "custom_1",
)


def _default(  # a row of a table: its columns are its arguments
    kind: ProfileKind,
    name: str,
    display: str,
    source: str,
    aggregation: Aggregation,
    data_type: DataType = DataType.STRING,
    value_format: ValueFormat = ValueFormat.PLAIN,
) -> AttributeDefinition:
    return AttributeDefinition(
        kind=kind,
        name=name,
        display_name=display,
        data_type=data_type,
        aggregation=aggregation,
        origin=AttributeOrigin.DEFAULT,
        source=source,
        created_at=_EPOCH,
        updated_at=_EPOCH,
        value_format=value_format,
    )


def _name(kind: ProfileKind, name: str, display: str, source: str) -> AttributeDefinition:
    """What people know by a part of it."""
    return replace(_default(kind, name, display, source, Aggregation.LAST), search=TextSearch.PARTS)


def _seen(kind: ProfileKind) -> tuple[AttributeDefinition, ...]:
    return (
        _default(
            kind, "first_seen", "First Seen", "event.time", Aggregation.MIN, DataType.DATETIME
        ),
        _default(kind, "last_seen", "Last Seen", "event.time", Aggregation.MAX, DataType.DATETIME),
    )


def _first_and_last_of(display: str, name: str, source: str) -> tuple[AttributeDefinition, ...]:
    form = ValueFormat.COUNTRY if source.endswith("country_iso_code") else ValueFormat.PLAIN
    return tuple(
        _default(
            ProfileKind.USER,
            f"{end.lower()}_{name}",
            f"{end} {display}",
            source,
            Aggregation[end.upper()],
            value_format=form,
        )
        for end in ("First", "Last")
    )


def datadog_user_attributes() -> tuple[AttributeDefinition, ...]:
    """The 23 user attributes of the profile pages."""
    user = ProfileKind.USER
    return (
        _name(user, "user_id", "User ID", "identity.user_id"),
        _name(user, "email", "User Email", "user.email"),
        _name(user, "name", "User Name", "user.name"),
        *_seen(user),
        *(one for pair in _DATADOG_PAIRS for one in _first_and_last_of(*pair)),
    )


def account_attributes() -> tuple[AttributeDefinition, ...]:
    """The four account attributes."""
    account = ProfileKind.ACCOUNT
    return (
        _name(account, "account_id", "Account ID", "account.id"),
        _name(account, "account_name", "Account Name", "account.name"),
        *_seen(account),
    )


def _piwik(
    name: str, source: str, aggregation: Aggregation, data_type: DataType = DataType.STRING
) -> AttributeDefinition:
    display = name.replace("_", " ").title()
    found = _default(ProfileKind.USER, name, display, source, aggregation, data_type)
    return replace(found, search=TextSearch.NONE)  # of events rather than of people


def piwik_user_attributes() -> tuple[AttributeDefinition, ...]:
    """Piwik PRO's user attributes, fed by event fields of the same names."""
    return (
        *(
            _piwik(name, f"properties.{name}", Aggregation.FIRST_AND_LAST, data_type)
            for name, data_type in _PIWIK_PAIRS
        ),
        _piwik("ipv4_address", "properties.location_ipv4", Aggregation.FIRST_AND_LAST, DataType.IP),
        _piwik("first_activity", "event.time", Aggregation.FIRST, DataType.DATETIME),
        _piwik("last_activity", "event.time", Aggregation.LAST, DataType.DATETIME),
        _piwik("first_page_url", "properties.event_url", Aggregation.FIRST),
        _piwik("last_page_url", "properties.event_url", Aggregation.LAST),
        _piwik("last_order_time", "properties.order_time", Aggregation.LAST, DataType.DATETIME),
        _piwik("goal_uuids", "properties.goal_uuid", Aggregation.LIST),
        _piwik("total_goal_revenue", "properties.goal_revenue", Aggregation.SUM, DataType.NUMBER),
        _piwik("total_revenue", "properties.revenue", Aggregation.SUM, DataType.NUMBER),
        *(
            replace(
                _piwik(
                    f"consent_type_{consent}",
                    f"properties.consent_type_{consent}",
                    Aggregation.LAST,
                    DataType.BOOLEAN,
                ),
                value_format=ValueFormat.CONSENT,
            )
            for consent in _PIWIK_CONSENTS
        ),
    )


def _session(
    name: str, source: str, aggregation: Aggregation, data_type: DataType = DataType.STRING
) -> AttributeDefinition:
    found = _default(ProfileKind.SESSION, name, name, source, aggregation, data_type)
    return replace(found, search=TextSearch.NONE)


def session_attributes() -> tuple[AttributeDefinition, ...]:
    """What a session document aggregates; not listed in the API, which has fields for it."""
    number = DataType.NUMBER
    return (
        _session("started_at", "event.time", Aggregation.MIN, DataType.DATETIME),
        _session("ended_at", "event.time", Aggregation.MAX, DataType.DATETIME),
        _session("application", "context.application.id", Aggregation.FIRST),
        _session("entry_page", "event.page", Aggregation.FIRST),
        _session("exit_page", "event.page", Aggregation.LAST),
        _session("view_count", "event.views", Aggregation.SUM, number),
        _session("action_count", "event.actions", Aggregation.SUM, number),
        _session("error_count", "event.errors", Aggregation.SUM, number),
        _session("frustration_count", "event.frustrations", Aggregation.SUM, number),
        *(_session(kind, f"event.{kind}", Aggregation.SUM, number) for kind in FRUSTRATIONS),
    )


def default_attributes() -> tuple[AttributeDefinition, ...]:
    """Every default definition, in the order in which attributes are shown."""
    return (
        *datadog_user_attributes(),
        *piwik_user_attributes(),
        *account_attributes(),
        *session_attributes(),
    )
