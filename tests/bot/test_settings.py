"""The environment is read once, and whatever is wrong with it names itself and its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from models.errors import SettingsError

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s3cret"}
JIRA = {"ATLASSIAN_DOMAIN": "acme.atlassian.net", "ATLASSIAN_EMAIL": "a@acme.test", "ATLASSIAN_API_TOKEN": "tok"}
BITBUCKET = {"BITBUCKET_WORKSPACE": "acme", "BITBUCKET_EMAIL": "a@acme.test", "BITBUCKET_TOKEN": "tok"}


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Settings from these variables and no others."""

    def read(variables: dict[str, str] | None = None, text: str = "") -> Settings:
        monkeypatch.chdir(tmp_path)
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in (variables or {}).items():
            monkeypatch.setenv(name, value)
        env_file = tmp_path / ".env"
        env_file.write_text(text)
        return Settings.from_environment(env_file)

    return read


def test_nothing_set_means_sqlite_in_a_folder_that_exists_and_every_service_off(read, tmp_path: Path) -> None:
    settings = read()
    assert settings.database_url == "sqlite:///./var/pm-agent.db"
    assert (tmp_path / "var").is_dir()
    assert {"slack", "jira", "bitbucket", "claude"} <= set(settings.off_services())


def test_nothing_to_watch_names_what_is_missing_and_how_to_see_it_without_an_account(read) -> None:
    with pytest.raises(SettingsError, match=r"SLACK_BOT_TOKEN.*ATLASSIAN_DOMAIN.*BITBUCKET_WORKSPACE.*pm demo"):
        read().require_something()


@pytest.mark.parametrize("service", [SLACK, JIRA, BITBUCKET], ids=["slack", "jira", "bitbucket"])
def test_one_complete_service_is_enough(read, service: dict[str, str]) -> None:
    read(service).require_something()


@pytest.mark.parametrize("service", [SLACK, JIRA, BITBUCKET], ids=["slack", "jira", "bitbucket"])
def test_half_a_service_names_each_missing_variable(read, service: dict[str, str]) -> None:
    for missing in service.keys() - {"BITBUCKET_EMAIL"}:
        rest = {name: value for name, value in service.items() if name != missing}
        with pytest.raises(SettingsError, match=rf"^{missing} is missing although \w+ is set\. \w+"):
            read(rest)


def test_an_access_token_of_bitbucket_needs_no_email_and_an_email_alone_is_half(read) -> None:
    token = {name: value for name, value in BITBUCKET.items() if name != "BITBUCKET_EMAIL"}
    settings = read(token)
    assert (settings.bitbucket_on, settings.bitbucket_email) == (True, "")
    assert "bitbucket" not in settings.off_services()
    with pytest.raises(SettingsError, match="BITBUCKET_WORKSPACE is missing although BITBUCKET_EMAIL is set"):
        read({"BITBUCKET_EMAIL": "a@acme.test"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x/y"),
        ("REDIS_URL", "localhost"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("LOG_LEVEL", "LOUD"),
        ("ENVIRONMENT", "moon"),
        ("PUBLIC_URL", "acme.test"),
        ("SLACK_API_URL", "127.0.0.1:8400"),
        ("SLACK_BOT_TOKEN", "xoxb 1"),
        ("ADMIN_TOKEN", "pa\nss"),
        ("ATLASSIAN_DOMAIN", "acme .net"),
        ("ATLASSIAN_EMAIL", "acme"),
        ("BITBUCKET_WORKSPACE", "a/b"),
    ],
)
def test_a_malformed_variable_is_one_line_that_names_it_with_a_remedy_and_never_its_value(
    read, name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as wrong:
        read({name: value})
    line = str(wrong.value)
    assert line.startswith(f"{name}: ") and "\n" not in line and wrong.value.hint
    assert value not in line.removeprefix(name).replace(wrong.value.hint, "")


def test_an_empty_variable_is_an_absent_one(read) -> None:
    assert "slack" in read({"SLACK_BOT_TOKEN": "", "SLACK_SIGNING_SECRET": ""}).off_services()


def test_the_env_file_is_read_and_the_environment_wins(read) -> None:
    settings = read({"PORT": "9001"}, "PORT=9000\nLOG_LEVEL=debug\nSOMEBODY_ELSES=1\n")
    assert (settings.port, settings.log_level) == (9001, "DEBUG")


def test_a_site_pasted_from_the_browser_is_understood(read) -> None:
    settings = read(JIRA | {"ATLASSIAN_DOMAIN": "https://acme.atlassian.net/"})
    assert settings.jira_base_url == settings.jira_site_url == "https://acme.atlassian.net"


def test_calls_to_jira_are_redirected_while_people_still_see_the_site(read) -> None:
    settings = read(JIRA | {"JIRA_API_URL": "http://127.0.0.1:8400/jira/"})
    assert settings.jira_base_url == "http://127.0.0.1:8400/jira"
    assert settings.jira_site_url == "https://acme.atlassian.net"


def test_a_cloud_id_sends_calls_through_the_gateway(read) -> None:
    settings = read(JIRA | {"ATLASSIAN_CLOUD_ID": "11111111-aaaa"})
    assert settings.jira_base_url == "https://api.atlassian.com/ex/jira/11111111-aaaa"


def test_the_address_many_hosts_hand_out_for_postgresql_is_taken(read) -> None:
    assert read({"DATABASE_URL": "postgres://u:p@h/d"}).database_url == "postgresql://u:p@h/d"


def test_only_production_listens_on_every_interface(read) -> None:
    assert (read().host, read({"ENVIRONMENT": "production"}).host) == ("127.0.0.1", "0.0.0.0")


def test_secrets_do_not_show_in_the_representation_and_are_all_known_to_the_redactor(read) -> None:
    settings = read(SLACK | {"DATABASE_URL": "postgresql://u:pa%24s@h/d", "ADMIN_TOKEN": "adm/in"})
    assert "s3cret" not in repr(settings) and "adm/in" not in repr(settings)
    assert {"xoxb-1", "s3cret", "pa$s", "pa%24s", "adm/in", "adm%2Fin"} <= set(settings.secrets())


def test_links_may_lead_to_what_is_set_up_and_what_is_named_besides(read) -> None:
    given = {"ATLASSIAN_DOMAIN": "acme.atlassian.net", "ATLASSIAN_EMAIL": "a@acme.example", "ATLASSIAN_API_TOKEN": "t"}
    links = read(
        given | {"PUBLIC_URL": "https://pm.acme.example", "LINK_HOSTS": "ci.acme.example, b.example:8443"}
    ).links
    hosts = (
        "acme.atlassian.net",
        "bitbucket.org",
        "pm.acme.example",
        "ci.acme.example",
        "b.example:8443",
        "x.slack.com",
    )
    assert all(links.lead_to(f"https://{host}/x") for host in hosts)
    assert not any(links.lead_to(f"https://{host}/x") for host in ("b.example", "acme.example", "other.atlassian.net"))
    assert not read().links.lead_to("https://acme.atlassian.net/x")
