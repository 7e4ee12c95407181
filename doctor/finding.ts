/** The result of one probe: a line of the report. */
export interface Finding {
  /** Stable, for scripts. */
  readonly id: string;
  readonly status: 'ok' | 'wrong' | 'not checked';
  /** The finding, in a sentence. */
  readonly found: string;
  /** The remedy; only of findings that are wrong. */
  readonly fix?: string;
  /** The assumptions that it settles, by their numbers in docs/aws-facts.md ("Verify on a real account first"). */
  readonly settles?: readonly number[];
}

/** A finding without what its probe says of itself. */
export type Result = Omit<Finding, 'id' | 'settles'>;

/** One thing to look at. It throws only for what nobody thought of: that is reported too. */
export interface Probe {
  readonly id: string;
  /** The subject of the probe, for the report of one that broke. */
  readonly subject: string;
  /** As of a finding. @default - none: no document is silent on it */
  readonly settles?: readonly number[];
  run(): Promise<Result>;
}

export const ok = (found: string): Result => ({ status: 'ok', found });
export const wrong = (found: string, fix: string): Result => ({ status: 'wrong', found, fix });
export const notChecked = (found: string): Result => ({ status: 'not checked', found });

/** Runs probes one after the other: later ones stand on what earlier ones made. */
export async function examine(
  probes: readonly Probe[],
  report: (finding: Finding) => void,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, subject, settles, run } of probes) {
    const result = await run().catch((error: Error) =>
      wrong(`${subject}: ${reason(error)}`, 'Look at what stands before this line first, then at the logs.'),
    );
    const finding = { id, ...result, ...(settles === undefined ? {} : { settles }) };
    findings.push(finding);
    report(finding);
  }
  return findings;
}

/** `fetch failed` says nothing; its cause does. */
function reason(error: Error): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}
