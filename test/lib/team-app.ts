import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { foldersOf, functionSpecs } from '../../lib/functions.ts';
import { Latchkey } from '../../lib/latchkey.ts';
import type { LatchkeyProps } from '../../lib/latchkey-props.ts';
import { profile as defaultProfile } from '../../profiles/default.ts';
import { emptyFunction } from './synth.ts';

/** The app of a team, as `cdk init` makes it: with nothing of ours but the construct. */

const outdir = mkdtempSync(join(tmpdir(), 'latchkey-team-'));
const empty = emptyFunction(outdir);

/** An app with flags of the CDK, by default none. */
export function teamApp(context: Readonly<Record<string, unknown>> = {}): App {
  return new App({ outdir: mkdtempSync(join(outdir, 'app-')), context, analyticsReporting: false });
}

export function teamStack(props: StackProps = {}, scope: Construct = teamApp(), id = 'Shop'): Stack {
  return new Stack(scope, id, props);
}

/** A Latchkey with functions that have no code: what a template says does not depend on it. */
export function latchkeyIn(scope: Construct, props: LatchkeyProps = {}, id = 'Latchkey'): Latchkey {
  const folders = foldersOf(functionSpecs(defaultProfile, namesOf(props)));
  const _bundles = Object.fromEntries(folders.map((name) => [name, empty]));
  return new Latchkey(scope, id, { _bundles, ...props });
}

/** Streams have code of their own. */
function namesOf({ upstreams = {} }: LatchkeyProps) {
  return {
    upstreams: Object.entries(upstreams ?? {}).map(([name, { path, stream = null }]) => ({
      name,
      path,
      stream: stream === null ? null : { maxStreamSeconds: 60, idleSeconds: 30 },
      target: { kind: 'url' as const, url: '' },
    })),
  };
}
