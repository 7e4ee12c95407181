import { createElement, type HTMLAttributes, type ReactElement, useEffect, useRef } from 'react';
import type { GetToken, LatchkeyKeys as LatchkeyKeysElement, LatchkeyKeysEvents } from './latchkey-keys.ts';

export type { GetToken, LatchkeyKeysEvents } from './latchkey-keys.ts';

export interface LatchkeyKeysProps extends Omit<HTMLAttributes<LatchkeyKeysElement>, 'onError'> {
  /** The URL of the API. */
  readonly api: string;
  /** The path of its keys. @default '/v1/api-keys' */
  readonly path?: string | undefined;
  /** Gives an embed token, whenever one is needed: ask your own server. It may be another function at each render. */
  readonly getToken: GetToken;
  readonly onCreated?: ((key: LatchkeyKeysEvents['latchkey-created']) => void) | undefined;
  readonly onRevoked?: ((key: LatchkeyKeysEvents['latchkey-revoked']) => void) | undefined;
  readonly onError?: ((error: LatchkeyKeysEvents['latchkey-error']) => void) | undefined;
}

/** `<latchkey-keys>` for React 18 and later. On a server it renders the empty element. */
export function LatchkeyKeys({
  getToken,
  onCreated,
  onRevoked,
  onError,
  ...attributes
}: LatchkeyKeysProps): ReactElement {
  const element = useRef<LatchkeyKeysElement>(null);
  const latest = useRef({ getToken, onCreated, onRevoked, onError });
  useEffect(() => {
    latest.current = { getToken, onCreated, onRevoked, onError };
  });
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const ended = new AbortController();
    const on = <Name extends keyof LatchkeyKeysEvents>(
      name: Name,
      tell: (detail: LatchkeyKeysEvents[Name]) => void,
    ) =>
      current.addEventListener(
        name,
        (event) => tell((event as CustomEvent<LatchkeyKeysEvents[Name]>).detail),
        {
          signal: ended.signal,
        },
      );
    on('latchkey-created', (key) => latest.current.onCreated?.(key));
    on('latchkey-revoked', (key) => latest.current.onRevoked?.(key));
    on('latchkey-error', (error) => latest.current.onError?.(error));
    current.getToken = () => latest.current.getToken();
    // Not before there is a browser: a server has no elements.
    void import('./latchkey-keys.ts');
    return () => ended.abort();
  }, []);
  return createElement('latchkey-keys', { ...attributes, ref: element });
}
