"""From a message to an SMS: a template, its numbered variables within their lengths, and how many parts it takes.

Sources: cloud.tencent.com documents api/382/55981 (SendSms), 382/39023 (templates).
"""

from notifier.channel import Content
from notifier.providers.sms.extend_codes import code_for
from notifier.providers.sms.frozen import FrozenSms
from notifier.providers.sms.parts import parts_of
from notifier.providers.sms.whole import whole
from notifier.providers.templates import text_for
from notifier.providers.tencent_sms.account import TencentSmsSettings
from notifier.trim import fit_units


def freeze(content: Content, settings: TencentSmsSettings) -> FrozenSms:
    """The SMS for that message. Raises SendFailed (configuration) when no template serves it."""
    template, content = text_for(settings.templates, content)
    full = template.values(content)
    each = {name: fit_units(value, settings.variable_length) for name, value in full.items()}
    values, text = whole(settings.sign_name, template, each)
    request = {
        "SmsSdkAppId": settings.sdk_app_id,
        "SignName": settings.sign_name,
        "TemplateId": template.code,
        "TemplateParamSet": template.in_order(values),
        "SessionContext": content.unique_id,
    }
    code = code_for(content, settings.extend_code_digits)
    if code and settings.extend_code_digits:
        request["ExtendCode"] = code
    return FrozenSms(request=request, text=text, segments=parts_of(text), extend_code=code)
