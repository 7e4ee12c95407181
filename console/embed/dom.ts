/** Elements by function calls: no text ever becomes markup, so that pages with Trusted Types and a strict policy take it. */

export type Child = Node | string | null | undefined | false;

/** Attributes; true for one without a value, false or undefined for none, and listeners by `on<event>`. */
type Attributes = Readonly<Record<string, string | boolean | undefined | ((event: Event) => unknown)>>;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(attribute.slice('on'.length), value);
    else if (value === true) made.setAttribute(attribute, '');
    else if (typeof value === 'string') made.setAttribute(attribute, value);
  }
  made.append(...children.filter((child) => typeof child === 'string' || child instanceof Node));
  return made;
}
