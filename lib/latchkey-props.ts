import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IDomainName } from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Profile } from '../lambdas/contract/profile.ts';
import type { ConfigInput } from './config.ts';
import type { Settings } from './settings.ts';

/** A host name of the team's own for the API, which the construct makes. */
export interface LatchkeyDomain extends LatchkeyPlace {
  /** The host name, in small letters: the API's URL, and the issuer of its tokens. */
  readonly name: string;
  /** Of that name, in ACM, in the stack's own Region. */
  readonly certificate: ICertificate;
  /** The public zone that gets the records of the name. @default - none, as DNS is elsewhere */
  readonly hostedZone?: IHostedZone | undefined;
}

/** A host name that is there already, such as that of the team's own API: of it nothing changes but that a path is Latchkey's. */
export interface LatchkeyMount extends LatchkeyPlace {
  /** A domain name of API Gateway, regional and with TLS 1.2: of the app, or by `DomainName.fromDomainNameAttributes`. */
  readonly mountOn: IDomainName;
}

/** Where at a host the API answers. */
export interface LatchkeyPlace {
  /** The path of the host below which it does, such as `auth`; part of its URL and of the issuer. @default - the root */
  readonly basePath?: string | undefined;
  /** Whether RFC 8414's and RFC 9728's paths at the root of the host are Latchkey's too. @default false */
  readonly wellKnown?: boolean | undefined;
  /** Whether the stage's URL answers too, and its tokens are accepted. @default false */
  readonly alsoServeStageUrl?: boolean | undefined;
}

/**
 * What a Latchkey can be told. All has a default. The fields of the configuration mean what they do there
 * (docs/configuration.md); each is checked when the construct is made, and what is wrong is a `ConfigError`.
 */
export interface LatchkeyProps {
  /** The published contract to serve. @default - `profiles.default`, Latchkey's own */
  readonly profile?: Profile | undefined;
  /** `production` puts AWS WAF before the API and reserves instances of functions. @default development */
  readonly environment?: ConfigInput['environment'] | undefined;

  /** Limits of tenants, by the tier's name: each is a usage plan. @default - `free`, `pro` and `enterprise` */
  readonly tiers?: ConfigInput['tiers'] | undefined;
  /** The tier of a new tenant. @default - the first of `tiers` */
  readonly initialTier?: ConfigInput['initialTier'] | undefined;
  /** Limits that all `test` keys share. @default - 500 requests a second, 100 a minute of each key */
  readonly sandbox?: ConfigInput['sandbox'] | undefined;

  /** What keys and people can be allowed to do. @default - the profile's */
  readonly scopes?: ConfigInput['scopes'] | undefined;
  /** What people can be, by the role's name. @default - the profile's */
  readonly roles?: ConfigInput['roles'] | undefined;
  /** The role of whoever opens an account. @default - the profile's; of other roles the only one that manages people */
  readonly ownerRole?: ConfigInput['ownerRole'] | undefined;
  /** The scopes that Latchkey's own routes take, by what they are about. @default - the profile's */
  readonly areaScopes?: ConfigInput['areaScopes'] | undefined;
  /** The scope that a method of the upstream takes. @default - the profile's */
  readonly methodScopes?: ConfigInput['methodScopes'] | undefined;
  /** The scopes of a key that is created without any. @default - the profile's */
  readonly defaultScopes?: ConfigInput['defaultScopes'] | undefined;
  /** The scopes of the key that onboarding hands out. @default - the profile's */
  readonly onboardingScopes?: ConfigInput['onboardingScopes'] | undefined;

  /** The API behind the front door. @default - the built-in echo */
  readonly upstream?: ConfigInput['upstream'] | undefined;
  /** Other APIs behind it by name, each for a path and everything below. @default - none */
  readonly upstreams?: ConfigInput['upstreams'] | undefined;
  /** The API's stage, part of its URL. @default live */
  readonly stage?: ConfigInput['stage'] | undefined;
  /** A host name of the team's own for the API, or a path of one that is there. @default - the stage's URL */
  readonly domain?: LatchkeyDomain | LatchkeyMount | null | undefined;
  /** The path that Latchkey's own routes begin with in place of the upstream's prefix. @default - that of the profile */
  readonly managementPrefix?: ConfigInput['managementPrefix'] | undefined;
  /** Pages in browsers that may call the API. @default - those of all origins, without cookies */
  readonly cors?: ConfigInput['cors'] | undefined;
  /** Whether API Gateway's own answers carry headers that the authorizer has counted. @default true */
  readonly gatewayContextHeaders?: ConfigInput['gatewayContextHeaders'] | undefined;
  /** How `WWW-Authenticate` says what to do. @default static */
  readonly challenges?: ConfigInput['challenges'] | undefined;
  /** Facts of API Gateway that `doctor` has recorded. @default - none is taken for granted */
  readonly gatewayFacts?: ConfigInput['gatewayFacts'] | undefined;

