"""The only reader of the environment: every setting, checked once, with a remedy for each thing that is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.sources import read_env_file

from models.errors import SettingsError
from models.links import Links
from models.redaction import SHORTEST_IN_WORDS, Redactor

_SQLITE_FILE = re.compile(r"^sqlite:///(?P<path>[^?]+)")
_HOST = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(:\d{1,5})?$")


def _address(value: str) -> str:
    """An http(s) address without a trailing slash."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("is not an address such as https://host/path")
    return value.rstrip("/")


def _site(value: str) -> str:
    """``acme.atlassian.net``, also when it was pasted from the browser's address bar."""
    host = re.sub(r"^https?://", "", value.strip()).rstrip("/")
    if not _HOST.match(host):
        raise ValueError("is not a host such as acme.atlassian.net")
    return host


def _database(value: str) -> str:
    """A SQLAlchemy address of one of the two databases; ``postgres://`` is what many hosts hand out."""
    value = re.sub(r"^postgres://", "postgresql://", value)
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return value


def _visible(value: SecretStr) -> SecretStr:
    """A secret that can travel in a header: pasted line breaks and blanks are the usual accident."""
    if not re.fullmatch(r"[\x21-\x7e]+", value.get_secret_value()):
        raise ValueError("holds a blank, a line break or a character outside ASCII")
    return value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Address = Annotated[str, AfterValidator(_address)]
Secret = Annotated[SecretStr, AfterValidator(_visible)]
NONE = SecretStr("")
"""A secret that is not set; false where a truth value is asked for."""


