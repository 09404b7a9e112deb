import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const API = process.env.DISHU_API ?? 'http://127.0.0.1:8790'

export default defineConfig({
  root: import.meta.dirname,
  html: { cspNonce: 'DISHU-STYLE-NONCE' }, // the server puts a new one there for each answer: lib/server-kit/headers.ts
  plugins: [
    react(),
    {
      // every browser that runs this reads woff2: the second copy of each font file stays out of the package
      name: 'woff2-only',
      enforce: 'pre',
      transform: {
        filter: { id: /noto-sans-sc.*\.css/ },
        handler: (code: string) => code.replace(/,\s*url\([^)]*\.woff\)\s*format\('woff'\)/g, ''),
      },
    },
  ],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_300,
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': API, '/tiles': API } },
})
