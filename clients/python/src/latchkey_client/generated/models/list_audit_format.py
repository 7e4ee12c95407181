from typing import Literal

ListAuditFormat = Literal['json', 'ndjson']

LIST_AUDIT_FORMAT_VALUES: set[ListAuditFormat] = { 'json', 'ndjson',  }

def check_list_audit_format(value: str) -> ListAuditFormat:
    if value in LIST_AUDIT_FORMAT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {LIST_AUDIT_FORMAT_VALUES!r}")
