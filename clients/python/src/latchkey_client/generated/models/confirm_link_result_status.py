from typing import Literal

ConfirmLinkResultStatus = Literal['changed', 'undone', 'verified']

CONFIRM_LINK_RESULT_STATUS_VALUES: set[ConfirmLinkResultStatus] = { 'changed', 'undone', 'verified',  }

def check_confirm_link_result_status(value: str) -> ConfirmLinkResultStatus:
    if value in CONFIRM_LINK_RESULT_STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONFIRM_LINK_RESULT_STATUS_VALUES!r}")
