"""What a browser is called by people, from what it calls itself."""

# The first that fits: browsers claim to be others, the ones they are built from stand behind.
BROWSERS = (
    ("wxwork", "WeCom"),
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("HuaweiBrowser", "Huawei"),
    ("MiuiBrowser", "MIUI"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """“Chrome, Android”; empty for one that says nothing known."""
    found = (next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in found if name)