class Settings(BaseSettings):
    """Every setting there is. Build it with ``from_environment``; a service without settings is off."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, env_ignore_empty=True, str_strip_whitespace=True, validate_default=False
    )

    database_url: Annotated[str, AfterValidator(_database)] = "sqlite:///./var/pm-agent.db"
    redis_url: str = Field("", pattern=r"^(rediss?|unix)://")

    slack_bot_token: Secret = NONE
    slack_signing_secret: Secret = NONE
    slack_app_token: Secret = NONE
    slack_user_token: Secret = NONE
    slack_client_id: str = ""
    slack_client_secret: Secret = NONE
    slack_api_url: Address = ""

    atlassian_domain: Annotated[str, AfterValidator(_site)] = ""
    atlassian_email: str = Field("", pattern=r"^[^@\s:]+@[^@\s]+$")
    atlassian_api_token: Secret = NONE
    atlassian_token_expires: date | None = None
    atlassian_cloud_id: str = Field("", pattern=r"^[A-Za-z0-9-]{8,64}$")
    jira_webhook_secret: Secret = NONE
    jira_api_url: Address = ""

    bitbucket_workspace: str = Field("", pattern=r"^[A-Za-z0-9_.{}-]+$")
    bitbucket_email: str = Field("", pattern=r"^[^@\s:]+@[^@\s]+$")
    bitbucket_token: Secret = NONE
    bitbucket_token_expires: date | None = None
    bitbucket_webhook_secret: Secret = NONE
    bitbucket_api_url: Address = ""

    anthropic_api_key: Secret = NONE
    anthropic_base_url: Address = ""

    admin_token: Secret = NONE
    port: int = Field(8080, ge=1, le=65535)
    web_concurrency: int = Field(1, ge=1, le=64)
    """Processes with doors under deploy/gunicorn.conf.py; ``pm start`` is always one."""
    public_url: Address = ""
    dashboard_url: Annotated[str, BeforeValidator(_lower)] = Field("", pattern=r"^(off|https?://[a-z0-9.:\[\]-]+/?)$")
    """Where people open the dashboard, or ``off``; empty: on this machine alone, also through a tunnel to it."""
    forwarded_allow_ips: str = Field("", pattern=r"^[0-9A-Fa-f.:/*, ]*$")
    """Proxies besides this machine whose ``X-Forwarded-For`` is believed, as gunicorn reads it."""
    link_hosts: str = Field("", pattern=r"^[A-Za-z0-9.-]+(:\d{1,5})?(\s*,\s*[A-Za-z0-9.-]+(:\d{1,5})?)*$")
    """Where else a link may lead: a build server's host, for example."""
    environment: Annotated[Literal["development", "production", "test"], BeforeValidator(_lower)] = "development"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
    directives_file: Path = Path("directives.yaml")
    mcp_config: Path | None = None
    """A ``.mcp.json``; without it no MCP server is used, and none is looked for."""
    mcp_servers: str = Field("", pattern=r"^[A-Za-z0-9_.-]+(\s*,\s*[A-Za-z0-9_.-]+)*$")
    """The names in it that may be used; empty means all."""
    claude_code_bin: str = ""
    """The Claude Code program, by name or path; without it no task can be delegated."""

    backup_folder: Path | None = None
    """Where a backup is made each day; without it none is."""
    backup_keep: str = Field("7 4 6", pattern=r"^(all|\d{1,4}[ ,]+\d{1,4}[ ,]+\d{1,4})$")
    """Of how many days, weeks and months the newest backup is kept, or ``all``."""
    pg_dump: str = ""
    """PostgreSQL's program for backups, where the one to be used is not found by itself."""

    clock_file: Path | None = None
    """Demo and tests: company time is read from this file."""
    lease_seconds: float = Field(20.0, ge=1, le=600)
    """Tests: how long a worker that has died keeps its job from the others. At least 3/4 of it is left when a
    worker dies, longer than a call that was under way can last (10 s, and 2 for the way); tests have faster fakes."""
    call_seconds: float = Field(10.0, ge=0.1, le=10)
    """Tests: how long one call to Slack, Jira or Bitbucket may take in all. Never longer than usual: leases and the
    wait before an unclear write is looked up are made for it."""
    chaos_orders: str = ""
    """``pm chaos``: this file says at which passing of which commit point to die; dying writes it: a restart lives."""
    chaos_trace: str = ""
    """``pm chaos``: this file gets one line for each commit point passed."""
    only_sprint: str | None = Field(None, validation_alias="PM_ONLY_SPRINT")
    """What ``--sprint`` sets: look at this sprint and no other."""

    _dotenv: Path | None = PrivateAttr(None)

    @classmethod
    def from_environment(cls, env_file: Path | None = Path(".env"), *, only_look: bool = False) -> Settings:
        """Read the environment, and ``env_file`` for what it leaves open; create the database's folder.

        With ``only_look`` no folder is created.

        Raises ``SettingsError``: one line that names the variable and the remedy.
        """
        try:
            settings = cls(_env_file=env_file, _env_file_encoding="utf-8")  # type: ignore[call-arg]
        except ValidationError as error:
            raise _complaint(error) from None
        except UnicodeDecodeError:
            raise SettingsError(f"{env_file} is not UTF-8 text", hint="Save the file as UTF-8") from None
        settings._dotenv = env_file
        settings._refuse_halves()
        if not only_look:
            settings._make_folder()
        return settings

    @classmethod
    def complaints(cls, env_file: Path | None = Path(".env")) -> Mapping[str, SettingsError]:
        """Everything that is wrong with the settings, by the name of the variable; empty when nothing is."""
        try:
            cls(_env_file=env_file, _env_file_encoding="utf-8")  # type: ignore[call-arg]
            wrong: Mapping[str, SettingsError] = {}
        except ValidationError as error:
            wrong = _complaints(error)
        except UnicodeDecodeError:
            return {str(env_file): SettingsError(f"{env_file} is not UTF-8 text", hint="Save the file as UTF-8")}
        written = read_env_file(env_file, encoding="utf-8") if env_file and env_file.exists() else {}
        given = {**written, **{name.lower(): value for name, value in os.environ.items() if value}}
        return {**_halves(lambda name: bool((given.get(name) or "").strip())), **wrong}

    # --- what is on -------------------------------------------------------------------------------------------

    @property
    def slack_on(self) -> bool:
        """Whether Slack is configured."""
        return bool(self.slack_bot_token)

    @property
    def jira_on(self) -> bool:
        """Whether Jira is configured."""
        return bool(self.atlassian_api_token)

    @property
    def bitbucket_on(self) -> bool:
        """Whether Bitbucket is configured."""
        return bool(self.bitbucket_token)

    @property
    def jira_site_url(self) -> str:
        """The site people open in a browser."""
        return f"https://{self.atlassian_domain}" if self.atlassian_domain else self.jira_api_url

    @property
    def jira_base_url(self) -> str:
        """Where calls to Jira go: redirected, through the gateway for scoped tokens, or to the site itself."""
        cloud = self.atlassian_cloud_id
        return self.jira_api_url or (f"https://api.atlassian.com/ex/jira/{cloud}" if cloud else self.jira_site_url)

    @property
    def bitbucket_base_url(self) -> str:
        """Where calls to Bitbucket go."""
        return self.bitbucket_api_url or "https://api.bitbucket.org"

    @property
    def delegates(self) -> bool:
        """Whether tasks can be delegated to Claude Code."""
        return bool(self.claude_code_bin and self.anthropic_api_key)

    @property
    def links(self) -> Links:
        """Where a link of ours may lead, beside Slack."""
        own = (self.jira_site_url, self.jira_api_url, self.public_url, self.bitbucket_api_url, self.slack_api_url)
        also = (f"https://{host.strip()}" for host in self.link_hosts.split(","))
        return Links.to("https://bitbucket.org", *own, *also)

    def off_services(self) -> Mapping[str, str]:
        """What is off, by name, and which setting would turn it on."""
        reasons = {
            "slack": (self.slack_on, "SLACK_BOT_TOKEN and SLACK_APP_TOKEN (or SLACK_SIGNING_SECRET) are not set"),
            "jira": (self.jira_on, "ATLASSIAN_DOMAIN, ATLASSIAN_EMAIL and ATLASSIAN_API_TOKEN are not set"),
            "bitbucket": (self.bitbucket_on, "BITBUCKET_WORKSPACE and BITBUCKET_TOKEN are not set"),
            "jira webhooks": (bool(self.jira_webhook_secret), "JIRA_WEBHOOK_SECRET is not set"),
            "bitbucket webhooks": (bool(self.bitbucket_webhook_secret), "BITBUCKET_WEBHOOK_SECRET is not set"),
            "socket mode": (bool(self.slack_app_token), "SLACK_APP_TOKEN is not set: Slack speaks over HTTP"),
            "claude": (bool(self.anthropic_api_key), "ANTHROPIC_API_KEY is not set: rules and templates decide"),
            "claude code": (self.delegates, "CLAUDE_CODE_BIN or ANTHROPIC_API_KEY is not set: no tasks"),
            "mcp": (self.mcp_config is not None, "MCP_CONFIG is not set: searches go over REST"),
        }
        return {name: remedy for name, (on, remedy) in reasons.items() if not on}

    def require_something(self) -> None:
        """Raise ``SettingsError`` when there is nothing to work with at all."""
        if not (self.slack_on or self.jira_on or self.bitbucket_on):
            raise SettingsError(
                "SLACK_BOT_TOKEN, ATLASSIAN_DOMAIN and BITBUCKET_WORKSPACE are all missing: there is nothing to watch",
                hint="Fill in .env as .env.example shows, or see it work without any account: pm demo",
            )

    # --- derived ----------------------------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """Where the server listens: every interface in production only."""
        return "0.0.0.0" if self.environment == "production" else "127.0.0.1"  # noqa: S104 - behind a proxy

    def variables(self) -> Mapping[str, str]:
        """The environment and, for what it leaves open, ``.env``: what ``${NAME}`` in a .mcp.json stands for."""
        file = self._dotenv
        written = read_env_file(file, encoding="utf-8", case_sensitive=True) if file and file.exists() else {}
        return {**{name: value for name, value in written.items() if value}, **os.environ}

    @property
    def redactor(self) -> Redactor:
        """For prompts and posts; logs have their own, which looks for shorter ones as well."""
        return Redactor(self.secrets(), SHORTEST_IN_WORDS)

    def secrets(self) -> tuple[str, ...]:
        """Every secret value, also in the form it takes inside an address: what logs must never show."""
        values = [v.get_secret_value() for _, v in self if isinstance(v, SecretStr)]
        addresses = [a for a in (self.database_url, self.redis_url) if a]
        values += [unquote(p) for a in addresses if (p := urlsplit(a).password)]
        return tuple({form for v in values if v for form in (v, quote(v, safe=""))})

    # --- checks -----------------------------------------------------------------------------------------------

    def _refuse_halves(self) -> None:
        for complaint in _halves(lambda name: bool(getattr(self, name))).values():
            raise complaint

    def no_database_yet(self) -> str:
        """The file that would be the database, while it is not there; empty when it is, or is none of ours to see."""
        found = _SQLITE_FILE.match(self.database_url)
        path = found["path"] if found else ":memory:"
        return "" if path == ":memory:" or Path(path).exists() else path

    def _make_folder(self) -> None:
        found = _SQLITE_FILE.match(self.database_url)
        if found is None or found["path"] == ":memory:":
            return
        try:
            Path(found["path"]).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"DATABASE_URL: the folder of {found['path']} cannot be created ({error.strerror})",
                hint=_REMEDIES["database_url"],
            ) from None


