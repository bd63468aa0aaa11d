"""From a message to an SMS: a template, its variables within their lengths, and how many parts it takes.

An SMS informs; it carries no button, no link, and nothing that could approve.
"""

import json

from notifier.channel import Content
from notifier.providers.aliyun_sms.account import SmsSettings
from notifier.providers.sms.extend_codes import code_for
from notifier.providers.sms.frozen import FrozenSms
from notifier.providers.sms.parts import parts_of
from notifier.providers.sms.whole import whole
from notifier.providers.templates import text_for


def freeze(content: Content, settings: SmsSettings) -> FrozenSms:
    """The SMS for that message. Raises SendFailed (configuration) when no template serves it."""
    template, content = text_for(settings.templates, content)
    values, text = whole(settings.sign_name, template, template.values(content))
    request = {
        "SignName": settings.sign_name,
        "TemplateCode": template.code,
        "TemplateParam": json.dumps(values, ensure_ascii=False),
        "OutId": content.unique_id,
    }
    code = code_for(content, settings.extend_code_digits)
    if code and settings.extend_code_digits:
        request["SmsUpExtendCode"] = code
    return FrozenSms(request=request, text=text, segments=parts_of(text), extend_code=code)
