"""Every setting of an installation, its default and what it may be; where it comes from is
``souk.configuration``'s business."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "SOUK_"
DELIMITER = "__"

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class Section(BaseModel):
    """A table of ``souk.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(Section):
    """What one request may ask for, and how long it may take."""

    body_bytes: Count = 1 << 20
    tokens: Count = 10_000
    depth: Count = 15
    aliases: Count = 100
    root_fields: Count = 20
    directives: Count = 50
    cost: Count = 10_000
    request_seconds: Seconds = 30.0
    planning_seconds: Seconds = 1.0
    subgraph_seconds: Seconds = 10.0
    subgraph_bytes: Count = 16 << 20


class Streams(Section):
    """How much clients may have open at once, and how patient the edge is with them."""

    init_seconds: Seconds = 3.0
    ping_seconds: Seconds = 20.0
    heartbeat_seconds: Seconds = 10.0
    message_bytes: Count = 1 << 20
    queue: Count = 256
    connections: Count = 20_000
    connections_per_principal: Count = 100
    subscriptions: Count = 100_000
    subscriptions_per_principal: Count = 1_000
    operations_per_connection: Count = 100
    allowed_origins: list[str] = Field(default_factory=list)


class Orders(Section):
    """The shop's own rules for orders."""

    prices_include_tax: bool = True
    # Without a payment agent: whether orders go on all the same.
    unpaid: bool = False
    # Whether each order waits for `confirmOrder`.
    confirm_by_hand: bool = False
    # How long an order waits for its payment to begin, before it is canceled.
    payment_hours: Count = 24
    # How long units are kept for an order while a person decides; 30 days are inventory's limit.
    review_hours: Annotated[int, Field(ge=1, le=720)] = 48


class Events(Section):
    """For how long events are kept, in the log and on a broker."""

    retention_days: Count = 30


class Settings(BaseSettings):
    """The settings that hold. Build it with ``souk.configuration.load``: by itself it reads neither
    file nor environment, so a test or a worker process gets exactly what it is given."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=4000, ge=0, le=65_535)
    data_dir: Path = Path(".souk")
    env: Literal["development", "production"] = "development"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    # Their names are the field's own, so they bear no prefix in the environment.
    database_url: str | None = Field(default=None, validation_alias="database_url", repr=False)
    kafka_bootstrap_servers: str | None = Field(
        default=None, validation_alias="kafka_bootstrap_servers"
    )
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="openai_api_key")
    openai_base_url: str = Field(
        default="https://api.openai.com/v1", validation_alias="openai_base_url"
    )

    pool_size: Count = 20
    # None: as the environment has it (on in development, off in production).
    embedded_postgres: bool | None = None
    graphiql: bool | None = None
    introspection: bool | None = None

    limits: Limits = Limits()
    streams: Streams = Streams()
    orders: Orders = Orders()
    events: Events = Events()

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        return folder.expanduser().absolute()

    @property
    def development(self) -> bool:
        return self.env == "development"

    @property
    def embedded_allowed(self) -> bool:
        return self._unless_set(self.embedded_postgres)

    @property
    def graphiql_enabled(self) -> bool:
        return self._unless_set(self.graphiql)

    @property
    def introspection_enabled(self) -> bool:
        return self._unless_set(self.introspection)

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def postgres_dir(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"

    @property
    def exports_dir(self) -> Path:
        return self.data_dir / "exports"

    @property
    def logs_dir(self) -> Path:
        return self.data_dir / "logs"

    def _unless_set(self, value: bool | None) -> bool:
        return self.development if value is None else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)
