// Nine bundles: the extension (CommonJS, as VS Code loads it), the bridge (no externals: it cannot import vscode), the threads that
// keep its history, payloads and claims and look into databases, what outlives it to turn tracing off, what serves language models, and the page.
import { build, context, formatMessages } from 'esbuild'
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
    entryPoints: ['broker-bridge/history/worker.ts'],
    outfile: 'dist/history.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
  },
  {
    entryPoints: ['broker-bridge/claims/worker.ts'],
    outfile: 'dist/claims.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
  },
  {
    entryPoints: ['broker-bridge/lookups/worker.ts'],
    outfile: 'dist/lookups.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
  },
  {
    entryPoints: ['broker-bridge/payloads/worker.ts'],
    outfile: 'dist/payloads.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
  },
  {
    entryPoints: ['broker-bridge/payloads/watchdog.ts'],
    outfile: 'dist/watchdog.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
  },
  {
    entryPoints: ['broker-bridge/mcp/server.ts'],
    outfile: 'dist/mcp.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    alias: { ajv: './broker-bridge/mcp/noSchemaCompiler.ts', 'ajv-formats': './broker-bridge/mcp/noSchemaCompiler.ts' },
  },
  {
    entryPoints: ['extension/extension.ts'],
    outfile: 'dist/extension.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    // Its other form asks for its parts by names that only a running Node can follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
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
if (watch) await buildAndWatch()
else for (const bundle of bundles) await build({ ...shared, ...bundle })

/**
 * After each build tells what is wrong in all bundles. VS Code's task "watch" drops at the first line what it was told before, and a
 * launch waits for the last.
 */
async function buildAndWatch() {
  const problems = new Map() // By bundle, without those that are being built.
  const begin = (bundle) => {
    problems.delete(bundle)
    console.log('Building …')
  }
  const end = async (bundle, { errors, warnings }) => {
    problems.set(bundle, [...(await format('error', errors)), ...(await format('warning', warnings))])
    if (problems.size < bundles.length) return
    for (const problem of new Set([...problems.values()].flat())) console.log(problem)
    console.log('Built; watching for changes.')
  }
  for (const bundle of bundles) {
    const setup = ({ onStart, onEnd }) => {
      onStart(() => begin(bundle))
      onEnd((result) => end(bundle, result))
    }
    const watched = await context({ ...shared, ...bundle, logLevel: 'silent', plugins: [{ name: 'tell', setup }] })
    await watched.watch()
  }
}

function format(kind, messages) {
  return formatMessages(messages, { kind, color: process.stdout.isTTY })
}
