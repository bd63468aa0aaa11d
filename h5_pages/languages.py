"""Which language a visitor reads."""

LANGUAGES = ("zh_CN", "en")
LANGUAGE_NAMES = {"zh_CN": "中文", "en": "English"}
DEFAULT = "zh_CN"


def language_of(persons: str | None, chosen: str | None, accept: str) -> str:
    """What the person chose for everything, else what was chosen in this browser, else what that asks for."""
    for language in (persons, chosen, *_accepted(accept)):
        if language in LANGUAGES:
            return str(language)
    return DEFAULT


def _accepted(header: str) -> list[str]:
    """Our languages that the browser asks for, the most wanted first."""
    wanted = []
    for place, item in enumerate(header[:500].split(",")):
        tag, _, weight = item.strip().partition(";q=")
        language = next((ours for ours in LANGUAGES if tag.lower()[:2] == ours[:2]), None)
        if language:
            wanted.append((-_weight(weight), place, language))
    return [language for _, _, language in sorted(wanted)]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
