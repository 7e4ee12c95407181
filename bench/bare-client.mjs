/**
 * The least that a function pays which reaches DynamoDB at all: Node's own HTTP, TLS and crypto modules, one connection and
 * two calls over it, with nothing signed, built or believed. The cold start is measured against it.
 */
const https = process.getBuiltinModule('node:https');
const http = process.getBuiltinModule('node:http');
const endpoint = new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB);
const { request, Agent } = endpoint.protocol === 'https:' ? https : http;
const agent = new Agent({ keepAlive: true });
const headers = {
  'Content-Type': 'application/x-amz-json-1.0',
  'X-Amz-Target': 'DynamoDB_20120810.ListTables',
};

export const handler = async () => {
  await call();
  await call();
  return { context: { outcome: 'allowed' } };
};

function call() {
  return new Promise((resolve, reject) => {
    const sent = request(endpoint, { method: 'POST', agent, headers }, (response) => {
      response.on('end', resolve).on('error', reject).resume();
    });
    sent.on('error', reject).end('{"Limit":1}');
  });
}
