import ts from 'typescript';

/**
 * The places in a file of types that are `unknown`, as `Type.field[]`: `[]` stands for the items of an array, `{}` for the
 * values of an index signature. A place whose type is a union or an intersection with `unknown` is one too.
 */
export function unknownTypes(source: string): string[] {
  const places = new Set<string>();
  const visit = (node: ts.Node, path: string): void => {
    if (node.kind === ts.SyntaxKind.UnknownKeyword) places.add(path);
    const here = `${path}${step(node)}`;
    ts.forEachChild(node, (child) => visit(child, here));
  };
  visit(ts.createSourceFile('types.ts', source, ts.ScriptTarget.Latest), '');
  return [...places];
}

function step(node: ts.Node): string {
  if (ts.isTypeAliasDeclaration(node)) return node.name.text;
  if (ts.isPropertySignature(node) && 'text' in node.name) return `.${node.name.text}`;
  if (ts.isIndexSignatureDeclaration(node)) return '{}';
  const isArray =
    ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName) && node.typeName.text === 'Array';
  return isArray ? '[]' : '';
}
