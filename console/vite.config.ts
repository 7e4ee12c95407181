import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // Chunks find each other by their own place; the page's own links are made absolute when it is served.
  base: './',
  build: {
    target: 'es2023',
    emptyOutDir: true,
    // An import within a text would be a script that the policy refuses.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every screen needs is one file, and each screen one: more would be more round trips, and compress worse.
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules\/|\/console\/(api|app|keys\/(?!key-form|lines|scope-choice|rotate|overlap|shown-once|snippets)|ui\/(?!popup|confirm|form|text|refusal|loaded|items|download|settled))/,
            },
            // Screens that are mostly texts: together they compress to less, and lead to one another.
            {
              name: 'team',
              test: /\/console\/screens\/(people|workspaces|settings)\//,
              includeDependenciesRecursively: false,
            },
          ],
        },
      },
    },
  },
});
