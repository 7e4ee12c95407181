import { CfnOutput } from 'aws-cdk-lib';
import {
  CfnBasePathMapping,
  CfnDomainName,
  EndpointType,
  IpAddressType,
  SecurityPolicy,
  type Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Domain } from './config.ts';

export interface ApiDomainProps {
  readonly domain: Domain;
  readonly stage: Stage;
}

/**
 * A host name of the team's own at whose root the API answers, by TLS 1.2 or later. L1, as CDK's own domain name
 * cannot be reached by IPv6.
 */
export class ApiDomain extends Construct {
  constructor(scope: Construct, id: string, { domain, stage }: ApiDomainProps) {
    super(scope, id);
    const name = new CfnDomainName(this, 'Name', {
      domainName: domain.name,
      regionalCertificateArn: domain.certificateArn,
      endpointConfiguration: { types: [EndpointType.REGIONAL], ipAddressType: IpAddressType.DUAL_STACK },
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    // Without a base path: what a standard wants at the root of the host is there.
    new CfnBasePathMapping(this, 'Mapping', {
      domainName: name.ref,
      restApiId: stage.restApi.restApiId,
      stage: stage.stageName,
    });
    if (domain.hostedZone !== null) this.pointAt(name, domain.hostedZone.id);
    new CfnOutput(scope, 'DomainTarget', { value: name.attrRegionalDomainName });
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
