/** The part of the authorizer that says challenges: a module that only deployments have whose context carries them. */
export { challenges } from '../../http/challenge.ts';
