import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { blindSettings } from '../../broker-bridge/protocol/index.ts'
import { changesFor } from '../../extension/celerySettings/settingsChange.ts'
import { findSettingsFiles } from '../../extension/celerySettings/settingsFiles.ts'
import type { PythonModule } from '../../extension/python/module.ts'
import { readPython } from '../../extension/python/readPython.ts'
import { findPython } from '../support/needs.ts'

const run = promisify(execFile)

async function python(folder: string, code: string): Promise<unknown> {
  const command = (await findPython()) ?? 'python3'
  const { stdout } = await run(command, ['-c', code], { cwd: folder, maxBuffer: 100_000_000 })
  return JSON.parse(stdout)
}

const askApp = `
import json, warnings
warnings.simplefilter('ignore')
from shop.celery import app
print(json.dumps([app.conf[name] for name in ${JSON.stringify(blindSettings)}]))
`
const makeApp = "from celery import Celery\napp = Celery('shop')\n"

/** Files of a project, of which those with settings leave out some of what Warren wants, or say False. */
const projects: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a module of settings': {
    'shop/celery.py': `${makeApp}app.config_from_object('shop.conf')\n`,
    'shop/conf.py': "broker_url = 'memory://'\ntask_track_started = False",
  },
  'a module with the old names, which Celery refuses to see mixed with new ones': {
    'shop/celery.py': `${makeApp}app.config_from_object('shop.conf')\n`,
    'shop/conf.py': "BROKER_URL = 'memory://'\nCELERY_TASK_SERIALIZER = 'json'\nCELERY_SEND_EVENTS = False\n",
  },
  'settings with a namespace': {
    'shop/celery.py': `${makeApp}app.config_from_object('shop.conf', namespace='QUEUE')\n`,
    'shop/conf.py': "QUEUE_BROKER_URL = 'memory://'\nQUEUE_RESULT_EXTENDED = False\nOTHER = 1\n",
  },
  'the application itself': {
    'shop/celery.py': `${makeApp}app.conf.update(\n    broker_url='memory://',\n    result_extended=False,\n)\napp.conf['task_track_started'] = False\n`,
  },
  'the application itself with old names': {
    'shop/celery.py': `${makeApp}app.conf.update(BROKER_URL='memory://', CELERY_TASK_SERIALIZER='json')\n`,
  },
  'a module that the application adds to': {
    'shop/celery.py': `${makeApp}import shop.other as conf\napp.config_from_object(conf)\napp.conf.timezone = 'UTC'\n`,
    'shop/other.py': "broker_url = 'memory://'\n",
  },
}

const Names = v.array(v.unknown())
const Told = v.record(v.string(), v.object({ functions: Names, assigned: Names, imports: Names, classes: Names }))

/** What Python's own parser says of the files of packages, in the words of `ours`. */
const askPython = `
import ast, celery, glob, json, kombu, os
told = {}
def parameters(a):
    usual = [[p.arg, 'positional'] for p in a.posonlyargs] + [[p.arg, 'usual'] for p in a.args]
    return usual + ([[a.vararg.arg, 'rest']] if a.vararg else []) + [[p.arg, 'keyword'] for p in a.kwonlyargs] + (
        [[a.kwarg.arg, 'keywords']] if a.kwarg else [])
for package in [celery, kombu, json, ast]:
    for path in glob.glob(os.path.dirname(package.__file__) + '/**/*.py', recursive=package in [celery, kombu]):
        text = open(path, encoding='utf-8', newline='').read()
        try: nodes = list(ast.walk(ast.parse(text)))
        except SyntaxError: continue
        one = told[path] = {'functions': [], 'assigned': [], 'imports': [], 'classes': []}
        for n in nodes:
            if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)):
                one['functions'].append([n.name, parameters(n.args), len(n.decorator_list), isinstance(n, ast.AsyncFunctionDef)])
            elif isinstance(n, ast.Assign) or isinstance(n, ast.AnnAssign) and n.value:
                value = n.value.value if isinstance(n.value, ast.Constant) and isinstance(n.value.value, (str, bool)) else None
                for target in (n.targets if isinstance(n, ast.Assign) else [n.target]):
                    if isinstance(target, ast.Name): one['assigned'].append([target.id, value])
            elif isinstance(n, ast.ImportFrom):
                one['imports'] += [['.' * n.level + (n.module or ''), a.name, a.asname or a.name] for a in n.names]
            elif isinstance(n, ast.Import):
                one['imports'] += [[a.name, None, a.asname or a.name.split('.')[0]] for a in n.names]
            elif isinstance(n, ast.ClassDef): one['classes'].append([n.name, len([b for b in n.bases if not isinstance(b, ast.Starred)])])
print(json.dumps(told))
`

