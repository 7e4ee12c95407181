import { ops } from './program.ts';
import { REPOSITORY } from './surroundings.ts';

await ops(process.argv.slice(2), REPOSITORY);
