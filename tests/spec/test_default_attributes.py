"""What a profile has without anyone defining it."""

from decimal import Decimal
from typing import Any

from app.aggregation.monoids import Aggregation
from app.attributes.catalogue import Catalogue
from app.attributes.defaults import (
    account_attributes,
    datadog_user_attributes,
    piwik_user_attributes,
)
from app.attributes.model import AttributeOrigin, ProfileKind
from app.ingestion.outcome import IndexedWarning
from app.values import DataType
from tests.building import an_event, at
from tests.living import World, show

CONTEXT: dict[str, Any] = {
    "application": {"id": "shop"},
    "geo": {"city": "Recife", "country_iso_code": "br", "country_subdivision": "Pernambuco"},
    "device": {"type": "mobile"},
    "os": {"name": "Android", "version": "15"},
    "browser": {"name": "Chrome", "version": "140"},
}
LATER: dict[str, Any] = {
    "application": {"id": "admin"},
    "geo": {"city": "London", "country_iso_code": "GB", "country_subdivision": "England"},
    "device": {"type": "desktop"},
    "os": {"name": "macOS", "version": "26"},
    "browser": {"name": "Firefox", "version": "145"},
}


async def attributes_of(world: World) -> dict[str, Any]:
    fold = await world.the_fold()
    return {name: show(*state) for name, state in fold.attributes.items()}


def test_there_are_23_user_and_4_account_attributes() -> None:
    assert [one.name for one in datadog_user_attributes()] == [
        "user_id",
        "email",
        "name",
        "first_seen",
        "last_seen",
        "first_seen_application",
        "last_seen_application",
        "first_city",
        "last_city",
        "first_seen_country",
        "last_seen_country",
        "first_region",
        "last_region",
        "first_device_type",
        "last_device_type",
        "first_os_name",
        "last_os_name",
        "first_os_version",
        "last_os_version",
        "first_browser_name",
        "last_browser_name",
        "first_browser_version",
        "last_browser_version",
    ]
    assert [one.name for one in account_attributes()] == [
        "account_id",
        "account_name",
        "first_seen",
        "last_seen",
    ]


def test_names_of_defaults_are_unique() -> None:
    user = [one.name for one in (*datadog_user_attributes(), *piwik_user_attributes())]

    assert len(user) == len(set(user)) == len(list(Catalogue().of_kind(ProfileKind.USER)))


async def test_first_and_last_of_everything(world: World) -> None:
    user = {"email": "ana@example.com", "name": "Ana"}
    await world.ingest(
        an_event("e2", 20, user_id="u1", user={**user, "name": "Ana Lima"}, context=LATER),
        an_event("e1", 10, user_id="u1", user=user, context=CONTEXT),
    )

    assert await attributes_of(world) == {
        "user_id": "u1",
        "email": "ana@example.com",
        "name": "Ana Lima",
        "first_seen": at(10),
        "last_seen": at(20),
        "first_activity": at(10),
        "last_activity": at(20),
        "first_seen_application": "shop",
        "last_seen_application": "admin",
        "first_city": "Recife",
        "last_city": "London",
        "first_seen_country": "BR",
        "last_seen_country": "GB",
        "first_region": "Pernambuco",
        "last_region": "England",
        "first_device_type": "mobile",
        "last_device_type": "desktop",
        "first_os_name": "Android",
        "last_os_name": "macOS",
        "first_os_version": "15",
        "last_os_version": "26",
        "first_browser_name": "Chrome",
        "last_browser_name": "Firefox",
        "first_browser_version": "140",
        "last_browser_version": "145",
    }


