import type { ErrorView } from './profile.ts';

/**
 * RFC 9457 problem+json, with the members in which the published clients look for the text
 * (`detail`, `message`, `error` as a string).
 */
export function problemBody(error: ErrorView): unknown {
  return {
    type: error.type,
    title: error.title,
    status: error.status,
    code: error.code,
    detail: error.message,
    message: error.message,
    error: error.message,
    request_id: error.requestId,
    ...(error.fields.length > 0 ? { errors: error.fields } : {}),
  };
}
