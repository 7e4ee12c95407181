import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import aws4 from 'aws4';
import { Table } from '../lambdas/kernel/table.ts';
import { sdkCalls } from '../ops/dynamodb-calls.ts';

/** A service by the first part of its host name, and the end of the variable that names another endpoint of it. */
const SERVICES = {
  apigateway: 'API_GATEWAY',
  cloudformation: 'CLOUDFORMATION',
  lambda: 'LAMBDA',
  monitoring: 'CLOUDWATCH',
  ssm: 'SSM',
  wafv2: 'WAFV2',
} as const;
type Service = keyof typeof SERVICES;

const TIMEOUT_MILLISECONDS = 20_000;

// biome-ignore lint/suspicious/noExplicitAny: the answers of many actions
export type Answer = any;

/** A call that a service has refused. */
export class AwsRefusal extends Error {
  override readonly name = 'AwsRefusal';
  readonly status: number;

  constructor(service: Service, status: number, text: string) {
    super(`${service} answers ${status}: ${text.slice(0, 300)}`);
    this.status = status;
  }

  /** Whether whoever asks may not. */
  get isDenied(): boolean {
    return this.status === 403 || this.message.includes('AccessDenied');
  }
}

/** The Region that the AWS SDK would take. */
export function region(): Promise<string> {
  return new DynamoDBClient({}).config.region();
}

/** A table, with the Region, endpoint and credentials that the AWS SDK would take. */
export function tableNamed(name: string): Table {
  return new Table(name, sdkCalls(new DynamoDBClient({})));
}

/** A call of a REST API. */
export async function rest(service: Service, path: string): Promise<Answer> {
  return JSON.parse(await send(service, 'GET', path));
}

/** A call of an API of the query protocol, which answers XML. */
export async function query(
  service: Service,
  Version: string,
  Action: string,
  input: Readonly<Record<string, string>>,
): Promise<string> {
  return send(service, 'POST', '/', {
    body: new URLSearchParams({ Action, Version, ...input }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
}

/** A call of an API of the JSON protocol, by its target such as `AmazonSSM.GetParameter`. */
export async function json(service: Service, target: string, input: object): Promise<Answer> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  return JSON.parse(await send(service, 'POST', '/', { body: JSON.stringify(input), headers }));
}

/** All things that a listing of API Gateway has, page by page. `path` may have a query. */
export async function listAll(path: string): Promise<Answer[]> {
  const found: Answer[] = [];
  const { pathname, searchParams } = new URL(path, 'https://apigateway');
  searchParams.set('limit', '500');
  for (;;) {
    const { item = [], position } = await rest('apigateway', `${pathname}?${searchParams}`);
    found.push(...item);
    if (position === undefined || position === null || item.length === 0) return found;
    searchParams.set('position', position);
  }
}

/** The contents of every element of that name. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, text = '']) => text);
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  '#39': "'",
  lt: '<',
  gt: '>',
  amp: '&',
};

/** The text of an element without elements in it (XML 1.0, 4.6). */
export function textOf(xml: string): string {
  return xml.replaceAll(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

/** The host of a service in a Region: China's and the isolated partitions have domains of their own. */
export function hostOf(service: Service, inRegion: string): string {
  return `${service}.${inRegion}.${RegionInfo.get(inRegion).domainSuffix ?? 'amazonaws.com'}`;
}

/** A signed call by the credentials, the Region and the endpoint that the AWS SDK would take. */
async function send(
  service: Service,
  method: string,
  path: string,
  content: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const { config } = new DynamoDBClient({});
  const [credentials, inRegion] = await Promise.all([config.credentials(), config.region()]);
  const host = hostOf(service, inRegion);
  const signed = aws4.sign({ service, region: inRegion, host, method, path, ...content }, credentials);
  const { Host: _, ...headers } = signed.headers as Record<string, string>;
  const root =
    process.env[`AWS_ENDPOINT_URL_${SERVICES[service]}`] ?? process.env.AWS_ENDPOINT_URL ?? `https://${host}`;
  const response = await fetch(root + path, {
    method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    ...(content.body === undefined ? {} : { body: content.body }),
  });
  const text = await response.text();
  if (!response.ok) throw new AwsRefusal(service, response.status, text);
  return text;
}
