/** The part of the authorizer that gathers lines of the log: a module that only deployments have that want it. */
export { gathering } from '../../kernel/metrics.ts';