function ours({ functions, assignments, imports, classes }: PythonModule): v.InferOutput<typeof Told>[string] {
  return {
    functions: functions.map(({ name, parameters, decorators, isAsync }) => [
      name,
      parameters.map((parameter) => [parameter.name, parameter.kind]),
      decorators.length,
      isAsync,
    ]),
    assigned: assignments.flatMap(({ target, value }) =>
      target.kind === 'name' && !target.name.includes('.')
        ? [[target.name, value.kind === 'string' || value.kind === 'boolean' ? value.value : null]]
        : [],
    ),
    imports: imports.map(({ module, name, as }) => [module, name, as]),
    classes: classes.map(({ name, bases }) => [name, bases.length]),
  }
}

/** Members of one list that the other lacks, as often as it does. */
function missing(wanted: readonly unknown[], given: readonly unknown[]): string[] {
  const left = given.map((member) => JSON.stringify(member))
  return wanted.flatMap((member) => {
    const text = JSON.stringify(member)
    const at = left.indexOf(text)
    if (at >= 0) left.splice(at, 1)
    return at < 0 ? [text] : []
  })
}

describe('files of Python, as Python itself and Celery see them', () => {
  let folder: string
  before(async () => void (folder = await mkdtemp(join(tmpdir(), 'warren-settings-'))))
  after(() => rm(folder, { recursive: true }))

  for (const [title, files] of Object.entries(projects))
    it(`${title}: after the change every setting is on`, async () => {
      const project = join(folder, title.replaceAll(/\W/g, ''))
      const texts = new Map(Object.entries(files))
      const found = findSettingsFiles(Object.entries(files).map(([path, text]) => ({ path, text })))
      assert.equal(found.length, 1)
      for (const file of found) {
        const edits = changesFor(file, blindSettings).flatMap((change) => ('edit' in change ? [change.edit] : []))
        assert.equal(edits.length, blindSettings.length)
        const inOrder = edits.map((edit, index) => ({ ...edit, index })).sort((a, b) => b.from - a.from || b.index - a.index)
        texts.set(
          file.path,
          inOrder.reduce((text, { from, to, text: put }) => text.slice(0, from) + put + text.slice(to), file.text),
        )
      }
      for (const [path, text] of [...texts, ['shop/__init__.py', ''] as const]) {
        await mkdir(dirname(join(project, path)), { recursive: true })
        await writeFile(join(project, path), text)
      }
      assert.deepEqual(await python(project, askApp), [true, true, true, true])
    })

  it('are read as Python reads them: definitions, parameters, assignments, imports', async () => {
    const told = v.parse(Told, await python(folder, askPython))
    const wrong: string[] = []
    let all = 0
    for (const [path, theirs] of Object.entries(told)) {
      const own = ours(readPython(await readFile(path, 'utf8')))
      for (const kind of ['functions', 'assigned', 'imports', 'classes'] as const) {
        all += theirs[kind].length
        wrong.push(
          ...[...missing(theirs[kind], own[kind]), ...missing(own[kind], theirs[kind])].map((text) => `${path}: ${text}`),
        )
      }
    }
    assert.ok(all > 10_000, `${all} were compared`)
    // The grammar does not know every form of `with`, and drops the line after one it does not know.
    assert.ok(wrong.length <= all / 5_000, wrong.join('\n'))
  })
})
