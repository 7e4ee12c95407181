import type { HeaderValues } from '../kernel/headers.ts';

/** The path of an event of payload 2.0 as it was sent: without the stage, and undecoded. */
export function payload2Path(rawPath: string, stage: string): string {
  return asSent(withoutStage(rawPath, stage));
}

/** The segment of a named stage is part of `rawPath`; `$default` has none, and one that a client writes is its own. */
function withoutStage(path: string, stage: string): string {
  if (stage === '$default') return path;
  return `${path}/`.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) || '/' : path;
}

/** An HTTP API hands on a path decoded; what is checked and compared is one as it is sent. What is no text stays, and is refused. */
function asSent(path: string): string {
  return path.isWellFormed() ? encodeURI(path) : path;
}

/**
 * "Duplicate headers are combined with commas" (API Gateway, payload 2.0; so does the Fetch standard, 2.2): what may have been
 * several is several, so that a credential that comes twice is none. No credential, workspace or request id has a comma.
 */
export function separatedHeaders(lines: Iterable<readonly [string, string | undefined]>): HeaderValues {
  return Object.fromEntries(
    [...lines].map(([name, value = '']) => [name, value.split(',').map((each) => each.trim())]),
  );
}
