"""Settings: from the environment or `.env`, read once, loud when wrong. Each `X` may come as `X_FILE`."""

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from bot.parts import Part, parse_parts
from storage.failpoints import KillAt

PREFIX = "YISHE_"
LEASE_OVER_TRY = 1.5  # a try is given up, and its end noted, before another process may take the message


class SettingsWrong(Exception):
    """The settings cannot be used; the message names each one at fault, never its value."""


class Settings(BaseSettings):
    """Everything that differs from one installation to the next. `.env.example` describes each."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    owner_database_url: SecretStr | None = None
    data_dir: Path = Path("data")
    master_key: SecretStr | None = None
    old_master_keys: SecretStr | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: str = ""
    trusted_proxy_hops: Annotated[int, Field(ge=0, le=5)] = 0
    only: str = ""
    pool_size: Annotated[int, Field(ge=4, le=100)] = 10
    session_idle_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    session_hours: Annotated[int, Field(ge=1, le=168)] = 12
    calendar_published_through: Annotated[int, Field(ge=2026, le=2100)] = 2026
    send_within_s: Annotated[float, Field(ge=1, le=600)] = 75
    lease_s: Annotated[float, Field(ge=1, le=3600)] = 120
    mqtt_url: str = ""
    mqtt_client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "yishe"
    mqtt_username: str = ""
    mqtt_password: SecretStr | None = None
    mqtt_tls_ca: Path | None = None
    mqtt_tls_certificate: Path | None = None
    mqtt_tls_key: Path | None = None
    heartbeat_url: SecretStr | None = None
    alarm_url: SecretStr | None = None
    heartbeat_every_s: Annotated[float, Field(ge=1, le=3600)] = 60
    backup_passphrase: SecretStr | None = None
    clamav_url: Annotated[str, Field(pattern=r"^$|^tcp://[^/]+:\d{1,5}$|^unix:///.+$")] = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "console", "json"] = "auto"
    fail_point: str = ""

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/")):
            raise ValueError("must look like https://yishe.hospital.example, without a path")
        return value.rstrip("/")

    @field_validator("mqtt_url")
    @classmethod
    def _is_a_broker(cls, value: str) -> str:
        parts = urlsplit(value)
        if not value:
            return value
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path.strip("/"):
            raise ValueError("must look like mqtts://broker.hospital.example:8883")
        if parts.username or parts.password or parts.query:
            raise ValueError("user and password have settings of their own")
        parts.port  # noqa: B018 - raises ValueError when it is none
        return value

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("only")
    @classmethod
    def _names_parts(cls, value: str) -> str:
        parse_parts(value)
        return value

    @field_validator("heartbeat_url", "alarm_url")
    @classmethod
    def _can_be_called(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(value.get_secret_value()) if value else None
        if parts and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must begin with https:// or http:// and a host")
        return value

    @field_validator("lease_s")
    @classmethod
    def _outlasts_a_try(cls, value: float, info: ValidationInfo) -> float:
        if value < LEASE_OVER_TRY * info.data.get("send_within_s", 0):
            raise ValueError(
                f"must be at least {LEASE_OVER_TRY} times {PREFIX}SEND_WITHIN_S, or messages go out twice"
            )
        return value

    @field_validator("fail_point")
    @classmethod
    def _is_a_point(cls, value: str) -> str:
        if value:
            KillAt.parse(value)
        return value

    @property
    def parts(self) -> frozenset[Part]:
        """The parts of the service that run in this process."""
        return parse_parts(self.only)

    @property
    def has_server(self) -> bool:
        """Is there a PostgreSQL server elsewhere? Else the embedded one is used."""
        return self.database_url is not None or self.owner_database_url is not None

    @property
    def origin(self) -> str:
        """Where people reach the pages: `public_url`, else the listening address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Are the pages reached over HTTPS?"""
        return self.origin.startswith("https://")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given wins over the environment, that over the files it names, those over `.env`."""
        return init_settings, env_settings, FromNamedFile(settings_cls), dotenv_settings, file_secret_settings


class FromNamedFile(EnvSettingsSource):
    """`X_FILE` names a file that holds the value of `X`, as secrets are handed to containers."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's content, or None; raises `SettingsWrong` when the file cannot be read."""
        for key, name, is_complex in self._extract_field_info(field, field_name):
            path = self.env_vars.get(f"{name}_file")
            if path:
                try:
                    return Path(path).read_text(encoding="utf-8").strip(), key, is_complex
                except OSError as error:
                    raise SettingsWrong(f"{name.upper()}_FILE cannot be read: {error.strerror}") from None
                except UnicodeError:
                    raise SettingsWrong(f"{name.upper()}_FILE cannot be read: not text in UTF-8") from None
        return None, field_name, False


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` win. Raises `SettingsWrong`."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        wrong = [f"{_variable(str(e['loc'][0]))}: {e['msg']}" for e in error.errors(include_input=False)]
        raise SettingsWrong("; ".join(wrong)) from None
    except SettingsError as error:  # what a source raised, wrapped
        raise SettingsWrong(str(error.__cause__ or error)) from None


def _variable(name: str) -> str:
    upper = name.upper()
    return upper if upper == "DATABASE_URL" else PREFIX + upper
