from typing import Literal

DeleteWorkspaceForce = Literal['false', 'true']

DELETE_WORKSPACE_FORCE_VALUES: set[DeleteWorkspaceForce] = { 'false', 'true',  }

def check_delete_workspace_force(value: str) -> DeleteWorkspaceForce:
    if value in DELETE_WORKSPACE_FORCE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DELETE_WORKSPACE_FORCE_VALUES!r}")
