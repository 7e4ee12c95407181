/** What schemathesis has sent and received, read from its NDJSON report. */
export interface Exchange {
  /** `GET /v1/api-keys/{id}`. */
  readonly operation: string;
  /** Whether the document allows the request. */
  readonly isValid: boolean;
  readonly request: string;
  readonly status: number;
  readonly body: string;
}

interface Bytes {
  readonly $base64: string;
}

interface Recorder {
  readonly label: string;
  readonly cases: Readonly<Record<string, { value: { meta: { generation: { mode: string } } } }>>;
  readonly interactions: Readonly<
    Record<
      string,
      {
        readonly request: { readonly method: string; readonly uri: string; readonly body: Bytes | null };
        readonly response: { readonly status_code: number; readonly content: Bytes | null } | null;
      }
    >
  >;
}

/** The exchanges of a report, in no order. */
export function exchangesOf(report: string): Exchange[] {
  return report
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { recorder } =
        (JSON.parse(line) as { ScenarioFinished?: { recorder: Recorder } }).ScenarioFinished ?? {};
      return recorder === undefined ? [] : recorded(recorder);
    });
}

function recorded({ label, cases, interactions }: Recorder): Exchange[] {
  return Object.entries(interactions).flatMap(([id, { request, response }]) => {
    const made = cases[id];
    if (made === undefined || response === null) return [];
    return [
      {
        operation: label,
        isValid: made.value.meta.generation.mode === 'positive',
        request: `${request.method} ${request.uri} ${text(request.body)}`.trimEnd(),
        status: response.status_code,
        body: text(response.content),
      },
    ];
  });
}

function text(bytes: Bytes | null): string {
  return Buffer.from(bytes?.$base64 ?? '', 'base64').toString('utf8');
}
