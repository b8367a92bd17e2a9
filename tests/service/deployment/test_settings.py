from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.deployment.forget_after import ForgetAfter
from service.deployment.settings import Rate, SettingsInvalid, load


def test_everything_has_a_default():
    settings = load({})
    assert settings.data == Path("data")
    assert settings.bus == "sqlite:data/bus.db"
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8080, 2)
    assert (settings.max_upload_mib, settings.max_rows) == (50, 500_000)
    assert settings.default_country_code == "91"
    assert settings.default_tags == ("new customer", "potential lead", "vip", "inactive")
    assert (settings.merge, settings.log_format) == ("auto", "console")
    assert settings.secret is None
    assert settings.rate_limit is None
    assert settings.time_zone is None


def test_every_setting_can_be_given():
    settings = load(
        {
            "CONTACTS_DATA": "/srv/contacts",
            "CONTACTS_BUS": "kafka://one:9092,two:9092/contacts",
            "CONTACTS_SECRET": "0123456789abcdef",
            "CONTACTS_HOST": "0.0.0.0",
            "CONTACTS_PORT": "9000",
            "CONTACTS_WORKERS": "4",
            "CONTACTS_MAX_UPLOAD_MIB": "10",
            "CONTACTS_MAX_ROWS": "1000",
            "CONTACTS_DEFAULT_COUNTRY_CODE": "+44",
            "CONTACTS_DEFAULT_TAGS": "gold,  silver  member ,",
            "CONTACTS_MERGE": "never",
            "CONTACTS_RATE_LIMIT": "600/minute",
            "CONTACTS_LOG_FORMAT": "json",
            "CONTACTS_TIME_ZONE": "Asia/Kolkata",
            "CONTACTS_REJECTED_SHARE": "20 %",
            "CONTACTS_FORGET_AFTER": "3 years",
        }
    )
    assert settings.data == Path("/srv/contacts")
    assert settings.bus == "kafka://one:9092,two:9092/contacts"
    assert settings.secret == "0123456789abcdef"
    assert (settings.host, settings.port, settings.workers) == ("0.0.0.0", 9000, 4)
    assert (settings.max_upload_mib, settings.max_rows) == (10, 1000)
    assert settings.default_country_code == "44"
    assert settings.default_tags == ("gold", "silver member")
    assert (settings.merge, settings.log_format) == ("never", "json")
    assert settings.rate_limit == Rate(600, 60)
    assert settings.time_zone == ZoneInfo("Asia/Kolkata")
    assert settings.rejected_share == 20
    assert settings.forget_after == ForgetAfter(3, "year")


@pytest.mark.parametrize("share", ["0", "100", "a fifth", "0.2", "-1"])
def test_what_is_no_percentage_is_refused(share):
    with pytest.raises(SettingsInvalid, match=r"CONTACTS_REJECTED_SHARE is .*; it must be a percentage from 1 to 99"):
        load({"CONTACTS_REJECTED_SHARE": share})


@pytest.mark.parametrize("text", ["3", "years", "29 days", "0y", "101 years", "2 weeks", "-3 years", "3.5 years"])
def test_what_is_no_time_to_keep_contacts_is_refused(text):
    with pytest.raises(SettingsInvalid, match=r"CONTACTS_FORGET_AFTER is .*; it must be days, months or years"):
        load({"CONTACTS_FORGET_AFTER": text})


@pytest.mark.parametrize("name", ["Pune", "../etc/passwd", "/etc/localtime", "Asia/Kolkata\0"])
def test_what_is_no_time_zone_is_refused(name):
    with pytest.raises(SettingsInvalid, match=r"CONTACTS_TIME_ZONE is .*; give one such as Asia/Kolkata"):
        load({"CONTACTS_TIME_ZONE": name})


def test_the_embedded_bus_lives_in_the_data_folder():
    assert load({"CONTACTS_DATA": "/srv/c"}).bus == "sqlite:/srv/c/bus.db"


def test_an_empty_value_is_one_that_is_not_given():
    assert load({"CONTACTS_PORT": "", "CONTACTS_RATE_LIMIT": " "}).port == 8080


def test_all_faults_are_told_at_once_with_name_value_and_rule():
    with pytest.raises(SettingsInvalid) as caught:
        load({"CONTACTS_PORT": "web", "CONTACTS_WORKERS": "0", "CONTACTS_MERGE": "maybe", "CONTACTS_RATE_LIMIT": "9"})
    assert caught.value.faults == (
        "CONTACTS_PORT is 'web'; it must be a whole number from 1 to 65535.",
        "CONTACTS_WORKERS is '0'; it must be a whole number from 1 to 64.",
        "CONTACTS_MERGE is 'maybe'; it must be auto or never.",
        "CONTACTS_RATE_LIMIT is '9'; it must be like 600/minute (second, minute, hour or day).",
    )


@pytest.mark.parametrize(
    "url", ["kafka://", "kafka://broker:9092/", "kafka://broker:9092/contacts?sasl_pasword=hunter2"]
)
def test_a_bus_that_cannot_be_used_is_told_with_the_other_faults(url):
    with pytest.raises(SettingsInvalid) as caught:
        load({"CONTACTS_BUS": url, "CONTACTS_PORT": "web"})
    assert [fault.split()[0] for fault in caught.value.faults] == ["CONTACTS_BUS", "CONTACTS_PORT"]
    assert "hunter2" not in str(caught.value)


def test_a_country_code_that_no_country_has_is_refused():
    with pytest.raises(SettingsInvalid, match="no country's calling code"):
        load({"CONTACTS_DEFAULT_COUNTRY_CODE": "999"})


def test_no_fault_shows_a_secret():
    with pytest.raises(SettingsInvalid) as caught:
        load({"CONTACTS_SECRET": "hunter2", "CONTACTS_BUS": "amqp://me:hunter2@host"})
    assert "hunter2" not in str(caught.value)
    assert len(caught.value.faults) == 2


def test_a_settings_text_shows_no_secret():
    text = repr(
        load(
            {
                "CONTACTS_SECRET": "hunter2-hunter2-hunter2",
                "CONTACTS_BUS": "kafka://h:9092/c?sasl_plain_password=hunter2",
            }
        )
    )
    assert "hunter2" not in text


def test_the_environment_goes_before_the_dotenv_file(tmp_path):
    dotenv = tmp_path / ".env"
    dotenv.write_text("CONTACTS_PORT=9001\nCONTACTS_WORKERS=3\n")
    settings = load({"CONTACTS_PORT": "9002"}, dotenv)
    assert (settings.port, settings.workers) == (9002, 3)


def test_a_missing_dotenv_file_is_no_fault(tmp_path):
    assert load({}, tmp_path / ".env").port == 8080


def test_a_data_folder_that_is_a_file_is_refused(tmp_path):
    file = tmp_path / "data"
    file.write_text("")
    with pytest.raises(SettingsInvalid, match=r"CONTACTS_DATA is .* which is a file"):
        load({"CONTACTS_DATA": str(file)})
