from typing import Literal

AccountDownloadFactorsItemKind = Literal['passkey', 'totp']

ACCOUNT_DOWNLOAD_FACTORS_ITEM_KIND_VALUES: set[AccountDownloadFactorsItemKind] = { 'passkey', 'totp',  }

def check_account_download_factors_item_kind(value: str) -> AccountDownloadFactorsItemKind:
    if value in ACCOUNT_DOWNLOAD_FACTORS_ITEM_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ACCOUNT_DOWNLOAD_FACTORS_ITEM_KIND_VALUES!r}")
