"""What the stand-in reads of an answer to a callback."""

from bot.sandbox.events import parse_reply
from notifier.providers.wecom.xml import write_xml


def test_lines_of_a_whole_card_are_read_by_the_names_that_json_has() -> None:
    card = {"card_type": "text_notice", "horizontal_content_list": [{"keyname": "Device", "value": "CT"}]}
    reply = write_xml({"msg_type": "update_template_card", "template_card": card})
    assert b"<KeyName>" in reply
    assert parse_reply(reply.decode())["template_card"] == card
