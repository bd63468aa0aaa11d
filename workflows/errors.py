"""What the engine refuses, as types that each front door shows in its own way.

`text` is a source text with named places, `params` fills them: a front door translates with
`error.say(gettext)`.
"""

from typing import Any

from storage.texts import N_, Gettext


class WorkflowError(Exception):
    """An action that was not done. Nothing was changed."""

    text = N_("This is not possible.")

    def __init__(self, text: str | None = None, **params: Any) -> None:
        self.text = text or self.text
        self.params = params
        super().__init__(self.text.format(**params))

    def say(self, gettext: Gettext) -> str:
        """The reason in the reader's language. Parameters named `…_text` are source texts too."""
        shown = {k: gettext(str(v)) if k.endswith("_text") else v for k, v in self.params.items()}
        return gettext(self.text).format(**shown)


class CaseNotFound(WorkflowError):
    """There is no such case, or not for this viewer."""

    text = N_("This case does not exist, or you have no access to it.")


class ActorUnknown(WorkflowError):
    """The person is not known or no longer active."""

    text = N_("Your account is not known here or is no longer active. Please ask the administrator.")


class NotPermitted(WorkflowError):
    """The actor's roles and parts do not allow the action here."""

    text = N_("You do not have the right to do this here: {action_text}.")


class DutiesSeparated(NotPermitted):
    """Nobody decides on their own request (职责分离)."""

    text = N_("Somebody else has to do this: you cannot decide on your own request.")


class NotOpen(WorkflowError):
    """The table has no such move from the present state, or its precondition does not hold."""

    text = N_("This step is no longer possible: the case is now “{state_text}”.")


class Stale(WorkflowError):
    """The state was entered anew since the actor looked; says who changed what."""

    text = N_(
        "{name} has done this in the meantime: {action_text}. The case is now "
        "“{state_text}”. Please check again."
    )


class KeyReused(WorkflowError):
    """An idempotency key came again with another actor, case or action."""

    text = N_("This form was already used for something else. Please open the page again.")


class FormInvalid(WorkflowError):
    """The form does not hold; `fields` has a source text and its params for each field at fault."""

    text = N_("Please check the marked fields. Nothing was saved yet.")

    def __init__(self, fields: dict[str, tuple[str, dict[str, Any]]]) -> None:
        super().__init__()
        self.fields = fields

    @classmethod
    def choice(cls, name: str) -> "FormInvalid":
        """The field `name` holds something that may not be chosen."""
        return cls({name: (N_("Please choose one of the options."), {})})

    @classmethod
    def taken(cls, name: str) -> "FormInvalid":
        """The field `name` holds something that may be there once only, and is."""
        return cls({name: (N_("This is already registered."), {})})
