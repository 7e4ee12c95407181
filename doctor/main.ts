import { REPOSITORY } from '../ops/surroundings.ts';
import { doctor } from './program.ts';

await doctor(process.argv.slice(2), REPOSITORY);
