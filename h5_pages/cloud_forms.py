"""What is asked for about accounts at Aliyun and Tencent Cloud: short messages and calls."""

from typing import Any

from pydantic import Field

from h5_pages.account_form import PROVIDERS_OWN, SECRET, TEXT_AREA, AccountForm, JsonObject, Line
from storage.texts import N_

# The same questions in several forms.
KEY_ID: Any = Field(default="", title=N_("AccessKey id"))
KEY_SECRET: Any = Field(default="", title=N_("AccessKey secret"), json_schema_extra=SECRET)
SECRET_ID: Any = Field(default="", title=N_("SecretId"))
SECRET_KEY: Any = Field(default="", title=N_("SecretKey"), json_schema_extra=SECRET)
SDK_APP_ID: Any = Field(default="", title=N_("Application id (SdkAppid)"))
TEMPLATES: Any = Field(
    default="",
    title=N_("Templates (JSON)"),
    description=N_("As approved; “default” is used for every message without a template of its own."),
    json_schema_extra=TEXT_AREA,
)
REPORT_TOKEN: Any = Field(
    default="",
    title=N_("Secret part of the address for delivery reports"),
    description=N_("16 random characters or more"),
    json_schema_extra=SECRET,
)
BASE_URL: Any = Field(default="", title=N_("Address of the interface"), description=PROVIDERS_OWN)
REGION: Any = Field(default="", title=N_("Region"), description=N_("Empty: ap-guangzhou"))
ACKNOWLEDGE_KEY: Any = Field(default="1", title=N_("Key that acknowledges"))
PLAY_TIMES: Any = Field(
    default="2", title=N_("Number of times the text is read out"), description=N_("1 to 3 times")
)


class SmsQuestions(AccountForm):
    """What is asked about every SMS account."""

    sign_name: Line = Field(default="", title=N_("Signature"), description=N_("As it was approved"))
    templates: JsonObject = TEMPLATES
    price_per_part: Line = Field(
        default="",
        title=N_("Price of one part (CNY)"),
        description=N_("For example 0.045; used in message records"),
    )
    extend_code_digits: Line = Field(
        default="",
        title=N_("Digits of the extend code"),
        description=N_("Used to match a reply to its message. Empty: not enabled by the provider."),
    )
    reply_words: JsonObject = Field(
        default="",
        title=N_("Words of replies (JSON)"),
        description=N_("Lists named acknowledge, stop and unsubscribe. Empty: the usual words."),
        json_schema_extra=TEXT_AREA,
    )


class SmsForm(SmsQuestions):
    """SMS by Aliyun."""

    access_key_id: Line = KEY_ID
    access_key_secret: Line = KEY_SECRET
    report_token: Line = REPORT_TOKEN
    base_url: Line = BASE_URL


class TencentSmsForm(SmsQuestions):
    """SMS by Tencent Cloud."""

    secret_id: Line = SECRET_ID
    sdk_app_id: Line = SDK_APP_ID
    variable_length: Line = Field(
        default="",
        title=N_("Longest variable"),
        description=N_("Characters the provider allows in one variable of these templates. Empty: 35"),
    )
    region: Line = REGION
    secret_key: Line = SECRET_KEY
    report_token: Line = REPORT_TOKEN
    base_url: Line = BASE_URL


class VoiceForm(AccountForm):
    """Calls by Aliyun."""

    access_key_id: Line = KEY_ID
    caller_number: Line = Field(
        default="",
        title=N_("Caller number"),
        description=N_("Purchased from the provider; required if a key is to be pressed"),
    )
    templates: JsonObject = TEMPLATES
    acknowledge_key: Line = ACKNOWLEDGE_KEY
    menu: JsonObject = Field(
        default="",
        title=N_("Menu (JSON)"),
        description=N_("The template read out after each key press. Empty: no key can be pressed."),
        json_schema_extra=TEXT_AREA,
    )
    play_times: Line = PLAY_TIMES
    key_within_s: Line = Field(
        default="", title=N_("Seconds in which a key can be pressed"), description=N_("1 to 60. Empty: 8")
    )
    volume: Line = Field(default="", title=N_("Volume"), description=N_("0 to 100. Empty: 100"))
    speed: Line = Field(default="", title=N_("Speed of the voice"), description=N_("-500 to 500. Empty: 0"))
    access_key_secret: Line = KEY_SECRET
    report_token: Line = REPORT_TOKEN
    base_url: Line = BASE_URL


class TencentVoiceForm(AccountForm):
    """Calls by Tencent Cloud."""

    secret_id: Line = SECRET_ID
    sdk_app_id: Line = SDK_APP_ID
    templates: JsonObject = TEMPLATES
    acknowledge_key: Line = ACKNOWLEDGE_KEY
    play_times: Line = PLAY_TIMES
    region: Line = REGION
    secret_key: Line = SECRET_KEY
    report_token: Line = REPORT_TOKEN
    base_url: Line = BASE_URL