  /** Keeps keys encrypted, so that who made one can see it again. @default false */
  readonly revealApiKey?: ConfigInput['revealApiKey'] | undefined;
  /** Lets a call without a credential in as a viewer; in development only. @default false */
  readonly anonymous?: ConfigInput['anonymous'] | undefined;
  /** Access tokens, and the sessions that refresh them. @default - as each field says */
  readonly tokens?: ConfigInput['tokens'] | undefined;
  /** Identity providers whose tokens are exchanged for ours, or whose people sign in. @default - none */
  readonly identityProviders?: ConfigInput['identityProviders'] | undefined;
  /** Second factors of people. @default - nobody must have one */
  readonly factors?: ConfigInput['factors'] | undefined;
  /** Days from one rotation of the signing keys to the next. @default 30 */
  readonly rotationDays?: ConfigInput['rotationDays'] | undefined;

  /** Serves the key console at `/console`. @default true */
  readonly console?: ConfigInput['console'] | undefined;
  /** The rows and screens of operators, who run the deployment. @default false */
  readonly operators?: ConfigInput['operators'] | undefined;
  /** What makes the pages the team's own; the logo's path is from the folder where the app runs. @default - as the profile is called */
  readonly branding?: ConfigInput['branding'] | undefined;
  /** Mails about accounts. @default - they are events on the account's default bus */
  readonly mail?: ConfigInput['mail'] | undefined;

  /** Usage keys of tenants. @default - as each field says */
  readonly usageKeys?: ConfigInput['usageKeys'] | undefined;
  /** Limits of one source address where no credential is needed. @default - as each field says */
  readonly addressLimits?: ConfigInput['addressLimits'] | undefined;
  /** Whether AWS WAF stands before the API, which costs by the request. @default - in production */
  readonly waf?: ConfigInput['waf'] | undefined;
  /** How much AWS WAF lets through from one source address. @default - as each field says */
  readonly wafLimits?: ConfigInput['wafLimits'] | undefined;
  /** Instances that functions have for themselves. @default - null in development, each field's default in production */
  readonly reservedConcurrency?: ConfigInput['reservedConcurrency'] | undefined;
  /** Instances of functions that are started before anybody calls. @default - none */
  readonly provisionedConcurrency?: ConfigInput['provisionedConcurrency'] | undefined;

  /** How many decisions that let somebody in have one line of the log. @default 1 */
  readonly allowedDecisionsPerLogLine?: ConfigInput['allowedDecisionsPerLogLine'] | undefined;
  /** Traces by OpenTelemetry, beside those of X-Ray. @default - none */
  readonly traces?: ConfigInput['traces'] | undefined;
  /** How long logs are kept. @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays | undefined;
  /** The topic that alarms tell. @default - they only show */
  readonly alarmTopic?: ITopic | undefined;

  /** The stream of a restored table that takes the place of the construct's own. @default - its own serves */
  readonly restoredTableStreamArn?: ConfigInput['restoredTableStreamArn'] | undefined;
  /** `standby`: in a second Region, on a replica of the table, where nothing runs. @default active */
  readonly regionRole?: ConfigInput['regionRole'] | undefined;
  /** Hours after which a backup is late, and an alarm rings. @default - there is no such alarm */
  readonly backupHours?: ConfigInput['backupHours'] | undefined;

  /**
   * What becomes of data, signing keys and logs when the stack is deleted. @default
   * RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE: they stay, but for those of a first deployment that fails
   */
  readonly removalPolicy?: RemovalPolicy | undefined;
  /**
   * The customer's key that encrypts tables, secrets, logs and the queue, in the stack's own Region. One of the same app is
   * told to take CloudWatch Logs; the policy of an imported one must say so itself. @default - AWS's own, which nobody can
   * delete
   */
  readonly encryptionKey?: IKey | undefined;
  /**
   * The network in which the functions stand: all but `fetcher`, which fetches what strangers name. They must reach
   * DynamoDB, Secrets Manager, KMS, API Gateway's control plane, Lambda, CloudWatch and what sends mails, by NAT or by
   * endpoints (docs/construct.md). @default - in none of the team's
   */
  readonly vpc?: IVpc | undefined;
  /** Its subnets for the functions; public ones do not do. @default - the private ones with a way out */
  readonly vpcSubnets?: SubnetSelection | undefined;
  /** Of the functions there. @default - one that lets everything out and nothing in */
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;

  /** @internal Checked settings, in place of the fields of the configuration: of the repository's own app. */
  readonly _settings?: Settings | undefined;
  /** @internal Where the bundle of each folder in `lambdas/functions` is: of tests, which need no code. */
  readonly _bundles?: Readonly<Record<string, string>> | undefined;
}
