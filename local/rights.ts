import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionGrant, RightsReport } from './authorization.ts';

// `npm run rights -- DIR`: what the tests used of the functions' rights, of the reports that they left in DIR
// (LATCHKEY_RIGHTS=DIR npm test). A right that no test uses is one to remove, or a test to write: exit code 1.
const [directory = ''] = process.argv.slice(2);
const reports = readdirSync(directory)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as RightsReport);
const used = new Set(reports.flatMap((report) => report.used.map(line)));
const granted = new Set(reports.flatMap((report) => report.granted.map(line)));
const unused = [...granted].filter((grant) => !used.has(grant)).sort();
console.log(`${granted.size} rights, ${granted.size - unused.length} of them used.`);
if (unused.length > 0 || granted.size === 0) {
  console.error(['No test used:', ...unused].join('\n  '));
  process.exitCode = 1;
}

/** Without the names of account and stack, and of usage plans, each tier's alike: stacks of several tests come to one list. */
function line({ functionId, action, resource, condition }: FunctionGrant): string {
  const where = resource
    .replace(/^arn:aws:(\w+):[^:]*:[^:]*:/, '$1 ')
    .replace(/-\w{6}$/, '')
    .replace(/(?<=[ /:])\w+-(?=[A-Z])/, '')
    .replace(/(?<=\/usageplans\/)\w+/, 'ID');
  return `${functionId}: ${action} on ${where}${condition === undefined ? '' : `, ${condition}`}`;
}
