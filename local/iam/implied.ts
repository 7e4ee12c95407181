import type { StackTemplate } from '../cloudformation/stack-template.ts';
import type { Access } from './policy.ts';

/** An access that Lambda makes with a function's role, on its behalf: without it nothing is logged, traced or delivered. */
export interface ImpliedAccess {
  /** Its physical name: stacks that are served together may have one logical id twice. */
  readonly functionName: string;
  /** The logical id of the resource that needs it. */
  readonly need: string;
  readonly access: Access;
}

interface FunctionProperties {
  readonly LoggingConfig?: { readonly LogGroup?: string };
  readonly TracingConfig?: { readonly Mode?: string };
}

interface MappingProperties {
  readonly FunctionName: string;
  readonly EventSourceArn?: string;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: string } };
}

/** The accesses that Lambda asks of a stream's reader (Lambda developer guide, with-ddb: "Permissions"). */
const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];

/** The accesses that the template's functions need before, and while, their own code runs. */
export function impliedAccesses(template: StackTemplate): readonly ImpliedAccess[] {
  const functions = template.ofType<FunctionProperties>('AWS::Lambda::Function');
  const groups = template.ofType<object>('AWS::Logs::LogGroup');
  const own = functions.flatMap(({ logicalId, ref, properties: { LoggingConfig, TracingConfig } }) => {
    const group = groups.find(({ ref }) => ref === LoggingConfig?.LogGroup);
    const stream = `${group?.attributes.Arn?.slice(0, -2)}:log-stream:local`;
    return [
      ...(group === undefined ? [] : accesses(['logs:CreateLogStream', 'logs:PutLogEvents'], stream)),
      ...(TracingConfig?.Mode === 'Active'
        ? accesses(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')
        : []),
    ].map((access) => ({ functionName: ref, need: logicalId, access }));
  });
  const mapped = template
    .ofType<MappingProperties>('AWS::Lambda::EventSourceMapping')
    .flatMap(({ logicalId, properties: { FunctionName, EventSourceArn = '', DestinationConfig } }) => {
      const target = functions.find(({ ref, attributes }) => [ref, attributes.Arn].includes(FunctionName));
      if (target === undefined || !EventSourceArn.includes(':dynamodb:')) return [];
      const failures = DestinationConfig?.OnFailure?.Destination;
      return [
        ...accesses(
          STREAM_ACTIONS.map((action) => `dynamodb:${action}`),
          EventSourceArn,
        ),
        ...(failures?.includes(':sqs:') ? accesses(['sqs:SendMessage'], failures) : []),
      ].map((access) => ({ functionName: target.ref, need: logicalId, access }));
    });
  return [...own, ...mapped];
}

function accesses(actions: readonly string[], resource: string): Access[] {
  return actions.map((action) => ({ action, resource, conditionKeys: {} }));
}
