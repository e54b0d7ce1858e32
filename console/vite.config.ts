import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `ARTEL=http://127.0.0.1:8000 npm run dev` shows the sources on top of a running server.
const artel = process.env.ARTEL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: '/console/',
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // The content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    // The server signs browsers in that reach it at loopback; the `Host` and the `Origin` of a request stay the same.
    host: '127.0.0.1',
    proxy: { '^/(v1|oauth|health|docs|redoc|openapi\\.json|metrics|console/(session|sign-in/|enter))': { target: artel } },
  },
  test: { include: ['src/**/*.test.ts'] },
});
