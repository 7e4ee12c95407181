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
  },
});
