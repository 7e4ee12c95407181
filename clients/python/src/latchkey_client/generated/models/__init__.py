""" Contains all the data models used in inputs/outputs """

from .account_download import AccountDownload
from .account_download_factors_item import AccountDownloadFactorsItem
from .account_download_factors_item_kind import AccountDownloadFactorsItemKind
from .account_download_identities_item import AccountDownloadIdentitiesItem
from .account_download_tenant import AccountDownloadTenant
from .add_factor_request import AddFactorRequest
from .add_factor_request_kind import AddFactorRequestKind
from .add_factor_result import AddFactorResult
from .add_factor_result_kind import AddFactorResultKind
from .api_error import ApiError
from .api_error_code import ApiErrorCode
from .api_error_status import ApiErrorStatus
from .api_error_type import ApiErrorType
from .api_key import ApiKey
from .api_key_metadata import ApiKeyMetadata
from .api_key_status import ApiKeyStatus
from .app import App
from .audit_entry import AuditEntry
from .audit_entry_after_type_0 import AuditEntryAfterType0
from .audit_entry_before_type_0 import AuditEntryBeforeType0
from .change_password_request import ChangePasswordRequest
from .change_password_result import ChangePasswordResult
from .client import Client
from .client_jwks_type_0 import ClientJwksType0
from .client_jwks_type_0_keys_item import ClientJwksType0KeysItem
from .client_jwks_type_0_keys_item_kty import ClientJwksType0KeysItemKty
from .client_token_endpoint_auth_method import ClientTokenEndpointAuthMethod
from .close_tenant_result import CloseTenantResult
from .confirm_link_request import ConfirmLinkRequest
from .confirm_link_result import ConfirmLinkResult
from .confirm_link_result_status import ConfirmLinkResultStatus
from .create_client_request import CreateClientRequest
from .create_client_request_jwks import CreateClientRequestJwks
from .create_client_request_jwks_keys_item import CreateClientRequestJwksKeysItem
from .create_client_request_jwks_keys_item_kty import CreateClientRequestJwksKeysItemKty
from .create_client_request_token_endpoint_auth_method import CreateClientRequestTokenEndpointAuthMethod
from .create_client_result import CreateClientResult
from .create_client_result_jwks_type_0 import CreateClientResultJwksType0
from .create_client_result_jwks_type_0_keys_item import CreateClientResultJwksType0KeysItem
from .create_client_result_jwks_type_0_keys_item_kty import CreateClientResultJwksType0KeysItemKty
from .create_client_result_token_endpoint_auth_method import CreateClientResultTokenEndpointAuthMethod
from .create_embed_token_request import CreateEmbedTokenRequest
from .create_embed_token_result import CreateEmbedTokenResult
from .create_invitation_request import CreateInvitationRequest
from .create_invitation_request_language import CreateInvitationRequestLanguage
from .create_key_request import CreateKeyRequest
from .create_key_request_metadata import CreateKeyRequestMetadata
from .create_user_request import CreateUserRequest
from .create_workspace_request import CreateWorkspaceRequest
from .created_api_key import CreatedApiKey
from .created_api_key_metadata import CreatedApiKeyMetadata
from .created_api_key_status import CreatedApiKeyStatus
from .delete_account_result import DeleteAccountResult
from .delete_client_result import DeleteClientResult
from .delete_workspace_force import DeleteWorkspaceForce
from .delete_workspace_result import DeleteWorkspaceResult
from .delete_workspace_result_status import DeleteWorkspaceResultStatus
from .disconnect_app_result import DisconnectAppResult
from .end_other_sessions_result import EndOtherSessionsResult
from .end_session_result import EndSessionResult
from .end_user_sessions_result import EndUserSessionsResult
from .exchange_token_request import ExchangeTokenRequest
from .exchange_token_request_requested_token_type import ExchangeTokenRequestRequestedTokenType
from .exchange_token_request_subject_token_type import ExchangeTokenRequestSubjectTokenType
from .exchanged_tokens import ExchangedTokens
from .exchanged_tokens_workspaces_item import ExchangedTokensWorkspacesItem
from .factor import Factor
from .factor_kind import FactorKind
from .field_error import FieldError
from .get_health_result import GetHealthResult
from .get_health_result_checks import GetHealthResultChecks
from .get_me_result import GetMeResult
from .get_me_result_kind import GetMeResultKind
from .get_usage_result import GetUsageResult
from .get_usage_result_this_month import GetUsageResultThisMonth
from .get_usage_result_this_window_type_0 import GetUsageResultThisWindowType0
from .get_usage_result_today import GetUsageResultToday
from .get_whoami_result import GetWhoamiResult
from .grant import Grant
from .invitation import Invitation
from .invitation_language import InvitationLanguage
from .invitation_status import InvitationStatus
from .issue_key_token_request import IssueKeyTokenRequest
from .issue_key_token_result import IssueKeyTokenResult
from .issued_api_key import IssuedApiKey
from .issued_api_key_metadata import IssuedApiKeyMetadata
from .issued_api_key_status import IssuedApiKeyStatus
from .list_apps_result import ListAppsResult
from .list_audit_format import ListAuditFormat
from .list_audit_result import ListAuditResult
from .list_clients_result import ListClientsResult
from .list_factors_result import ListFactorsResult
from .list_invitations_result import ListInvitationsResult
from .list_key_usage_result import ListKeyUsageResult
from .list_key_usage_result_data_item import ListKeyUsageResultDataItem
from .list_keys_result import ListKeysResult
from .list_users_result import ListUsersResult
from .list_workspaces_result import ListWorkspacesResult
from .log_in_with_factor_request import LogInWithFactorRequest
from .login_request_type_0 import LoginRequestType0
from .login_request_type_1 import LoginRequestType1
from .logout_request import LogoutRequest
from .logout_result import LogoutResult
from .o_auth_error import OAuthError
from .o_auth_error_error import OAuthErrorError
from .onboard_request import OnboardRequest
from .onboard_result import OnboardResult
from .open_sessions import OpenSessions
from .refresh_request_type_0 import RefreshRequestType0
from .refresh_request_type_1 import RefreshRequestType1
from .refresh_result import RefreshResult
from .refused_requests import RefusedRequests
from .register_client_request import RegisterClientRequest
from .register_client_request_jwks import RegisterClientRequestJwks
from .register_client_request_jwks_keys_item import RegisterClientRequestJwksKeysItem
from .register_client_request_jwks_keys_item_kty import RegisterClientRequestJwksKeysItemKty
from .register_client_result import RegisterClientResult
from .register_client_result_jwks import RegisterClientResultJwks
from .register_client_result_jwks_keys_item import RegisterClientResultJwksKeysItem
from .register_client_result_jwks_keys_item_kty import RegisterClientResultJwksKeysItemKty
from .register_client_result_token_endpoint_auth_method import RegisterClientResultTokenEndpointAuthMethod
from .remove_factor_result import RemoveFactorResult
from .remove_user_result import RemoveUserResult
from .request_email_change_request import RequestEmailChangeRequest
from .request_email_change_result import RequestEmailChangeResult
from .request_password_reset_request import RequestPasswordResetRequest
from .request_password_reset_result import RequestPasswordResetResult
from .request_verification_request import RequestVerificationRequest
from .request_verification_result import RequestVerificationResult
from .reset_factors_result import ResetFactorsResult
from .reset_password_request import ResetPasswordRequest
from .reset_password_result import ResetPasswordResult
from .reset_user_password_result import ResetUserPasswordResult
from .revoke_invitation_result import RevokeInvitationResult
from .revoke_key_result import RevokeKeyResult
from .revoke_keys_request_type_0 import RevokeKeysRequestType0
from .revoke_keys_request_type_1 import RevokeKeysRequestType1
from .revoke_keys_result import RevokeKeysResult
from .rotate_client_secret_request import RotateClientSecretRequest
from .rotate_client_secret_result import RotateClientSecretResult
from .rotate_client_secret_result_jwks_type_0 import RotateClientSecretResultJwksType0
from .rotate_client_secret_result_jwks_type_0_keys_item import RotateClientSecretResultJwksType0KeysItem
from .rotate_client_secret_result_jwks_type_0_keys_item_kty import RotateClientSecretResultJwksType0KeysItemKty
from .rotate_client_secret_result_token_endpoint_auth_method import RotateClientSecretResultTokenEndpointAuthMethod
from .rotate_key_request import RotateKeyRequest
from .session import Session
from .sign_in import SignIn
from .tenant import Tenant
from .tenant_key_defaults import TenantKeyDefaults
from .tenant_status import TenantStatus
from .update_factor_request import UpdateFactorRequest
from .update_factor_result import UpdateFactorResult
from .update_key_request import UpdateKeyRequest
from .update_key_request_metadata import UpdateKeyRequestMetadata
from .update_tenant_request import UpdateTenantRequest
from .update_tenant_request_key_defaults import UpdateTenantRequestKeyDefaults
from .update_user_request import UpdateUserRequest
from .update_workspace_request import UpdateWorkspaceRequest
from .usage_of_day import UsageOfDay
from .usage_of_minute import UsageOfMinute
from .user import User
from .verify_key_request import VerifyKeyRequest
from .verify_key_result import VerifyKeyResult
from .verify_key_result_rate_limit import VerifyKeyResultRateLimit
from .verify_key_result_status import VerifyKeyResultStatus
from .workspace import Workspace
from .workspace_status import WorkspaceStatus

