from typing import Literal

CreateInvitationRequestLanguage = Literal['de', 'en']

CREATE_INVITATION_REQUEST_LANGUAGE_VALUES: set[CreateInvitationRequestLanguage] = { 'de', 'en',  }

def check_create_invitation_request_language(value: str) -> CreateInvitationRequestLanguage:
    if value in CREATE_INVITATION_REQUEST_LANGUAGE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CREATE_INVITATION_REQUEST_LANGUAGE_VALUES!r}")
