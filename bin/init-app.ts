/** What was chosen for an app that `latchkey init` writes. */
export interface AppChoice {
  /** Of the package and of the stack: small letters, digits and `-`. */
  readonly name: string;
  readonly profile: string;
  /** null for the echo. */
  readonly upstream: string | null;
  /** The smallest first; null for those of the profile. */
  readonly scopes: readonly string[] | null;
}

/** The files of a new app by their paths. `versions` are those of the packages that it takes, by their names. */
export function appFiles(
  choice: AppChoice,
  versions: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, versions[name]]));
  const manifest = {
    name: choice.name,
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: {
      dev: 'latchkey dev',
      test: 'node --test',
      synth: 'cdk synth --quiet',
      deploy: 'cdk deploy --outputs-file .latchkey/outputs.json',
    },
    dependencies: pick('aws-cdk-lib', 'constructs', 'latchkey'),
    devDependencies: pick('aws-cdk'),
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'cdk.json': `${JSON.stringify({ app: 'node app.js' }, null, 2)}\n`,
    '.gitignore': 'node_modules\ncdk.out\n.latchkey\n',
    'app.js': appSource(choice),
    'test/app.test.js': TEST,
    'README.md': readme(choice),
  };
}

function appSource({ name, profile, upstream, scopes }: AppChoice): string {
  const fields = [
    `profile: profiles${/^[a-z]+$/.test(profile) ? `.${profile}` : `[${quoted(profile)}]`},`,
    ...(upstream === null
      ? ['// Without an upstream, an echo answers with what your API would be sent.', 'upstream: null,']
      : [`upstream: { url: ${quoted(upstream)} },`]),
    ...(scopes === null ? [] : rightsLines(scopes)),
  ];
  return `import { App, Stack } from 'aws-cdk-lib';
import { Latchkey, profiles } from 'latchkey';

const app = new App();
export const stack = new Stack(app, ${quoted(name)});

new Latchkey(stack, 'Latchkey', {
${fields.map((line) => `  ${line}\n`).join('')}});
`;
}

/** Scopes of a team's own: each includes those before it; GET takes the first, what changes something the last. */
function rightsLines(scopes: readonly string[]): string[] {
  const [first = ''] = scopes;
  const last = scopes.at(-1) ?? '';
  const declared = scopes.map((name, index) => {
    const includes = index === 0 ? '' : `, includes: [${quoted(scopes[index - 1] ?? '')}]`;
    return `  { name: ${quoted(name)}, description: ${quoted(`May do ${name}`)}${includes} },`;
  });
  const changing = ['POST', 'PUT', 'PATCH', 'DELETE']
    .map((method) => `${method}: ${quoted(last)}`)
    .join(', ');
  return [
    '// Each scope includes those before it.',
    'scopes: [',
    ...declared,
    "  { name: 'manage', description: 'Manage keys, people and settings', managing: true },",
    '],',
    'roles: {',
    `  member: { scopes: [${quoted(last)}] },`,
    `  owner: { scopes: [${quoted(last)}, 'manage'] },`,
    '},',
    '// What the routes of Latchkey itself take, and what the methods of your API take.',
    `areaScopes: { reading: ${quoted(first)}, keys: 'manage', people: 'manage', settings: 'manage', audit: 'manage', transfer: 'manage' },`,
    `methodScopes: { GET: ${quoted(first)}, ${changing} },`,
    `defaultScopes: [${quoted(first)}],`,
    `onboardingScopes: [${quoted(last)}],`,
  ];
}

/** As JavaScript writes a text, in the quotation marks of the other lines. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import { stack } from '../app.js';

test('no path of the upstream is open: every method at {proxy+} asks the authorizer', () => {
  const template = Template.fromStack(stack);
  const resources = template.findResources('AWS::ApiGateway::Resource', {
    Properties: { PathPart: '{proxy+}' },
  });
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method')).filter(
    ({ Properties }) => Properties.ResourceId.Ref in resources && Properties.HttpMethod !== 'OPTIONS',
  );
  assert.ok(methods.some(({ Properties }) => Properties.AuthorizationType === 'CUSTOM'));
});
`;

function readme({ name, profile, upstream }: AppChoice): string {
  return `# ${name}

An API front door on AWS by Latchkey: it knows every caller by an API key or a token, counts each call, and hands ${upstream ?? 'an echo'} who calls. The contract is the profile \`${profile}\`.

\`\`\`sh
npm install && npx latchkey dev
npm test
\`\`\`

The first runs the app on this machine and prints calls to try. \`npx cdk deploy\` puts it into your AWS account.

- \`app.js\`: the CDK app. Every field is checked when it is synthesized.
- \`test/app.test.js\`: holds that no path of the upstream is open.
`;
}
