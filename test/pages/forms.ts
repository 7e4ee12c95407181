import type { Html } from '../../lambdas/kernel/results.ts';

/** A form of a page: what it sends besides what a person fills in, and what it offers. */
export interface Form {
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
  /** The names of the fields that a person fills in. */
  readonly asks: readonly string[];
  /** What assistive technology reads on its buttons. */
  readonly buttons: readonly string[];
  readonly text: string;
}

/** The forms of a page, in their order, as a browser reads them. */
export function formsOf({ html }: Html): readonly Form[] {
  return [...html.matchAll(/<form method="post" action="([^"]*)"[\s\S]*?<\/form>/g)].map(
    ([text, action = '']) => {
      const inputs = [...text.matchAll(/<input ([^>]*)>/g)].map(([, tag = '']) => attributesOf(tag));
      const hidden = inputs.filter(({ type }) => type === 'hidden');
      return {
        action,
        hidden: Object.fromEntries(hidden.map(({ name = '', value = '' }) => [name, value])),
        asks: inputs.filter(({ type }) => type !== 'hidden').map(({ name = '' }) => name),
        buttons: [...text.matchAll(/<button([^>]*)>([^<]*)<\/button>/g)].map(
          ([, tag = '', label = '']) => attributesOf(tag)['aria-label'] ?? plain(label),
        ),
        text,
      };
    },
  );
}

/** What a page says where something went wrong; undefined where nothing did. */
export function alertOf({ html }: Html): string | undefined {
  const text = /<p class="alert" role="alert">([^<]*)</.exec(html)?.[1];
  return text === undefined ? undefined : plain(text);
}

/** Where the links of a page lead. */
export function linksOf({ html }: Html): readonly string[] {
  return [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href = '']) => plain(href));
}

function attributesOf(tag: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, plain(value)]),
  );
}

const CHARACTERS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** Text as it is read, of what stands in a page. */
export function plain(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => CHARACTERS[entity] ?? '');
}
