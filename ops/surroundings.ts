/** How operators call commands and deploy, for texts that they copy: by npm in the repository, by a command in an app. */
export interface Surroundings {
  readonly ops: string;
  readonly doctor: string;
  /** Serves a stack on this machine, and notes it. */
  readonly serve: string;
  /** Deploys a stack, and notes it. */
  readonly deploy: string;
  /** Where the fields of a deployment are set. */
  readonly configuration: string;
}

export const REPOSITORY: Surroundings = {
  ops: 'npm run ops --',
  doctor: 'npm run doctor --',
  serve: 'npm start',
  deploy: 'npm run deploy',
  configuration: 'latchkey.config.ts',
};

/** Those of an app that has the package. `command`: the words by which it is called, such as `npx latchkey`. */
export function inApp(command: string): Surroundings {
  return {
    ops: `${command} ops`,
    doctor: `${command} doctor`,
    serve: `${command} dev`,
    deploy: 'npx cdk deploy --outputs-file .latchkey/outputs.json',
    configuration: 'the props of your Latchkey',
  };
}
