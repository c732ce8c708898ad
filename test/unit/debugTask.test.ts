import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { launchConfiguration, runText } from '../../extension/debugging/launchConfiguration.ts'

const place = { app: 'shop', module: 'shop.tasks', djangoSettings: null, folder: '/w' }

describe('what a debugged task runs with', () => {
  test('keeps every digit of its arguments', () => {
    const run = { name: 'shop.tasks.t', id: 'i', args: '[9007199254740993, 1e400]', kwargs: '{"a": 0.10}', explanation: 'Exact.' }
    assert.equal(
      runText(run, place, 'show'),
      '{"name":"shop.tasks.t","id":"i","explanation":"Exact.","app":"shop","module":"shop.tasks","djangoSettings":null,"sentTasks":"show","environment":{},"args":[9007199254740993, 1e400],"kwargs":{"a": 0.10}}',
    )
  })

  test('is one JSON object whatever a broker says', () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(fc.jsonValue()), (name, explanation, args) => {
        const text = runText({ name, id: name, args: JSON.stringify(args), kwargs: '{}', explanation }, place, 'run')
        const read = JSON.parse(text) as Record<string, unknown>
        assert.deepEqual([read['name'], read['explanation']], [name, explanation])
        assert.equal(JSON.stringify(read['args']), JSON.stringify(args))
      }),
    ))
})

describe('what starts the debugger', () => {
  const parts = {
    type: 'debugpy',
    name: 'shop.tasks.t\u202e\n',
    interpreter: '/venv/bin/python',
    program: '/ext/debug_task.py',
    runFile: '/runs/x/run.json',
    folder: '/w/src',
    environment: { A: 'b' },
  } as const

  test('names the interpreter, the folder and the file, and no argument of the task', () => {
    const { name, ...rest } = launchConfiguration(parts)
    assert.equal(name, 'Task shop.tasks.t\\u{202e} ')
    assert.deepEqual(rest, {
      type: 'debugpy',
      request: 'launch',
      python: ['/venv/bin/python'],
      program: '/ext/debug_task.py',
      args: ['/runs/x/run.json'],
      cwd: '/w/src',
      env: { A: 'b' },
      console: 'internalConsole',
      internalConsoleOptions: 'openOnSessionStart',
      redirectOutput: true,
      subProcess: false,
      justMyCode: true,
      rules: [{ path: '/ext/debug_task.py', include: false }],
    })
  })

  test('holds nothing that VS Code would replace: a name could run its commands', () => {
    const name = 'shop.t ${command:workbench.action.closeWindow} $${env:HOME}'
    const environment = { DB: 'a${env:HOME}b', PLAIN: '$HOME {x}' }
    const made = launchConfiguration({ ...parts, name, environment })
    assert.equal(JSON.stringify(made).includes('${'), false)
    assert.equal(made.name, 'Task shop.t $ {command:workbench.action.closeWindow} $$ {env:HOME}')
    assert.deepEqual(made.env, { PLAIN: '$HOME {x}' })
    const run = { name, id: 'i', args: '[]', kwargs: '{}', explanation: '' }
    const read = JSON.parse(runText(run, place, 'show', environment)) as Record<string, unknown>
    assert.deepEqual(read['environment'], { DB: 'a${env:HOME}b' }, 'such a variable gets there by the file')
  })

  test('holds nothing that VS Code would replace, whatever a broker says', () => {
    const text = fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', '\u202e', '\n', ' ') })
    fc.assert(
      fc.property(text, text, (name, A) => {
        assert.equal(JSON.stringify(launchConfiguration({ ...parts, name, environment: { A } })).includes('${'), false)
      }),
    )
  })
})
