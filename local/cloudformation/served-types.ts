/** Types that something in `local/` serves. */
const SERVED = new Set([
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::DomainName',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Deployment',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::IAM::RolePolicy',
  'AWS::KMS::Key',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::SecretsManager::Secret',
]);

/** Types without an effect on what one machine can show: what is logged, where a name points. */
const WITHOUT_EFFECT =
  /^AWS::(ApiGateway::(Account|Documentation\w+)|ApplicationAutoScaling|Budgets|CDK|CertificateManager|CloudWatch|IAM|KMS|Lambda::EventInvokeConfig|Logs|Route53|SecretsManager::ResourcePolicy|SNS|SQS|SSM|WAFv2|XRay)(::|$)/;

/** Of those, what somebody's own functions may call: not named at the start of a stack, it would be missed. */
const CALLED = /^AWS::(SNS::Topic|SQS::Queue|SSM::Parameter)$/;

/** Whether a template may hold a resource of a type: it is served, or nothing of it shows on one machine. */
export function isServed(type: string): boolean {
  return SERVED.has(type) || WITHOUT_EFFECT.test(type);
}

/** Whether a resource of a type answers nobody here who calls it, or is not there at all. */
export function answersNobody(type: string): boolean {
  return !isServed(type) || CALLED.test(type);
}
