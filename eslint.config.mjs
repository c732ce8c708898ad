import tseslint from 'typescript-eslint'
import lit from 'eslint-plugin-lit'
import wc from 'eslint-plugin-wc'

// Layers are lint errors with a sentence that says what is allowed. One list per folder, because a second object that sets the
// same rule replaces the first.
const node = ['node:*', 'fs', 'net', 'http', 'path', 'os', 'child_process', 'crypto']
const ban = (group, message, rest = {}) => ({ group, message, ...rest })
const amqplib = ban(['amqplib', 'amqplib/*'], 'amqplib is named in broker-bridge/sources/rabbitmq only.')
const ws = ban(['ws'], 'ws is named in broker-bridge/server, broker-bridge/mcp and extension/bridge only.')
const vscode = ban(['vscode'], 'The bridge, the protocol and the webview know nothing of VS Code.')
const upward = (folder) => ban([`**/${folder}/**`], `This layer must not import ${folder}/; see docs/architecture.md.`)
const protocolOnly = ban(
  ['**/broker-bridge/!(protocol)', '**/broker-bridge/!(protocol)/**'],
  'Of broker-bridge/ only protocol/ may be imported here.',
)
const databases = ban(['pg', 'ioredis'], 'Clients of databases are named in broker-bridge/lookups only.')
const models = ban(
  ['@modelcontextprotocol/**', '@valibot/to-json-schema'],
  'The Model Context Protocol is named in broker-bridge/mcp only.',
)
const layer = (files, ...patterns) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...patterns,
          ...(files[0] === 'broker-bridge/lookups/**' ? [] : [databases]),
          ...(files[0] === 'broker-bridge/mcp/**' ? [] : [models]),
        ],
      },
    ],
  },
})
const pure = {
  'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'fetch', 'process'],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time comes in as an argument.' },
    { object: 'Math', property: 'random', message: 'Pure code draws no lots.' },
    { object: 'performance', property: 'now', message: 'Time comes in as an argument.' },
  ],
}

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.cache/', 'test/artefacts/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['test/**'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
              package: 'node:test',
            },
          ],
        },
      ],
    },
  },
  layer(
    ['broker-bridge/protocol/**'],
    vscode,
    amqplib,
    ws,
    ban(['../*', 'node:*'], 'protocol/ imports nothing but its validation library.'),
  ),
  layer(
    ['broker-bridge/tasks/**'],
    vscode,
    amqplib,
    ws,
    upward('server'),
    upward('actions'),
    upward('sources/celery'),
    upward('sources/rabbitmq'),
    ban(node, 'tasks/ is pure: no I/O.'),
  ),
  layer(['broker-bridge/sources/celery/**'], vscode, amqplib, ws, upward('server'), upward('actions'), upward('rabbitmq')),
  layer(['broker-bridge/sources/rabbitmq/**'], vscode, ws, upward('server'), upward('actions'), upward('celery')),
  layer(
    ['broker-bridge/sources/messages/**'],
    vscode,
    amqplib,
    ws,
    upward('server'),
    upward('actions'),
    upward('rabbitmq'),
    upward('celery'),
  ),
  layer(['broker-bridge/sources/*.ts'], vscode, amqplib, ws, upward('server'), upward('actions')),
  layer(['broker-bridge/history/**'], vscode, amqplib, ws, upward('server'), upward('actions'), upward('sources')),
  layer(['broker-bridge/lookups/**'], vscode, amqplib, ws, upward('server'), upward('actions'), upward('history')),
  layer(['broker-bridge/actions/**'], vscode, amqplib, ws, upward('server')),
  layer(['broker-bridge/server/**'], vscode, amqplib),
  layer(['broker-bridge/ai/**'], vscode, amqplib, ws, upward('mcp')),
  layer(['broker-bridge/mcp/**'], vscode, amqplib),
  layer(['broker-bridge/*.ts'], vscode, amqplib, ws),
  layer(['extension/**'], amqplib, protocolOnly, upward('webview')),
  layer(['extension/!(bridge)/**', 'extension/*.ts'], amqplib, ws, protocolOnly, upward('webview')),
  layer(
    ['extension/python/**'],
    ban(['vscode'], 'Python is read by a pure module.'),
    ban(node, 'Python is read by a pure module.'),
    ban(['../*', '**/broker-bridge/**'], 'Python is read by a pure module.'),
  ),
  layer(
    ['webview/**'],
    vscode,
    amqplib,
    ws,
    protocolOnly,
    upward('extension'),
    ban(node, 'The webview knows the DOM, Lit and the protocol.'),
  ),
  {
    files: ['broker-bridge/tasks/**', 'broker-bridge/sources/celery/**', 'extension/python/**'],
    rules: pure,
  },
  {
    files: ['webview/**'],
    plugins: { lit, wc },
    rules: {
      ...lit.configs['flat/recommended'].rules,
      ...wc.configs['flat/recommended'].rules,
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]',
          message: 'Text only: broker data is hostile.',
        },
        { selector: 'ImportDeclaration[source.value=/unsafe-(html|svg)/]', message: 'Text only: broker data is hostile.' },
      ],
    },
  },
)
