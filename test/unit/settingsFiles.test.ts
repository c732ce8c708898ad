import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BlindSetting } from '../../broker-bridge/protocol/index.ts'
import { knownOff } from '../../extension/celerySettings/knownOff.ts'
import { changesFor, changesShown } from '../../extension/celerySettings/settingsChange.ts'
import { findSettingsFiles } from '../../extension/celerySettings/settingsFiles.ts'
import type { PythonFile, SettingsFile } from '../../extension/celerySettings/settingsFiles.ts'
import { connected } from '../support/scriptedTasks.ts'

const app = {
  path: 'shop/celery.py',
  text: "from celery import Celery\napp = Celery('shop')\napp.conf.update(task_acks_late=True)\n\n@app.task\ndef add(): ...\n",
}
const django = { path: 'shop/settings.py', text: 'INSTALLED_APPS = []\nQUEUE_TASK_ACKS_LATE = True\nUSE_TZ = True\n' }
const djangoApp = {
  path: 'shop/celery.py',
  text: "app = Celery('shop')\napp.config_from_object('django.conf:settings', namespace='QUEUE')\n",
}
const only = (files: readonly PythonFile[]): SettingsFile => {
  const [found, ...others] = findSettingsFiles(files)
  assert.deepEqual(others, [])
  return found ?? assert.fail('no file was found')
}
/** The text as it is after the changes were made. */
const changed = (file: SettingsFile, ...settings: BlindSetting[]): string =>
  changesFor(file, settings)
    .flatMap((change) => ('edit' in change ? [change.edit] : []))
    .toSorted((one, other) => other.from - one.from)
    .reduce((text, { from, to, text: put }) => text.slice(0, from) + put + text.slice(to), file.text)

describe('Celery’s settings in a workspace', () => {
  it('stand in a file called celeryconfig, or one that an app reads', () => {
    const named = { path: 'shop/conf/celery_settings.py', text: 'broker_url = "x"\n' }
    const reader = { path: 'shop/app.py', text: "celery = Celery()\ncelery.config_from_object('shop.conf.celery_settings')\n" }
    const imported = { path: 'mail/app.py', text: 'from mail import conf as c\napp = Celery()\napp.config_from_object(c)\n' }
    const files = [reader, named, imported, { path: 'mail/conf.py', text: '' }, { path: 'celeryconfig.py', text: '' }]
    assert.deepEqual(
      findSettingsFiles(files).map(({ path, style }) => [path, style]),
      [
        ['celeryconfig.py', { kind: 'module' }],
        ['mail/conf.py', { kind: 'module' }],
        ['shop/conf/celery_settings.py', { kind: 'module' }],
      ],
    )
  })

  it('of Django carry the prefix that the app asks for, and the app is left alone', () => {
    const file = only([djangoApp, django])
    assert.deepEqual([file.path, file.style], ['shop/settings.py', { kind: 'prefixed', prefix: 'QUEUE' }])
    assert.equal(
      changed(file, 'task_send_sent_event'),
      'INSTALLED_APPS = []\nQUEUE_TASK_ACKS_LATE = True\nQUEUE_TASK_SEND_SENT_EVENT = True\nUSE_TZ = True\n',
    )
  })

  it('of Django without a namespace are not touched; the app is', () => {
    const file = only([app, django])
    assert.deepEqual(file.style, { kind: 'app', app: 'app' })
    assert.equal(findSettingsFiles([{ path: 'shop/tasks.py', text: '@app.task\ndef add(): ...' }]).length, 0)
  })

  it('that stand in a class, a comment or a text are none', () => {
    const reader = { path: 'app.py', text: "app = Celery()\napp.config_from_object('conf:Settings')\n" }
    const conf = { path: 'conf.py', text: 'class Settings:\n    task_track_started = False\n' }
    assert.equal(only([reader, conf]).path, 'app.py')
    assert.deepEqual(findSettingsFiles([{ path: 'a.py', text: '"""\napp = Celery()\n"""\n# app = Celery()\n' }]), [])
  })

  it('are found under another name of Celery, and not under other things of that name', () => {
    const found = (text: string): number => findSettingsFiles([{ path: 'a.py', text }]).length
    assert.equal(found('from celery import Celery as C\nx = C()\n'), 1)
    assert.equal(found('import celery\nx: celery.Celery = celery.Celery(\n  "a",\n)\n'), 1)
    assert.equal(found('from salad import Carrot as Celery\nx = Celery()\n'), 0)
  })
})

