import type { Api } from '../api.ts';
import { notChecked, ok, type Probe, type Result, wrong } from '../finding.ts';
import type { Flow } from './flow.ts';

/** A stream that does not end is looked at for so long. */
const MOST_SECONDS = 30;

/** Parts that arrive within this of each other are no sign that any was sent before the end. */
const TOGETHER_MS = 200;

/** An answer that takes less than this to come as a whole may have been made as a whole. */
const AT_ONCE_MS = 1000;

/** An answer as it arrived. Milliseconds since the call. */
interface Arrival {
  readonly status: number;
  readonly isEvents: boolean;
  readonly parts: readonly { readonly text: string; readonly milliseconds: number }[];
}

/**
 * Whether a path's answer is passed on while it comes: its first byte before its end, and its events one by one. Nothing
 * but an upstream that takes its time can show it, so the path of one is asked for: `--stream PATH`.
 */
export function streamingProbe(api: Api, flow: Flow, path: string): Probe {
  return {
    id: 'streaming',
    subject: `The stream at ${path}`,
    settles: [21],
    run: flow.after(async () => judged(path, await arrival(`${api.url}${path}`, flow.administrator))),
  };
}

async function arrival(url: string, headers: Record<string, string>): Promise<Arrival> {
  const started = performance.now();
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), MOST_SECONDS * 1000);
  const parts: { text: string; milliseconds: number }[] = [];
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: ending.signal });
    const isEvents = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const decoder = new TextDecoder();
    try {
      for await (const bytes of response.body ?? [])
        parts.push({
          text: decoder.decode(bytes, { stream: true }),
          milliseconds: performance.now() - started,
        });
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
    return { status: response.status, isEvents, parts };
  } finally {
    clearTimeout(timer);
  }
}

function judged(path: string, { status, isEvents, parts }: Arrival): Result {
  if (status !== 200)
    return wrong(
      `${path} answers ${status} ${(parts[0]?.text ?? '').slice(0, 120)}`.trim(),
      'Name with --stream a path of an upstream with stream: {} that answers GET with a 200.',
    );
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return notChecked(`The answer of ${path} has no content.`);
  const waited = Math.round(first.milliseconds);
  const spread = last.milliseconds - first.milliseconds;
  if (spread >= TOGETHER_MS) {
    const what = isEvents ? `${events(parts)} events arrived` : 'The answer arrived';
    return ok(
      `${what} in ${parts.length} parts, the first after ${waited} ms, the last ${Math.round(spread)} ms later.`,
    );
  }
  return waited < AT_ONCE_MS
    ? notChecked(
        `The answer of ${path} was whole after ${waited} ms: name a path whose answer takes some seconds.`,
      )
    : wrong(
        `After ${waited} ms the answer of ${path} came in one piece: something gathers it.`,
        'Set stream: {} on the upstream of that path and deploy. With --stack, the line response-transfer says whether API Gateway passes it on; a proxy between here and there may gather it too.',
      );
}

/** An empty line ends an event, whichever way a line ends (HTML standard, "event stream interpretation"). */
function events(parts: Arrival['parts']): number {
  const text = parts.map((part) => part.text).join('');
  return text.split(/\r\n\r\n|\n\n|\r\r/).length - 1;
}
