// What `npm start` runs: JavaScript, so that a Node.js that cannot read the rest can say so.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
// The functions run on the Lambda runtime's Node.js, whose crypto has Argon2 from 24.7.
if (major > 24 || (major === 24 && minor >= 7)) {
  await import('./start.ts');
} else {
  const here = `this is ${process.platform}-${process.arch} with Node.js ${process.version}`;
  console.error(
    process.platform === 'linux' && process.arch === 'x64'
      ? `Run "npm ci" once, then "npm start", which uses the Node.js 24 that the repository brings (${here}).`
      : `Latchkey needs Node.js 24.7 or later and DYNAMODB_ENDPOINT: run "npm start" with them (${here}).`,
  );
  process.exitCode = 1;
}