__all__ = (
    "AccountDownload",
    "AccountDownloadFactorsItem",
    "AccountDownloadFactorsItemKind",
    "AccountDownloadIdentitiesItem",
    "AccountDownloadTenant",
    "AddFactorRequest",
    "AddFactorRequestKind",
    "AddFactorResult",
    "AddFactorResultKind",
    "ApiError",
    "ApiErrorCode",
    "ApiErrorStatus",
    "ApiErrorType",
    "ApiKey",
    "ApiKeyMetadata",
    "ApiKeyStatus",
    "App",
    "AuditEntry",
    "AuditEntryAfterType0",
    "AuditEntryBeforeType0",
    "ChangePasswordRequest",
    "ChangePasswordResult",
    "Client",
    "ClientJwksType0",
    "ClientJwksType0KeysItem",
    "ClientJwksType0KeysItemKty",
    "ClientTokenEndpointAuthMethod",
    "CloseTenantResult",
    "ConfirmLinkRequest",
    "ConfirmLinkResult",
    "ConfirmLinkResultStatus",
    "CreateClientRequest",
    "CreateClientRequestJwks",
    "CreateClientRequestJwksKeysItem",
    "CreateClientRequestJwksKeysItemKty",
    "CreateClientRequestTokenEndpointAuthMethod",
    "CreateClientResult",
    "CreateClientResultJwksType0",
    "CreateClientResultJwksType0KeysItem",
    "CreateClientResultJwksType0KeysItemKty",
    "CreateClientResultTokenEndpointAuthMethod",
    "CreatedApiKey",
    "CreatedApiKeyMetadata",
    "CreatedApiKeyStatus",
    "CreateEmbedTokenRequest",
    "CreateEmbedTokenResult",
    "CreateInvitationRequest",
    "CreateInvitationRequestLanguage",
    "CreateKeyRequest",
    "CreateKeyRequestMetadata",
    "CreateUserRequest",
    "CreateWorkspaceRequest",
    "DeleteAccountResult",
    "DeleteClientResult",
    "DeleteWorkspaceForce",
    "DeleteWorkspaceResult",
    "DeleteWorkspaceResultStatus",
    "DisconnectAppResult",
    "EndOtherSessionsResult",
    "EndSessionResult",
    "EndUserSessionsResult",
    "ExchangedTokens",
    "ExchangedTokensWorkspacesItem",
    "ExchangeTokenRequest",
    "ExchangeTokenRequestRequestedTokenType",
    "ExchangeTokenRequestSubjectTokenType",
    "Factor",
    "FactorKind",
    "FieldError",
    "GetHealthResult",
    "GetHealthResultChecks",
    "GetMeResult",
    "GetMeResultKind",
    "GetUsageResult",
    "GetUsageResultThisMonth",
    "GetUsageResultThisWindowType0",
    "GetUsageResultToday",
    "GetWhoamiResult",
    "Grant",
    "Invitation",
    "InvitationLanguage",
    "InvitationStatus",
    "IssuedApiKey",
    "IssuedApiKeyMetadata",
    "IssuedApiKeyStatus",
    "IssueKeyTokenRequest",
    "IssueKeyTokenResult",
    "ListAppsResult",
    "ListAuditFormat",
    "ListAuditResult",
    "ListClientsResult",
    "ListFactorsResult",
    "ListInvitationsResult",
    "ListKeysResult",
    "ListKeyUsageResult",
    "ListKeyUsageResultDataItem",
    "ListUsersResult",
    "ListWorkspacesResult",
    "LoginRequestType0",
    "LoginRequestType1",
    "LogInWithFactorRequest",
    "LogoutRequest",
    "LogoutResult",
    "OAuthError",
    "OAuthErrorError",
    "OnboardRequest",
    "OnboardResult",
    "OpenSessions",
    "RefreshRequestType0",
    "RefreshRequestType1",
    "RefreshResult",
    "RefusedRequests",
    "RegisterClientRequest",
    "RegisterClientRequestJwks",
    "RegisterClientRequestJwksKeysItem",
    "RegisterClientRequestJwksKeysItemKty",
    "RegisterClientResult",
    "RegisterClientResultJwks",
    "RegisterClientResultJwksKeysItem",
    "RegisterClientResultJwksKeysItemKty",
    "RegisterClientResultTokenEndpointAuthMethod",
    "RemoveFactorResult",
    "RemoveUserResult",
    "RequestEmailChangeRequest",
    "RequestEmailChangeResult",
    "RequestPasswordResetRequest",
    "RequestPasswordResetResult",
    "RequestVerificationRequest",
    "RequestVerificationResult",
    "ResetFactorsResult",
    "ResetPasswordRequest",
    "ResetPasswordResult",
    "ResetUserPasswordResult",
    "RevokeInvitationResult",
    "RevokeKeyResult",
    "RevokeKeysRequestType0",
    "RevokeKeysRequestType1",
    "RevokeKeysResult",
    "RotateClientSecretRequest",
    "RotateClientSecretResult",
    "RotateClientSecretResultJwksType0",
    "RotateClientSecretResultJwksType0KeysItem",
    "RotateClientSecretResultJwksType0KeysItemKty",
    "RotateClientSecretResultTokenEndpointAuthMethod",
    "RotateKeyRequest",
    "Session",
    "SignIn",
    "Tenant",
    "TenantKeyDefaults",
    "TenantStatus",
    "UpdateFactorRequest",
    "UpdateFactorResult",
    "UpdateKeyRequest",
    "UpdateKeyRequestMetadata",
    "UpdateTenantRequest",
    "UpdateTenantRequestKeyDefaults",
    "UpdateUserRequest",
    "UpdateWorkspaceRequest",
    "UsageOfDay",
    "UsageOfMinute",
    "User",
    "VerifyKeyRequest",
    "VerifyKeyResult",
    "VerifyKeyResultRateLimit",
    "VerifyKeyResultStatus",
    "Workspace",
    "WorkspaceStatus",
)
