"""Settings, from environment variables. Each is documented here and in the README."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import SettingError
from app.identity.model import IdentityPolicy
from app.visitors.addresses import Network, read_networks

MAX_QUERY_COST = 10_000
"""Objects that one operation may ask for: 200 profiles, each with ten sessions and with all that
both hold, which takes a second; nothing that multiplies three pages."""

QUERY_TIMEOUT_SECONDS = 10.0
"""A thousand times what a page takes; nobody waits longer before a screen."""


class Settings(BaseSettings):
    """What can be set from outside; every default is safe on a developer's machine."""

    model_config = SettingsConfigDict(frozen=True, str_strip_whitespace=True)

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on. Loopback unless told otherwise: there is no access "
        "control yet, so whoever reaches the port can read and change everything.",
    )
    port: Annotated[int, Ge(1), Le(65535)] = Field(8000, description="Port to listen on.")
    mongodb_uri: str | None = Field(
        None, description="Database to use. Without it: an embedded store in memory."
    )
    mongodb_database: str = Field("profilegraph", description="Name of the database.")
    demo_data: bool | None = Field(
        None,
        description="1: fill an empty database with demo data; 0: start empty. Without it: "
        "the embedded store is filled, a real database is not.",
    )
    open_intake: bool | None = Field(
        None,
        description="Whether events are taken without a write key while there was never a source. "
        "Without it: where only this machine can reach the server.",
    )
    migrate_on_start: bool = Field(
        default=True,
        description="Whether `serve` brings the database to the shape it needs. 0: only "
        "`profilegraph migrate` does.",
    )
    ingestion_lanes: Annotated[int, Ge(1), Le(64)] = Field(
        4, description="Batches that one process ingests at the same time."
    )
    ingestion_queue: Annotated[int, Ge(0), Le(10_000)] = Field(
        256, description="Batches that may wait for a lane before clients are told to retry."
    )
    identity_policy: IdentityPolicy = Field(
        IdentityPolicy.MERGE_ALL,
        description="What becomes of two user ids that share a cookie: `merge_all` takes them for "
        "one person, `first_user_wins` never does.",
    )
    retention_months: Annotated[int, Ge(1), Le(1200)] = Field(
        13, description="Months for which a profile with a user id is kept after its last event."
    )
    retention_months_anonymous: Annotated[int, Ge(1), Le(1200)] = Field(
        1, description="Months for which a profile without a user id is kept after its last event."
    )
    erasure_key: SecretStr | None = Field(
        None,
        description="The secret under which erased people are remembered, to keep late events "
        "out. Without it: one that is made and kept in the database. It must never change.",
    )
    trusted_proxies: str = Field(
        "",
        description="Networks of proxies, with commas between them, that say truly for whom they "
        "forward a request: `10.0.0.0/8, ::1`.",
    )
    geoip_database: Path | None = Field(
        None, description="A file in MaxMind's format that says where addresses are."
    )
    store_ip_addresses: bool = Field(
        default=False, description="Whether events keep the addresses that they came from."
    )
    max_trait_attributes: Annotated[int, Ge(0), Le(500)] = Field(
        100,
        description="Custom attributes of people, and of companies, up to which traits that SDKs "
        "send become attributes by themselves; 0: none do.",
    )
    introspection: bool = Field(
        default=True, description="Whether the schema may be asked for; GraphiQL needs it."
    )
    compiled_execution: bool = Field(
        default=True,
        description="Whether pure GraphQL fields go through compiled code. 0: only should "
        "it ever answer wrongly; lists are then twenty times slower.",
    )
    max_query_cost: Annotated[int, Ge(1)] = Field(
        MAX_QUERY_COST, description="What one operation may cost, about the objects it asks for."
    )
    query_timeout_seconds: Annotated[float, Gt(0), Le(3600)] = Field(
        QUERY_TIMEOUT_SECONDS,
        description="How long a query may read; mutations always run to their end.",
    )
    max_upload_mib: Annotated[int, Ge(1), Le(4096)] = Field(
        128,
        description="Mebibytes of a request that brings files, which wait on disk; a list of a "
        "million people has 10 to 50.",
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people (console) or for machines (json)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe log lines that are written."
    )

    @field_validator("mongodb_uri", mode="after")
    @classmethod
    def _empty_is_none(cls, value: str | None) -> str | None:
        return value or None

    @field_validator("mongodb_uri", mode="after")
    @classmethod
    def _is_mongodb(cls, value: str | None) -> str | None:
        if value and not value.startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("it has to begin with mongodb:// or mongodb+srv://")
        return value

    @field_validator("mongodb_database", mode="after")
    @classmethod
    def _is_database_name(cls, value: str) -> str:
        if not value or len(value) > 63 or set(value) & set('/\\. "$*<>:|?\x00'):  # noqa: PLR2004  # MongoDB's own limit
            raise ValueError("it is no name of a MongoDB database")
        return value

    @field_validator("geoip_database", mode="before")
    @classmethod
    def _empty_is_no_file(cls, value: str | Path | None) -> str | Path | None:
        return value or None

    @field_validator("trusted_proxies", mode="after")
    @classmethod
    def _is_networks(cls, value: str) -> str:
        read_networks(value)
        return value

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The networks of trusted proxies."""
        return read_networks(self.trusted_proxies)

    @property
    def with_demo_data(self) -> bool:
        """Whether an empty database is filled with demo data."""
        return self.mongodb_uri is None if self.demo_data is None else self.demo_data

    @property
    def with_open_intake(self) -> bool:
        """Whether events need no write key while there was never a source."""
        return self.is_loopback if self.open_intake is None else self.open_intake

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def load_settings() -> Settings:
    """The settings of this process; the first that cannot be used is named."""
    try:
        return Settings()
    except ValidationError as invalid:
        first = invalid.errors()[0]
        name = str(first["loc"][0]).upper()
        raise SettingError(name, str(first["msg"]).removeprefix("Value error, ")) from None
