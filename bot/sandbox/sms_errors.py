"""What Aliyun's SMS service refuses."""


class SmsError(Exception):
    """A refusal: the service's own come with status 200, the gateway's with another one."""

    def __init__(self, code: str, words: str = "", status: int = 200) -> None:
        super().__init__(f"{code} {words}".strip())
        self.code = code
        self.words = words
        self.status = status
