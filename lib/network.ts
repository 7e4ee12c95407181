import {
  Connections,
  type IConnectable,
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { Construct, type IDependable } from 'constructs';
import { ConfigError } from './config.ts';
import type { Vpc } from './upstream-fields.ts';

export interface NetworkProps {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection | undefined;
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
}

/** Where functions stand within a network of the team's. */
export class Network extends Construct implements IConnectable {
  readonly connections: Connections;
  /** The way out, which must be there before a function is called. */
  readonly wayOut: IDependable;
  readonly ids: Vpc;

  constructor(scope: Construct, id: string, { vpc, vpcSubnets, securityGroups }: NetworkProps) {
    super(scope, id);
    const groups = securityGroups ?? [
      new SecurityGroup(this, 'Functions', { vpc, description: 'Functions of Latchkey: in comes nothing' }),
    ];
    const { subnetIds, hasPublic, internetConnectivityEstablished } = subnetsOf(vpc, vpcSubnets);
    // A function has no public address there, and no way out (Lambda, "Internet access for VPC-connected functions").
    if (hasPublic)
      throw new ConfigError('vpcSubnets: functions in public subnets reach nothing; name private ones');
    if (groups.length === 0)
      throw new ConfigError(
        'securityGroups: must be a list of at least one; leave it out for one of its own',
      );
    this.connections = new Connections({ securityGroups: [...groups] });
    this.wayOut = internetConnectivityEstablished;
    this.ids = { subnetIds, securityGroupIds: groups.map(({ securityGroupId }) => securityGroupId) };
  }
}

function subnetsOf(vpc: IVpc, selection: SubnetSelection = { subnetType: SubnetType.PRIVATE_WITH_EGRESS }) {
  try {
    return vpc.selectSubnets(selection);
  } catch (error) {
    throw new ConfigError(`vpcSubnets: ${(error as Error).message}; name subnets that the network has`);
  }
}
