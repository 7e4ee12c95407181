from typing import Literal

InvitationLanguage = Literal['de', 'en']

INVITATION_LANGUAGE_VALUES: set[InvitationLanguage] = { 'de', 'en',  }

def check_invitation_language(value: str) -> InvitationLanguage:
    if value in INVITATION_LANGUAGE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {INVITATION_LANGUAGE_VALUES!r}")
