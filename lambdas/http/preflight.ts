import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { preflightHeaders } from '../contract/cors.ts';
import { type Rendering, respond } from './respond.ts';
import { answering } from './serve.ts';

type LambdaHandler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** Answers preflights, where several origins may call: with one, API Gateway does so itself (lib/cors.ts). */
export function withPreflights(rendering: Rendering, handler: LambdaHandler): LambdaHandler {
  const preflight = answering(async (request) => {
    const headers = preflightHeaders(rendering.deployment.cors);
    return { result: respond({ status: 204, body: '', headers }, request, rendering), route: 'preflight' };
  }, rendering);
  return (event) => (event.httpMethod === 'OPTIONS' ? preflight(event) : handler(event));
}
