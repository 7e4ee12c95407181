/** A Latchkey of a template, as the metadata of its stack describe it. */
export interface DescribedLatchkey {
  /** First calls to try; `$URL` is the URL of its API. */
  readonly try: readonly string[];
  /** Whether calls without a credential are let in. */
  readonly anonymous: boolean;
  /** Paths, and the APIs that serve them and everything below. */
  readonly upstreams: readonly { readonly path: string; readonly url: string }[];
  /** The URL of its API, and the id. */
  readonly url: string;
  readonly apiId: string;
}

type Metadata = Partial<Omit<DescribedLatchkey, 'url' | 'apiId'>> & {
  /** The logical ids of its outputs, where they have other names than its own. */
  readonly outputs?: Readonly<Record<string, string>>;
};

/** Every Latchkey that a stack's metadata describe: under `Latchkey`, or of several in one stack under `Latchkey/<path>`. */
export function latchkeysOf({
  metadata,
  outputs,
}: {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, string>>;
}): readonly DescribedLatchkey[] {
  return Object.entries(metadata)
    .filter(([name]) => /^Latchkey(\/|$)/.test(name))
    .map(([, value]) => {
      const described = value as Metadata;
      const output = (name: string) => outputs[described.outputs?.[name] ?? name] ?? '';
      return {
        try: described.try ?? [],
        anonymous: described.anonymous ?? false,
        upstreams: described.upstreams ?? [],
        url: output('ApiUrl'),
        apiId: output('ApiId'),
      };
    });
}
