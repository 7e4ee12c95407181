/** Outputs by their names. */
export type Outputs = Readonly<Record<string, string>>;

/** What a deployment's outputs are called where it is the whole stack. */
const NAMES = [
  'ApiUrl',
  'ApiId',
  'TableName',
  'LedgerTableName',
  'Operators',
  'Observed',
  'UsageKeyPrefix',
  'KeysetSecretArn',
  'AssertionSecretArn',
];
/** A logical id: the path of the construct, then eight digits that CDK makes of it. */
const OF_A_CONSTRUCT = /^(\w*?)KeysetSecretArn[0-9A-F]{8}$/;

/**
 * The deployments in a stack, each with its outputs by their names. In somebody's own stack an output has the path of the
 * Latchkey before its name, and its hash behind: there may be several, called by stack and path, such as `orders/Latchkey`.
 */
export function deploymentsIn(
  stack: string,
  outputs: Outputs,
): readonly { name: string; outputs: Outputs }[] {
  if (outputs.TableName !== undefined) return [{ name: stack, outputs }];
  const paths = Object.keys(outputs).flatMap((id) => OF_A_CONSTRUCT.exec(id)?.[1] ?? []);
  return paths.map((path) => ({
    name: paths.length === 1 ? stack : `${stack}/${path}`,
    // What is not of a construct: of a stack on this machine, how it is reached.
    outputs: { ...outputs, ...named(path, outputs) },
  }));
}

function named(path: string, outputs: Outputs): Outputs {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const id = Object.keys(outputs).find((each) => new RegExp(`^${path}${name}[0-9A-F]{8}$`).test(each));
      const value = id === undefined ? undefined : outputs[id];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
