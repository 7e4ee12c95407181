/** The synthesized template, deployed by the emulator's CloudFormation. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AnyTemplate } from '../support/assembly.ts';
import { type Aws, elements } from './aws.ts';
import { zipped } from './ministack.ts';

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
const CLOUDFORMATION = '2010-05-15';
const CREATED_WITHIN_MILLISECONDS = 120_000;

/** What the emulator does not know, by name: a type that is neither here nor known to it fails the deployment. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'AWS::SecretsManager::RotationSchedule': 'rotation is driven by the test, step by step',
  'AWS::WAFv2::WebACLAssociation': 'looked at in the template: test/lib/waf.test.ts',
  'AWS::CloudWatch::Alarm of Metrics': 'metric math; looked at in the template: test/lib/monitoring.test.ts',
};

/** The name in {@link LEFT_OUT} that a resource would have. */
export function kindOf({ Type, Properties }: AnyTemplate['Resources'][string]): string {
  return Properties?.Metrics === undefined ? Type : `${Type} of Metrics`;
}

export interface Deployed {
  readonly template: AnyTemplate;
  /** Logical ids of what was left out of the template. */
  readonly leftOut: readonly string[];
  /** Their names in {@link LEFT_OUT}. */
  readonly leftOutKinds: ReadonlySet<string>;
  readonly outputs: Readonly<Record<string, string>>;
  /** What the emulator calls the resource with this logical id. */
  physicalId(logicalId: string): string;
  /** The one resource of a type whose logical id starts like this. */
  find(prefix: string, type: string): string;
}

/** Publishes the assembly's assets as `cdk deploy` would, and creates the stack. Throws with the events that failed. */
export async function deploy(aws: Aws, assembly: string, stackName: string): Promise<Deployed> {
  const bucket = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
  await aws.rest('s3', `/${bucket}`, 'PUT');
  const version = { Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Type: 'String', Overwrite: true };
  await aws.json('ssm', 'AmazonSSM.PutParameter', version);
  const { files } = readJson(join(assembly, `${stackName}.assets.json`));
  for (const { source, destinations } of Object.values(files) as Asset[]) {
    if (source.packaging !== 'zip') continue;
    const code = zipped(join(assembly, source.path), readdirSync(join(assembly, source.path)));
    for (const { objectKey } of Object.values(destinations)) {
      await aws.rest('s3', `/${bucket}/${objectKey}`, 'PUT', code);
    }
  }
  const template: AnyTemplate = readJson(join(assembly, `${stackName}.template.json`));
  const left = Object.entries(template.Resources).filter(([, resource]) => kindOf(resource) in LEFT_OUT);
  const leftOut = left.map(([id]) => id);
  const leftOutKinds = new Set(left.map(([, resource]) => kindOf(resource)));
  for (const id of leftOut) delete template.Resources[id];
  for (const resource of Object.values(template.Resources)) {
    const needed = [resource.DependsOn ?? []].flat().filter((id) => !leftOut.includes(id));
    if (resource.DependsOn !== undefined) resource.DependsOn = needed;
  }
  await aws.rest('s3', `/${bucket}/template.json`, 'PUT', JSON.stringify(template));
  await aws.query('cloudformation', CLOUDFORMATION, 'CreateStack', {
    StackName: stackName,
    TemplateURL: `${aws.endpoint}/${bucket}/template.json`,
    'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
  });
  await untilCreated(aws, stackName);
  const resources = await resourcesOf(aws, stackName);
  const described = await aws.query('cloudformation', CLOUDFORMATION, 'DescribeStacks', {
    StackName: stackName,
  });
  const [keys, values] = ['OutputKey', 'OutputValue'].map((name) => elements(described, name));
  const physicalId = (logicalId: string): string => {
    const id = resources.get(logicalId);
    if (id === undefined) throw new Error(`${logicalId} was not deployed`);
    return id;
  };
  return {
    template,
    leftOut,
    leftOutKinds,
    outputs: Object.fromEntries((keys ?? []).map((key, index) => [key, values?.[index] ?? ''])),
    physicalId,
    find(prefix, type) {
      const found = Object.keys(template.Resources).filter(
        (id) => id.startsWith(prefix) && template.Resources[id]?.Type === type,
      );
      if (found.length !== 1) throw new Error(`${found.length} resources ${prefix}… of ${type}`);
      return physicalId(found[0] ?? '');
    },
  };
}

interface Asset {
  readonly source: { readonly path: string; readonly packaging: string };
  readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
}

async function untilCreated(aws: Aws, StackName: string): Promise<void> {
  const giveUpAt = Date.now() + CREATED_WITHIN_MILLISECONDS;
  let reason = 'it took too long';
  while (Date.now() < giveUpAt) {
    const xml = await aws.query('cloudformation', CLOUDFORMATION, 'DescribeStacks', { StackName });
    const [status = ''] = elements(xml, 'StackStatus');
    if (status === 'CREATE_COMPLETE') return;
    if (!status.endsWith('IN_PROGRESS')) {
      reason = `${status} ${elements(xml, 'StackStatusReason')[0] ?? ''}`;
      break;
    }
    await delay(250);
  }
  const failed: string[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const more: Record<string, string> = next === '' ? {} : { NextToken: next };
    const events = await aws.query('cloudformation', CLOUDFORMATION, 'DescribeStackEvents', {
      StackName,
      ...more,
    });
    failed.push(...elements(events, 'member').filter((event) => event.includes('CREATE_FAILED')));
    next = elements(events, 'NextToken')[0];
  }
  throw new Error(`The stack was not created: ${reason}\n${failed.join('\n').slice(0, 3000)}`);
}

async function resourcesOf(aws: Aws, StackName: string): Promise<ReadonlyMap<string, string>> {
  const xml = await aws.query('cloudformation', CLOUDFORMATION, 'DescribeStackResources', { StackName });
  return new Map(
    elements(xml, 'member').map((member) => [
      elements(member, 'LogicalResourceId')[0] ?? '',
      elements(member, 'PhysicalResourceId')[0] ?? '',
    ]),
  );
}

function readJson(file: string) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
