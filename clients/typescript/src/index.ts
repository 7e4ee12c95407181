export { type AuthClient, KeyNotShownError } from './auth.ts';
export type { TokenProvider } from './credential.ts';
export {
  AuthenticationError,
  ConflictError,
  ConnectionError,
  type ErrorDetails,
  type FieldError,
  LatchkeyError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ServerError,
  TimeoutError,
  ValidationError,
} from './errors.ts';
export type { ApiKey, IssuedApiKey, NewApiKey, Rotation } from './keys.ts';
export { type FetchOptions, Latchkey } from './latchkey.ts';
export type { Contract, LatchkeyOptions, TokenPair } from './options.ts';
export { type Page, Paginated, paginate } from './pages.ts';
export type { Attempt } from './transport.ts';
