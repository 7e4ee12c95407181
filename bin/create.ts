#!/usr/bin/env node
/** What `npm create latchkey` runs: `latchkey init`, as a package of its own. */
import { init } from './init.ts';

const { stdin, stdout, stderr } = process;
process.exitCode = await init(process.argv.slice(2), { stdin, stdout, stderr, cwd: process.cwd() });