async def test_country_that_is_no_code_is_refused_for_both_ends(world: World) -> None:
    await world.ingest(an_event("e1", 10, context=CONTEXT))

    outcome = await world.ingest(
        an_event("e2", 20, context={"geo": {"country_iso_code": "Brazil", "city": "Olinda"}})
    )

    message = '"Brazil" is not an ISO 3166-1 alpha-2 country code.'
    assert outcome.warnings == [
        IndexedWarning(0, "VALUE_REFUSED", message, "first_seen_country"),
        IndexedWarning(0, "VALUE_REFUSED", message, "last_seen_country"),
    ]
    assert await world.shown("first_seen_country", "last_seen_country", "last_city") == {
        "first_seen_country": "BR",
        "last_seen_country": "BR",
        "last_city": "Olinda",
    }


async def test_revenue_goals_and_consents_are_kept_by_their_names(world: World) -> None:
    await world.ingest(
        an_event("e1", 10, properties={"revenue": "49.90", "goal_uuid": "g1", "source": "mail"}),
        an_event(
            "e2",
            20,
            properties={
                "revenue": 0.2,
                "goal_uuid": "g1",
                "source": "ads",
                "consent_type_analytics": "true",
                "location_ipv4": "192.0.2.1",
                "location_latitude": -8.05,
            },
        ),
    )

    names = (
        "total_revenue",
        "goal_uuids",
        "source",
        "consent_type_analytics",
        "ipv4_address",
        "location_latitude",
    )
    assert await world.shown(*names) == {
        "total_revenue": Decimal("50.10"),
        "goal_uuids": [(at(10), "g1"), (at(20), "g1")],
        "source": ("mail", "ads"),
        "consent_type_analytics": True,
        "ipv4_address": ("192.0.2.1", "192.0.2.1"),
        "location_latitude": (Decimal("-8.05"), Decimal("-8.05")),
    }


async def test_session_dimensions_define_themselves_as_unique_lists(world: World) -> None:
    await world.ingest(
        an_event("e1", 20, properties={"session_custom_dimension_1": "pro"}),
        an_event("e2", 10, properties={"session_custom_dimension_1": ["free", "pro"]}),
        an_event("e3", 30, properties={"session_custom_dimension_12": 7}),
    )

    assert await world.shown("session_custom_dimension_1", "session_custom_dimension_12") == {
        "session_custom_dimension_1": [(at(10), "free"), (at(10), "pro")],
        "session_custom_dimension_12": [(at(30), "7")],
    }
    catalogue = await world.services.attributes.current()
    defined = catalogue.get(ProfileKind.USER, "session_custom_dimension_1")
    assert defined is not None
    assert (defined.data_type, defined.aggregation, defined.origin) == (
        DataType.STRING,
        Aggregation.UNIQUE_LIST,
        AttributeOrigin.CUSTOM_DIMENSION,
    )


async def test_event_and_product_dimensions_are_not_kept_in_profiles(world: World) -> None:
    await world.ingest(
        an_event(
            "e1",
            10,
            properties={
                "event_custom_dimension_1": "a",
                "product_custom_dimension_1": "b",
                "session_custom_dimension_0": "c",
                "session_custom_dimension_x": "d",
                "anything": "e",
            },
        )
    )

    assert set(await attributes_of(world)) == {
        "first_seen",
        "last_seen",
        "first_activity",
        "last_activity",
    }
    assert (await world.services.attributes.current()).version == 0


async def test_two_processes_that_meet_a_dimension_at_once_define_it_once(world: World) -> None:
    other = world.another_process()
    await other.ingest(an_event("e1", 10, properties={"session_custom_dimension_1": "a"}))

    await world.ingest(an_event("e2", 20, properties={"session_custom_dimension_1": "b"}))

    assert (await world.services.attributes.current()).version == 1
    assert await world.shown("session_custom_dimension_1") == {
        "session_custom_dimension_1": [(at(10), "a"), (at(20), "b")]
    }


async def test_attribute_defined_later_is_fed_from_then_on(world: World) -> None:
    await world.ingest(an_event("e1", 10, properties={"plan": "free"}))
    await world.define("plan", Aggregation.LIST)

    await world.ingest(an_event("e2", 20, properties={"plan": "pro"}))

    assert await world.shown("plan") == {"plan": [(at(20), "pro")]}
