import { CfnOutput } from 'aws-cdk-lib';
import {
  CfnBasePathMapping,
  CfnDomainName,
  EndpointType,
  type IDomainName,
  IpAddressType,
  SecurityPolicy,
  type Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { CfnApiMapping } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Domain } from './config.ts';

export interface ApiDomainProps {
  readonly domain: Domain;
  /** The domain name of the app that the API is mapped to. @default - that of `domain`, made here or known by its name */
  readonly mountOn?: IDomainName | undefined;
  readonly stage: Stage;
}

/**
 * A host name of the team's own at which the API answers: at its root, or below a path of it, where the rest of the host is
 * another API's. One that is made here takes TLS 1.2 or later; L1, as CDK's own domain name cannot be reached by IPv6.
 */
export class ApiDomain extends Construct {
  constructor(scope: Construct, id: string, { domain, mountOn, stage }: ApiDomainProps) {
    super(scope, id);
    const own = domain.certificateArn === null ? undefined : this.nameWith(domain.certificateArn, domain);
    const domainName = own?.ref ?? mountOn?.domainName ?? domain.name;
    const { restApiId } = stage.restApi;
    const at = { domainName, stage: stage.stageName };
    // Without a base path: what a standard wants at the root of the host is there.
    if (domain.basePath === null) new CfnBasePathMapping(this, 'Mapping', { ...at, restApiId });
    // API Gateway's version 2 alone takes paths of several segments, of REST APIs too ("rest-api-mappings").
    for (const [name, apiMappingKey] of Object.entries(pathsOf(domain)))
      new CfnApiMapping(this, name, { ...at, apiId: restApiId, apiMappingKey });
    if (own === undefined) return;
    if (domain.hostedZone !== null) this.pointAt(own, domain.hostedZone.id);
    new CfnOutput(scope, 'DomainTarget', { value: own.attrRegionalDomainName });
  }

  private nameWith(regionalCertificateArn: string, { name }: Domain): CfnDomainName {
    return new CfnDomainName(this, 'Name', {
      domainName: name,
      regionalCertificateArn,
      endpointConfiguration: { types: [EndpointType.REGIONAL], ipAddressType: IpAddressType.DUAL_STACK },
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
  }

  /** The records by which the name is found, by IPv4 and IPv6. */
  private pointAt(name: CfnDomainName, hostedZoneId: string): void {
    const aliasTarget = {
      dnsName: name.attrRegionalDomainName,
      hostedZoneId: name.attrRegionalHostedZoneId,
    };
    for (const type of ['A', 'AAAA']) {
      new CfnRecordSet(this, type, { hostedZoneId, name: name.ref, type, aliasTarget });
    }
  }
}

/** The paths of the host that are the API's, by the ids of their mappings. */
function pathsOf({ basePath, wellKnown }: Domain): Readonly<Record<string, string>> {
  if (basePath === null) return {};
  return {
    Mount: basePath,
    ...(wellKnown
      ? {
          ServerMetadata: '.well-known/oauth-authorization-server',
          ResourceMetadata: '.well-known/oauth-protected-resource',
        }
      : {}),
  };
}
