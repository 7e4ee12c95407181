import type { Finding } from './finding.ts';

/** A row of the table "Verify on a real account first": number, assumption, state, what settles it. */
const ROW = /^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$/gm;

/** When and where something was recorded. */
export interface Recording {
  /** As in `2026-11-27`. */
  readonly date: string;
  readonly region: string;
}

/**
 * The page of what AWS does (docs/aws-facts.md) with the state of each assumption that the findings settle: recorded, or
 * contradicted. What was not checked stays as it was. Throws where the page has no such rows.
 */
export function withRecordings(
  page: string,
  findings: readonly Finding[],
  { date, region }: Recording,
): string {
  if (page.match(ROW) === null) throw new Error('The page has no table of assumptions.');
  return page.replace(ROW, (row, ...parts: string[]) => {
    const [number, assumption, , settledBy] = parts;
    const settling = findings.filter(
      ({ status, settles = [] }) => status !== 'not checked' && settles.includes(Number(number)),
    );
    if (settling.length === 0) return row;
    const state = settling.some(({ status }) => status === 'wrong') ? 'CONTRADICTED' : 'recorded';
    const found = settling.map((finding) => `\`${finding.id}\`: ${cell(finding.found)}`).join(' ');
    return `| ${number} | ${assumption} | **${state}** ${date}, ${region}. ${found} | ${settledBy} |`;
  });
}

/** A text that breaks no table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 300);
}