describe('a change of Celery’s settings', () => {
  it('turns a False into True where it stands', () => {
    const config = only([{ path: 'celeryconfig.py', text: 'task_track_started = (  # no\n  False)\nresult_extended = False\n' }])
    assert.equal(changed(config, 'result_extended'), config.text.replace('extended = False', 'extended = True'))
    for (const [line, after] of [
      ['app.conf.update(\n  worker_send_task_events=False,\n)', 'app.conf.update(\n  worker_send_task_events=True,\n)'],
      ["app.conf.update({'worker_send_task_events': False})", "app.conf.update({'worker_send_task_events': True})"],
      ['app.conf.worker_send_task_events = False', 'app.conf.worker_send_task_events = True'],
      ["app.conf['worker_send_task_events'] = False", "app.conf['worker_send_task_events'] = True"],
    ] as const)
      assert.equal(
        changed(only([{ path: 'a.py', text: `app = Celery()\n${line}\n` }]), 'worker_send_task_events'),
        `app = Celery()\n${after}\n`,
      )
  })

  it('adds a line below what configures the app, and never within it', () => {
    assert.equal(
      changed(only([app]), 'task_track_started'),
      app.text.replace('late=True)\n', 'late=True)\napp.conf.task_track_started = True\n'),
    )
    assert.equal(
      changed(only([{ path: 'a.py', text: 'app = Celery(\n)' }]), 'task_track_started'),
      'app = Celery(\n)\napp.conf.task_track_started = True\n',
    )
  })

  it('adds it at the end of a file of settings, with its line ends', () => {
    assert.equal(
      changed(only([{ path: 'celeryconfig.py', text: 'broker_url = "x"\r\nenable_utc = True' }]), 'result_extended'),
      'broker_url = "x"\r\nenable_utc = True\r\nresult_extended = True\r\n',
    )
    const starred = { ...django, text: 'INSTALLED_APPS = []\nQUEUE_A = 1\nfrom .local import *\n' }
    assert.equal(changed(only([djangoApp, starred]), 'result_extended'), `${starred.text}QUEUE_RESULT_EXTENDED = True\n`)
  })

  it('uses the old names where the file does: workers refuse a mixture', () => {
    const old = { path: 'celeryconfig.py', text: 'BROKER_URL = "x"\nCELERY_SEND_EVENTS = False\n' }
    assert.equal(
      changed(only([old]), 'worker_send_task_events', 'task_send_sent_event'),
      'BROKER_URL = "x"\nCELERY_SEND_EVENTS = True\nCELERY_SEND_TASK_SENT_EVENT = True\n',
    )
    const oldApp = { path: 'a.py', text: 'app = Celery()\napp.conf.update(CELERY_TASK_SERIALIZER="json")\n' }
    assert.match(changed(only([oldApp]), 'result_extended'), /\napp\.conf\.CELERY_RESULT_EXTENDED = True\n$/)
  })

  it('stands where the editor shows it, which may hold what was not saved', () => {
    const file = only([{ path: 'celeryconfig.py', text: 'enable_utc = True\r\nresult_extended = False\n' }])
    const text = '# not saved\nenable_utc = True\nresult_extended = False\n'
    const [change] = changesShown(file, text, ['result_extended'])
    assert.ok(change && 'edit' in change)
    const { from, to, text: put } = change.edit
    assert.equal(text.slice(0, from) + put + text.slice(to), '# not saved\nenable_utc = True\nresult_extended = True\n')
  })

  it('is none where the setting is on, and where only running the file would tell', () => {
    const kinds = (text: string): string[] =>
      changesFor(only([{ path: 'celeryconfig.py', text }]), ['task_track_started']).map(({ kind }) => kind)
    assert.deepEqual(kinds('task_track_started = True\n'), ['on'])
    assert.deepEqual(kinds('task_track_started = False\ntask_track_started = True\n'), ['on'])
    assert.deepEqual(kinds('task_track_started = env("TRACK")\n'), ['look'])
    assert.deepEqual(kinds('if DEBUG:\n    task_track_started = False\n'), ['look'])
    const hidden = only([{ path: 'a.py', text: 'try:\n    app = Celery()\nexcept E:\n    pass\n' }])
    assert.deepEqual(
      changesFor(hidden, ['task_track_started']).map(({ kind }) => kind),
      ['look'],
    )
  })
})

describe('what is known to be off', () => {
  const spot = (
    setting: BlindSetting,
    ...workers: string[]
  ): NonNullable<ReturnType<typeof connected>['blindSpots']>[number] => ({
    ...{ setting, workers, fields: [], effect: 'Nothing is seen.', fix: '' },
  })

  it('is not what a worker that may run with -E is only thought to be', () => {
    const silent = (certain: string[]): ReturnType<typeof connected> =>
      connected({
        blindSpots: [spot('worker_send_task_events', 'w1')],
        silentWorkers: { certain, likely: ['w1'], keptOn: false },
      })
    assert.equal(knownOff([silent([])]).length, 0)
    assert.equal(knownOff([silent(['w1'])]).length, 1)
  })

  it('is what workers said, named with their connection', () => {
    const connections = [
      connected({ blindSpots: [spot('task_track_started', 'w1', 'w2'), spot('task_send_sent_event')] }),
      connected({ id: 'b', name: 'B\u202e', blindSpots: [spot('task_track_started', 'w3')] }),
    ]
    const [off, ...others] = knownOff(connections)
    assert.deepEqual(others, [])
    assert.equal(off?.setting, 'task_track_started')
    assert.match(off.where, /^2 workers of Shop, the worker w3 of B(?!\u202e)/)
  })
})
