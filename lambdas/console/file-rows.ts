import { Problem } from '../kernel/problem.ts';
import type { PlainSuccess } from '../kernel/results.ts';
import { routeGroup } from '../kernel/route.ts';
import { ELSEWHERE } from '../pages/rows.ts';
import { type ConsoleFiles, isFilePath } from './files.ts';

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

const FILE: PlainSuccess<'file'> = {
  status: 200,
  kind: 'file',
  contentType: 'text/javascript; charset=utf-8',
  description:
    'A file that the page loads: a script, or of its own type a stylesheet; or `embed/latchkey-keys.js`, for pages of others.',
  headers: { Vary: 'Accept-Encoding' },
};

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
      if (!isFilePath(path)) return files.page();
      const file = await files.file(path, acceptEncoding);
      if (file === undefined) throw new Problem('not_found');
      return file;
    },
  }),
});

function required(files: ConsoleFiles | null): ConsoleFiles {
  if (files === null) throw new Problem('not_found');
  return files;
}
