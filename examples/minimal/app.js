import { App, Stack } from 'aws-cdk-lib';
import { Latchkey, profiles } from 'latchkey';

const app = new App();
export const stack = new Stack(app, 'minimal');

new Latchkey(stack, 'Latchkey', {
  profile: profiles.default,
  // Without an upstream, an echo answers with what your API would be sent.
  upstream: null,
});