_GROUPS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("slack_bot_token", "slack_signing_secret"), ("slack_app_token", "slack_user_token")),
    (("slack_client_id", "slack_client_secret"), ()),
    (("atlassian_domain", "atlassian_email", "atlassian_api_token"), ("atlassian_cloud_id", "jira_webhook_secret")),
    (("bitbucket_workspace", "bitbucket_token"), ("bitbucket_email", "bitbucket_webhook_secret")),
)
"""(needed together, what else shows that the service is wanted)."""

_REMEDIES: Mapping[str, str] = {
    "database_url": "Leave it out for SQLite under ./var/, or write postgresql://user:password@host/name",
    "redis_url": "Leave it out, or write redis://host:6379/0",
    "slack_bot_token": "Copy the Bot User OAuth Token (xoxb-...) from your Slack app's OAuth & Permissions page",
    "slack_signing_secret": "Copy the Signing Secret from your Slack app's Basic Information page",
    "slack_app_token": "Copy the app-level token (xapp-...) from your Slack app's Basic Information page",
    "slack_client_id": "Copy the Client ID from your Slack app's Basic Information page, or leave both out",
    "slack_client_secret": "Copy the Client Secret from your Slack app's Basic Information page, or leave both out",
    "atlassian_domain": "Write the host of your site, for example acme.atlassian.net",
    "atlassian_email": "Write the e-mail address of the account whose API token you use",
    "atlassian_api_token": "Create an API token in that Atlassian account's security settings",
    "atlassian_token_expires": "Write the token's last day, for example 2027-03-31, or leave it out",
    "bitbucket_token_expires": "Write the token's last day, for example 2027-03-31, or leave it out",
    "atlassian_cloud_id": "Copy the cloud id of your site, or leave it out",
    "jira_webhook_secret": "Write the secret you gave Jira for its webhook, or leave it out",
    "bitbucket_workspace": "Write the workspace as it stands in the address of your repositories",
    "bitbucket_email": "Write the e-mail address of the account whose API token you use; none for an access token",
    "bitbucket_token": "Create an API token or an access token that may read repositories and pull requests",
    "bitbucket_webhook_secret": "Write the secret you gave Bitbucket for its webhook, or leave it out",
    "mcp_config": "Name a .mcp.json, or leave it out to use no MCP server",
    "mcp_servers": "Write names of servers in that file with commas between them, or leave it out for all",
    "anthropic_api_key": "Create a key in Claude's console, or leave it out: rules and templates decide then",
    "dashboard_url": "Write the address people open it at, such as https://pm.acme.example, or off, or leave it out",
    "forwarded_allow_ips": "Write addresses or networks with commas, or * where only nginx reaches it, or leave it out",
    "link_hosts": "Write hosts with commas between them, for example ci.acme.example, or leave it out",
    "admin_token": "Make one up: python3 -c 'import secrets; print(secrets.token_urlsafe())'",
    "port": "Write a number between 1 and 65535, or leave it out for 8080",
    "web_concurrency": "Write a number between 1 and 64, or leave it out for 1: docs/scaling.md",
    "environment": "Write development, production or test",
    "log_level": "Write DEBUG, INFO, WARNING or ERROR",
    "backup_folder": "Name a folder that only this agent's user can read, or leave it out to make no backups",
    "backup_keep": "Write how many days, weeks and months, for example '7 4 6', or all, or leave it out",
    "pg_dump": "Name the program, for example /usr/lib/postgresql/18/bin/pg_dump, or leave it out",
    "lease_seconds": "Leave it out for 20 seconds",
    "call_seconds": "Leave it out for 10 seconds",
}


