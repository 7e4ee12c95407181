import { Problem } from '../kernel/problem.ts';
import type { PlainSuccess } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { ELSEWHERE } from '../pages/rows.ts';
import type { ConsoleFiles } from './files.ts';

/** The services of these rows in the function `public`; null where there is no console. */
export interface ConsoleFileServices {
  readonly consoleFiles: ConsoleFiles | null;
}

const PAGE = {
  status: 200,
  kind: 'html',
  description: 'The page. It is never cached, so that it names the files of today.',
  headers: { 'Cross-Origin-Opener-Policy': 'same-origin' },
} as const;

/** A name has the hash of its bytes in it. */
const FILE: PlainSuccess<'file'> = {
  status: 200,
  kind: 'file',
  contentType: 'text/javascript; charset=utf-8',
  description: 'A file that the page loads: a script, or of its own type a stylesheet.',
  headers: {
    'Cache-Control': 'public, max-age=31536000, immutable',
    Vary: 'Accept-Encoding',
    'Cross-Origin-Resource-Policy': 'same-origin',
  },
};

const FILES = 'assets/';

const group = routeGroup<ConsoleFileServices>()({ service: 'public', tag: 'Console' });

export const consoleFileRoutes = group.rows({
  showConsole: group.public({
    method: 'GET',
    path: '/console',
    page: true,
    summary: 'The key console',
    success: PAGE,
    alternatives: [ELSEWHERE],
    errors: [],
    handle: async (_request, { consoleFiles }) => required(consoleFiles).page(),
  }),
  getConsoleFile: group.public({
    method: 'GET',
    path: '/console/{path+}',
    page: true,
    summary: 'The key console at one of its screens, or a file of it',
    success: PAGE,
    alternatives: [FILE, ELSEWHERE],
    errors: ['not_found'],
    handle: async ({ params: { path = '' }, acceptEncoding }, { consoleFiles }) => {
      const files = required(consoleFiles);
      if (!path.startsWith(FILES)) return files.page();
      const file = await files.file(path.slice(FILES.length), acceptEncoding);
      if (file === undefined) throw new Problem('not_found');
      return file;
    },
  }),
});

function required(files: ConsoleFiles | null): ConsoleFiles {
  if (files === null) throw new Problem('not_found');
  return files;
}
