import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Latchkey, profiles } from 'latchkey';

const app = new App();
export const stack = new Stack(app, 'notes');

// What was there: FastAPI on Lambda behind an HTTP API. `pip install` has put its packages into api/.
const notes = new Lambda(stack, 'Notes', {
  runtime: Runtime.PYTHON_3_13,
  handler: 'main.handler',
  code: Code.fromAsset(new URL('api', import.meta.url).pathname),
  memorySize: 512,
});
const api = new HttpApi(stack, 'Api', {
  defaultIntegration: new HttpLambdaIntegration('NotesIntegration', notes),
});

// What was added.
const latchkey = new Latchkey(stack, 'Latchkey', { profile: profiles.default });
latchkey.protectHttp(api);

new CfnOutput(stack, 'NotesUrl', { value: api.apiEndpoint });