def _halves(given: Callable[[str], bool]) -> Mapping[str, SettingsError]:
    """What is missing beside what is ``given``, by the name of the variable."""
    wrong = dict[str, SettingsError]()
    for needed, also in _GROUPS:
        have = [name for name in (*needed, *also) if given(name)]
        missing = [name for name in needed if not given(name) and not _excused(name, given)]
        if have:
            wrong |= {name.upper(): _half(name, have[0]) for name in missing}
    return wrong


def _excused(name: str, given: Callable[[str], bool]) -> bool:
    """Settings that another one can stand in for."""
    # Calls may go elsewhere, but people's links need the site: the gateway's cloud id alone is not enough.
    # Over its socket Slack signs nothing.
    return (name, True) in {
        ("atlassian_domain", given("jira_api_url")),
        ("slack_signing_secret", given("slack_app_token")),
    }


def _half(missing: str, have: str) -> SettingsError:
    return SettingsError(
        f"{missing.upper()} is missing although {have.upper()} is set", hint=_REMEDIES.get(missing, "Set it")
    )


def _complaint(error: ValidationError) -> SettingsError:
    """The first thing wrong."""
    return next(iter(_complaints(error).values()))


def _complaints(error: ValidationError) -> Mapping[str, SettingsError]:
    """Everything wrong, by the name of the variable."""
    found = dict[str, SettingsError]()
    for each in error.errors(include_input=False, include_url=False):
        name = str(each["loc"][0]) if each["loc"] else "settings"
        found.setdefault(name.upper(), _wrong(name, each["type"], each["msg"]))
    return found


def _wrong(name: str, kind: str, message: str) -> SettingsError:
    """One thing wrong, in words of ours and without the value: it may be a secret."""
    words = message.removeprefix("Value error, ") if kind == "value_error" else "does not look right"
    remedy = _REMEDIES.get(name.lower(), "Write an address such as https://host/path, or leave it out")
    return SettingsError(f"{name.upper()}: {words[:1].lower()}{words[1:]}", hint=remedy)
