import { Token } from 'aws-cdk-lib';
import { CfnDomainName, EndpointType } from 'aws-cdk-lib/aws-apigateway';
import { ConfigError } from './config.ts';
import type { LatchkeyMount } from './latchkey-props.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What is said of a mount. */
const PLACE = ['basePath', 'wellKnown', 'alsoServeStageUrl'];

/**
 * The `domain` of the configuration that a domain name of the app means. Throws a `ConfigError` for what is none, for one
 * whose name is known only at deployment, and for one to which API Gateway maps no path.
 */
export function mountedOn({ mountOn, ...rest }: LatchkeyMount): object {
  if (typeof mountOn?.domainName !== 'string')
    throw fault('must be a domain name of API Gateway, such as new DomainName(this, ...)');
  const others = Object.keys(rest).filter((name) => !PLACE.includes(name));
  if (others.length > 0)
    throw fault(
      `the domain name has ${others.join(' and ')} of its own; name only where below it Latchkey is`,
    );
  const resource = mountOn.node.defaultChild;
  if (resource instanceof CfnDomainName) requireMappable(resource);
  const name = resource instanceof CfnDomainName ? resource.domainName : mountOn.domainName;
  if (name === undefined || Token.isUnresolved(name))
    throw fault(
      'its name is known only when the stack is deployed, and needed before, for the issuer; write the value',
    );
  return { ...withoutUndefined(rest), name, certificateArn: null };
}

/** API Gateway, "Use API mappings … for REST APIs": of an edge-optimized domain, paths are of one segment, and of another resource. */
function requireMappable({ endpointConfiguration, securityPolicy }: CfnDomainName): void {
  const types =
    endpointConfiguration !== undefined && 'types' in endpointConfiguration
      ? endpointConfiguration.types
      : [];
  if ((types ?? []).some((type) => type !== EndpointType.REGIONAL))
    throw fault(
      'must be regional: an edge-optimized or private domain takes no such mapping; set endpointType to EndpointType.REGIONAL',
    );
  if (securityPolicy === 'TLS_1_0')
    throw fault(
      'takes TLS 1.0, with which it has no such mapping; set securityPolicy to SecurityPolicy.TLS_1_2',
    );
}

const fault = (message: string): ConfigError => new ConfigError(`domain.mountOn: ${message}`);
