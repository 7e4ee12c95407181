/** A synthesized template, as far as the rules read it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of any type of resource, as CloudFormation takes them.
  readonly Properties?: any;
}

/** The resources of a type, with their logical ids. */
export function ofType({ Resources }: Template, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}

/** The logical ids to which a value refers, however deep. */
export function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(inner[0])];
    return references(inner);
  });
}

/** A method of the API with what the rules ask about it. */
export interface ApiMethod {
  readonly id: string;
  readonly path: string;
  readonly verb: string;
  readonly hasAuthorizer: boolean;
  readonly takesApiKey: boolean;
  /** The logical id of the function behind it. */
  readonly functionId: string | undefined;
  /** API Gateway's own limit is 29 seconds. */
  readonly timeoutSeconds: number;
}

export function apiMethods(template: Template): readonly ApiMethod[] {
  return ofType(template, 'AWS::ApiGateway::Method').map(([id, { Properties: method }]) => ({
    id,
    path: pathOf(template, method.ResourceId),
    verb: method.HttpMethod,
    hasAuthorizer: method.AuthorizerId !== undefined,
    takesApiKey: method.ApiKeyRequired === true,
    functionId: functionsIn(template, method.Integration?.Uri)[0],
    timeoutSeconds: (method.Integration?.TimeoutInMillis ?? 29_000) / 1000,
  }));
}

/** The logical ids of the functions to which a value refers. */
export function functionsIn(template: Template, value: unknown): readonly string[] {
  return references(value).filter((id) => template.Resources[id]?.Type === 'AWS::Lambda::Function');
}

function pathOf(template: Template, reference: unknown): string {
  const resource = template.Resources[references(reference)[0] ?? ''];
  if (resource?.Type !== 'AWS::ApiGateway::Resource') return '';
  return `${pathOf(template, resource.Properties.ParentId)}/${resource.Properties.PathPart}`;
}
