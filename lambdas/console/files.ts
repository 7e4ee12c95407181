import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { File, Html } from '../kernel/results.ts';
import { LOGO_PATH } from '../pages/paths.ts';

/** The console's built files, which stand beside the function's code. */
export interface ConsoleFiles {
  page(): Promise<Html>;
  /** The file of a path below `/console`, in the best encoding that `acceptEncoding` takes; undefined where there is none. */
  file(path: string, acceptEncoding: string): Promise<File | undefined>;
}

/** A folder and a name in it: nothing that leads out. */
const PATH = /^(assets|embed)\/[\w-]+(?:\.[\w-]+)*\.(js|css|svg|woff2)$/;

/** The folders of files: any other path is a screen of the page. */
const FOLDERS: Readonly<Record<string, Omit<File['headers'], 'Content-Type'>>> = {
  /** The page's own. A name has the hash of its bytes in it. */
  assets: {
    'Cache-Control': 'public, max-age=31536000, immutable',
    'Cross-Origin-Resource-Policy': 'same-origin',
  },
  /** For pages of any origin, by a name that stays: with an `integrity` they ask by CORS (SRI, 3.4). */
  embed: {
    'Cache-Control': 'public, max-age=300',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Access-Control-Allow-Origin': '*',
  },
};

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
    async file(path, acceptEncoding) {
      const [, inFolder = '', extension = ''] = PATH.exec(path) ?? [];
      const type = TYPES[extension];
      if (type === undefined) return undefined;
      const [encoding, suffix] = ENCODINGS.find(([each]) => accepts(acceptEncoding, each)) ?? [];
      const bytes = await bytesOf(new URL(`${path}${suffix ?? '.gz'}`, folder));
      if (bytes === undefined) return undefined;
      const headers = { 'Content-Type': type, ...FOLDERS[inFolder] };
      if (encoding === undefined) return new File(await promisify(gunzip)(bytes), headers);
      return new File(bytes, { ...headers, 'Content-Encoding': encoding });
    },
  };
}

/** Whether a path below `/console` is of a folder of files. */
export function isFilePath(path: string): boolean {
  return Object.keys(FOLDERS).some((folder) => path.startsWith(`${folder}/`));
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
