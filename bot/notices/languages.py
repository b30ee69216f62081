"""The languages of notices: which a contact may choose, and as what Meta takes a template."""

LANGUAGES = ("id", "jv", "wlo", "pse")  # that a contact may choose; the first is everybody else's
# Of those that we write in, Meta knows only these: no local language of Indonesia is among them.
# developers.facebook.com/documentation/business-messaging/whatsapp/templates/supported-languages
KNOWN_TO_META = ("id", "en", "ms")
TEMPLATE_LANGUAGES = (*LANGUAGES, "en", "ms")
_NATIONAL = "id"


def name_at_meta(name: str, language: str) -> tuple[str, str]:
    """Give the name and the language by which Meta knows a template.

    What is written in a local language goes as Indonesian, by a name of its own, as Meta keeps one
    body for each name and language.
    """
    if language in KNOWN_TO_META:
        return name, language
    return f"{name}_{language}", _NATIONAL
