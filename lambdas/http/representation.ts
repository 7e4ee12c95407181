import { problemBody } from '../contract/problem-body.ts';
import { headerValues } from '../kernel/headers.ts';
import type { HttpRequest } from './event.ts';
import type { Rendering } from './respond.ts';

/** The media type of Latchkey's own representation, whatever contract is published: the console is written against it. */
export const OWN_MEDIA_TYPE = 'application/vnd.latchkey+json';

/**
 * The rendering that a request asks for: by `Accept` with our own media type alone that of Latchkey itself, without the
 * profile's envelope, names and presentation; else the profile's.
 */
export function askedRendering({ headers }: Pick<HttpRequest, 'headers'>, rendering: Rendering): Rendering {
  const [accepted, ...more] = headerValues(headers, 'accept');
  if (more.length > 0 || accepted?.trim().toLowerCase() !== OWN_MEDIA_TYPE) return rendering;
  const { profile } = rendering;
  const own = {
    requestFields: {},
    requestDefaults: {},
    present: {},
    envelope: (body: unknown) => body,
    errorCodes: {},
    errorBody: problemBody,
  };
  return { ...rendering, profile: { ...profile, ...own } };
}
