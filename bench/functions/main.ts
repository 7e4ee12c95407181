/**
 * `npm run bench:functions [-- --json] [--quick] [NAME ...]`: measures CPU and memory of every function of the template, by
 * which their sizes are chosen (docs/performance.md). Exits with 1 when a function holds more than three quarters of its memory.
 */
import { reportJson } from '../report.ts';
import { measureFunctions } from './measure.ts';
import { readOptions } from './options.ts';
import { functionFailures, functionFigures, functionTables } from './report.ts';

const { json, effort, only } = readOptions(process.argv.slice(2));
const results = await measureFunctions(effort, only);
console.log(json ? reportJson(functionFigures(results)) : functionTables(results));
for (const failure of functionFailures(results)) {
  console.error(failure);
  process.exitCode = 1;
}
