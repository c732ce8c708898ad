// Three bundles: the extension (CommonJS, as VS Code loads it), the bridge (no externals: it cannot import vscode) and the page.
import { build, context } from 'esbuild'
import { cp, mkdir } from 'node:fs/promises'
import { readFileSync } from 'node:fs'

const watch = process.argv.includes('--watch')
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const shared = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'warning',
  define: { WARREN_VERSION: JSON.stringify(version) },
  absWorkingDir: import.meta.dirname,
}
const bundles = [
  { entryPoints: ['broker-bridge/main.ts'], outfile: 'dist/bridge.cjs', platform: 'node', format: 'cjs', target: 'node22' },
  {
    entryPoints: ['extension/extension.ts'],
    outfile: 'dist/extension.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
  },
  {
    entryPoints: ['webview/main.ts'],
    outfile: 'dist/page/webview.js',
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    tsconfig: 'webview/tsconfig.json',
  },
]

await mkdir('dist/page', { recursive: true })
await cp('webview/index.html', 'dist/page/index.html')
await cp('node_modules/@vscode/codicons/dist/codicon.css', 'dist/page/codicon.css')
await cp('node_modules/@vscode/codicons/dist/codicon.ttf', 'dist/page/codicon.ttf')
for (const bundle of bundles) {
  if (watch) await buildAndWatch({ ...shared, ...bundle })
  else await build({ ...shared, ...bundle })
}
// The launch configuration of VS Code waits for this line.
if (watch) console.log('Built; watching for changes.')

async function buildAndWatch(options) {
  const bundle = await context(options)
  await bundle.rebuild().catch(() => undefined) // What is wrong has been printed, and may be mended while we watch.
  await bundle.watch()
}
