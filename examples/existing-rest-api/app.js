import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Latchkey, profiles } from 'latchkey';

const app = new App();
export const stack = new Stack(app, 'orders');

// What was there: an API of the team's, with a function of its own.
const orders = new Lambda(stack, 'Orders', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'orders.handler',
  code: Code.fromAsset(new URL('functions', import.meta.url).pathname),
});
const api = new RestApi(stack, 'Api');
const integration = new LambdaIntegration(orders);
const ordersPath = api.root.addResource('orders');
ordersPath.addMethod('GET', integration);
ordersPath.addMethod('POST', integration);
api.root.addResource('search').addMethod('POST', integration);

// What was added, with the import above.
const latchkey = new Latchkey(stack, 'Latchkey', { profile: profiles.default });
latchkey.protect(api, {
  scopes: { 'POST /search': 'read' },
  // Both are of the whole API, and so must be asked for.
  setsApiKeySource: true,
  setsGatewayResponses: true,
});

new CfnOutput(stack, 'OrdersUrl', { value: api.url });
