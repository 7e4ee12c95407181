from typing import Literal

DeleteWorkspaceResultStatus = Literal['closing', 'deleted']

DELETE_WORKSPACE_RESULT_STATUS_VALUES: set[DeleteWorkspaceResultStatus] = { 'closing', 'deleted',  }

def check_delete_workspace_result_status(value: str) -> DeleteWorkspaceResultStatus:
    if value in DELETE_WORKSPACE_RESULT_STATUS_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DELETE_WORKSPACE_RESULT_STATUS_VALUES!r}")
