import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { File, Html } from '../kernel/results.ts';
import { LOGO_PATH } from '../pages/paths.ts';

/** The console's built files, which stand beside the function's code. */
export interface ConsoleFiles {
  page(): Promise<Html>;
  /** The file of a name, in the best encoding that `acceptEncoding` takes; undefined where there is none. */
  file(name: string, acceptEncoding: string): Promise<File | undefined>;
}

/** Names that Vite gives: nothing that leads out of the folder. */
const NAME = /^[\w-]+(?:\.[\w-]+)*\.(js|css|svg|woff2)$/;

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** The best first. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/**
 * Scripts, styles and calls of our own origin, and nothing else; no script is made of a text (CSP 3; Trusted Types). The
 * settings stand in a block of data, which is no script.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
} as const;

/** Where Vite has put the files, as seen from the page. */
const BUILT_BASE = './assets/';
const SETTINGS_PLACE = '<!--settings-->';

/** The files of a folder. `base` is the path before `/console`; `settings` is what the page is told. */
export function consoleFiles(folder: URL, base: string, settings: object): ConsoleFiles {
  let page: Promise<Html> | undefined;
  return {
    page: () => (page ??= readPage(folder, base, settings)),
    async file(name, acceptEncoding) {
      const [, extension = ''] = NAME.exec(name) ?? [];
      const type = TYPES[extension];
      if (type === undefined) return undefined;
      const [encoding, suffix] = ENCODINGS.find(([each]) => accepts(acceptEncoding, each)) ?? [];
      const bytes = await bytesOf(new URL(`assets/${name}${suffix ?? '.gz'}`, folder));
      if (bytes === undefined) return undefined;
      if (encoding === undefined) return new File(await promisify(gunzip)(bytes), { 'Content-Type': type });
      return new File(bytes, { 'Content-Type': type, 'Content-Encoding': encoding });
    },
  };
}

async function readPage(folder: URL, base: string, settings: object): Promise<Html> {
  const built = await readFile(new URL('index.html', folder), 'utf8');
  // No text can end the block: `<` is written as JSON may write it.
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  const text = built
    .replaceAll(BUILT_BASE, `${base}/console/assets/`)
    .replace(
      SETTINGS_PLACE,
      () =>
        `<link rel="icon" href="${base}${LOGO_PATH}"><script id="settings" type="application/json">${json}</script>`,
    );
  return new Html(text, HEADERS);
}

async function bytesOf(file: URL): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether `Accept-Encoding` names an encoding and does not forbid it (RFC 9110, 12.5.3). */
function accepts(header: string, encoding: string): boolean {
  return header.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return name === encoding && !parameters.some((each) => /^q=0(?:\.0*)?$/.test(each));
  });
}
