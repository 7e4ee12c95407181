import type { Authorization } from './authorization.ts';
import { type AwsAnswer, type AwsCall, AwsEndpoint, AwsError } from './aws-endpoint.ts';
import type { Cleanup } from './cleanup.ts';
import { DataDirectory } from './data-directory.ts';
import { DynamodbClient } from './dynamodb/client.ts';
import { startEngine } from './dynamodb/engine.ts';
import { PointInTime } from './dynamodb/point-in-time.ts';
import { WriteSignal } from './dynamodb/write-signal.ts';
import type { Logger } from './log.ts';

/** The platform of a stack: the place for its data, and the endpoints of the AWS services. */
export interface Platform {
  readonly authorization: Authorization;
  readonly data: DataDirectory;
  readonly dynamodb: AwsEndpoint;
  /** The writes that have passed `dynamodb`. */
  readonly writes: WriteSignal;
  /** The control plane of API Gateway. */
  readonly controlPlane: AwsEndpoint;
  /** Every other service. */
  readonly services: AwsEndpoint;
  /** Serves the calls of a service (`AwsCall.service`). Until then it is refused. */
  register(service: string, serve: (call: AwsCall) => Promise<AwsAnswer>): void;
  readonly log: Logger;
  readonly now: () => number;
}

export interface PlatformOptions {
  readonly authorization: Authorization;
  readonly dataDir?: string;
  readonly dynamodb?: { readonly endpoint?: string };
  readonly log: Logger;
  readonly now: () => number;
}

/** Starts the endpoints, and a DynamoDB engine unless there is one. */
export async function startPlatform(options: PlatformOptions, cleanup: Cleanup): Promise<Platform> {
  const { authorization, log, now } = options;
  const data = DataDirectory.open(options.dataDir);
  cleanup.add(() => data.close());
  const engine = options.dynamodb?.endpoint ?? (await startBundledEngine(data, log, cleanup));
  const handlers = new Map<string, (call: AwsCall) => Promise<AwsAnswer>>();
  const tables = new PointInTime(new DynamodbClient(engine));
  const writes = new WriteSignal();
  const serveDynamodb = async (call: AwsCall) => {
    const answer = await tables.serve(call);
    writes.note(call.action);
    return answer;
  };
  const dynamodb = await startEndpoint(authorization, serveDynamodb, cleanup);
  const serve = (call: AwsCall) => (handlers.get(call.service) ?? refuse)(call);
  const services = await startEndpoint(authorization, serve, cleanup);
  // By itself, so that it can fail by itself.
  const controlPlane = await startEndpoint(authorization, serve, cleanup);
  const register: Platform['register'] = (service, serve) => handlers.set(service, serve);
  return { authorization, data, dynamodb, writes, services, controlPlane, register, log, now };
}

async function startEndpoint(
  authorization: Authorization,
  serve: (call: AwsCall) => Promise<AwsAnswer>,
  cleanup: Cleanup,
): Promise<AwsEndpoint> {
  const endpoint = await AwsEndpoint.start(async (call) => {
    authorization.authorize(call);
    return serve(call);
  });
  cleanup.add(() => endpoint.stop());
  return endpoint;
}

async function refuse({ service }: AwsCall): Promise<AwsAnswer> {
  const message = `The local stack does not serve ${service || 'this service'}.`;
  throw new AwsError('UnknownOperationException', message, 501);
}

async function startBundledEngine(data: DataDirectory, log: Logger, cleanup: Cleanup): Promise<string> {
  const engine = await startEngine(data.path);
  let stopping = false;
  void engine.ended.then(() => stopping || log.error('the DynamoDB engine ended: start again'));
  cleanup.add(() => {
    stopping = true;
    return engine.stop();
  });
  return engine.endpoint;
}
