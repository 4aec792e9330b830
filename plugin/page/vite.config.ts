import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  // The server puts the nonce of each answer in its place.
  html: { cspNonce: 'NONCE-OF-THIS-ANSWER' },
  build: { outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 1_024, sourcemap: false, assetsInlineLimit: 0 },
  logLevel: 'warn',
})
